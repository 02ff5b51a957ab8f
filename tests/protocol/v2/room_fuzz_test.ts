/**
 * Spoiled objects into both machines of a room. SECURECHAT_FUZZ_CASES sets how many, SECURECHAT_FUZZ_SEED
 * repeats the choices.
 */

import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { encodeMessage, type Message, parseMessage } from "../../../src/protocol/v2/messages.ts";
import { HandRoom, LOG, sessionName } from "../../testkit/hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME } from "../../testkit/identities2.ts";
import { Random, runSeed } from "../../testkit/random.ts";
import { RoomWorld } from "../../testkit/room_world.ts";

const CASES = Number(Deno.env.get("SECURECHAT_FUZZ_CASES") || 2_000);

/** After so many cases everything is made anew. */
const WORLD_CASES = 500;

type Spoil = (bytes: Uint8Array, tools: { random: Random; other: Uint8Array }) => Uint8Array;

/** Ways to spoil an object: as bytes, and as text, so that it stays JSON for a while. */
const SPOILS: Readonly<Record<string, Spoil>> = {
  flip: (bytes, { random }) => {
    const spoiled = new Uint8Array(bytes);
    const at = random.below(bytes.length);
    spoiled[at] = (spoiled[at] ?? 0) ^ (1 << random.below(8));
    return spoiled;
  },
  cut: (bytes, { random }) => bytes.slice(0, random.below(bytes.length)),
  remove: (bytes, { random }) => {
    const at = random.below(bytes.length);
    return new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1 + random.below(8))]);
  },
  insert: (bytes, { random }) => {
    const at = random.below(bytes.length);
    return new Uint8Array([...bytes.slice(0, at), random.below(256), ...bytes.slice(at)]);
  },
  splice: (bytes, { random, other }) => {
    const at = random.below(bytes.length);
    return new Uint8Array([...bytes.slice(0, at), ...other.slice(random.below(other.length))]);
  },
  digit: (bytes, { random }) => rewritten(bytes, /\d/g, { random, to: String(random.below(10)) }),
  letter: (bytes, { random }) =>
    rewritten(bytes, /[a-f]/g, { random, to: "abcdef"[random.below(6)] ?? "a" }),
  word: (bytes, { random }) =>
    rewritten(bytes, /true|false|"\w+"|\d+/g, {
      random,
      to: random.of(["true", "false", "null", "-1", "9007199254740993", '""', "[]", "{}", "1e3"]),
    }),
  random: (_, { random }) =>
    Uint8Array.from({ length: random.below(300) }, () => random.below(256)),
};

function rewritten(
  bytes: Uint8Array,
  pattern: RegExp,
  { random, to }: { readonly random: Random; readonly to: string },
): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return bytes.slice(1);
  const { index, 0: was } = random.of(found);
  return new TextEncoder().encode(text.slice(0, index) + to + text.slice(index + was.length));
}

/** What stands in base64 in a message is spoiled from within as often as the message itself. */
function spoil(
  message: Message,
  tools: { random: Random; other: Message },
): readonly [string, Uint8Array] {
  const { random } = tools;
  const [kind, how] = random.of(Object.entries(SPOILS));
  const field = random.of(["", "stmt", "head", "sig"] as const);
  const [mine, others] = [message, tools.other] as unknown as Record<string, unknown>[];
  const [inner, otherInner] = [mine?.[field], others?.[field]];
  if (inner instanceof Uint8Array) {
    const other = otherInner instanceof Uint8Array ? otherInner : inner;
    const changed = { ...message, [field]: new Uint8Array(how(inner, { random, other })) };
    return [`${kind} in ${field}`, jsonOf(changed)];
  }
  return [kind, how(encodeMessage(message), { random, other: encodeMessage(tools.other) })];
}

/** As our own encoder would write it, without its checks. */
function jsonOf(value: object): Uint8Array {
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, each]) =>
    [key, each instanceof Uint8Array ? each.toBase64() : each] as const
  );
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
}

/** A machine in a state: takes an object, and says what it holds. */
interface Target {
  readonly name: string;
  readonly genuine: readonly Message[];
  take(object: Uint8Array): Promise<string>;
  /** Size and root: what no refused object may change. */
  state(): string;
}

async function serverTarget(): Promise<Target> {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  await world.say(alice);
  const next = await alice.client.say("pay 10", NOW_MS);
  const head = await alice.client.makeHead(NOW_MS + 40_000);
  assert.ok(head);
  return {
    name: "server in a room",
    genuine: [next, head, { type: "leave", room: world.log.room }, { type: "ping" }],
    state: () => `${world.log.size} ${alice.member.lastSize}`,
    take: async (object) => {
      const nowMs = NOW_MS + 40_000;
      const message = parseMessage(object, ["msg", "head", "join", "leave", "ping", "status"]);
      if (message.type === "msg") {
        const accepted = await world.log.accept(alice.member, message, { nowMs });
        return `accepted ${accepted.kind}`;
      }
      if (message.type !== "head") return `read ${message.type}`;
      world.log.takeHead(alice.member, message, nowMs);
      return "accepted head";
    },
  };
}

async function clientTarget(): Promise<Target> {
  const server = await identity2(SERVER2_NAME, "server");
  const [alice, bob] = [await identity2("alice", "client"), await identity2("bob", "client")];
  const { judge } = await RoomWorld.open();
  const room = await HandRoom.open(server, judge);
  await room.place(alice, sessionName(1));
  const client = await room.client(bob, sessionName(2), { known: [alice] });
  const entry = await room.sign(alice, sessionName(1), { text: "pay 10" });
  const [head, joined] = [await room.head(), await room.joined(sessionName(2))];
  const refused: Message = {
    type: "refused",
    code: "LIMIT",
    ...{ log: LOG, message: "wait", retry: 9, seq: 1 },
  };
  return {
    name: "client in a room",
    genuine: [{ type: "entry", ...entry }, head, joined, refused, {
      type: "peer",
      chain: alice.chain,
    }],
    state: () => `${client.size} ${client.root}`,
    take: async (object) => {
      const message = parseMessage(object, [
        ...["peer", "entry", "head", "refused", "status", "ping", "invite"] as const,
      ]);
      if (message.type === "entry") await client.takeEntry(message, NOW_MS);
      else if (message.type === "head") await client.takeHead(message, NOW_MS);
      else if (message.type === "refused") client.takeRefused(message, NOW_MS);
      else if (message.type === "peer") {
        await judge(message.chain, { role: "client", nowMs: NOW_MS });
      } else return `read ${message.type}`;
      return `accepted ${message.type}`;
    },
  };
}

Deno.test("a room's machines answer spoiled objects with typed errors, and nothing is placed by them", async () => {
  const seed = runSeed();
  const random = new Random(seed);
  const counts = new Map<string, number>();
  let targets: readonly Target[] = [];
  for (let number = 0; number < CASES; number++) {
    if (number % WORLD_CASES === 0) targets = [await serverTarget(), await clientTarget()];
    const target = random.of(targets);
    const message = random.of(target.genuine);
    const [kind, object] = spoil(message, { random, other: random.of(target.genuine) });
    const isGenuine = target.genuine.some((one) => encodeMessage(one).toHex() === object.toHex());
    if (isGenuine) continue;
    const before = target.state();
    const outcome = await target.take(object).catch((thrown) => {
      assert.ok(thrown instanceof ChatError, `seed ${seed}, ${number}, ${kind}: ${String(thrown)}`);
      assert.notEqual(thrown.code, "INTERNAL");
      return thrown.code;
    });
    const what = `seed ${seed}, ${number}, ${kind}: ${new TextDecoder().decode(object)}`;
    assert.doesNotMatch(outcome, /^accepted/, what);
    assert.equal(target.state(), before, what);
    const key = `${target.name}: ${outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lines = [...counts].sort().map(([key, count]) => `  ${key} ${count}\n`);
  Deno.stderr.writeSync(
    new TextEncoder().encode(`rooms: ${CASES} cases, seed ${seed}\n${lines.join("")}`),
  );
});
