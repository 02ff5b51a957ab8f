/**
 * The vectors of rooms. Run as a program it writes them to `tests/data/protocol-2/`; a test compares what
 * is there with what comes out here, and with what the machines make of it.
 *
 * @module
 */

import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { signHead } from "../../src/protocol/v2/head.ts";
import { encodeMessage, type Message } from "../../src/protocol/v2/messages.ts";
import { directRoomName } from "../../src/protocol/v2/room_name.ts";
import { RoomLog } from "../../src/protocol/v2/room_log.ts";
import { type Statement } from "../../src/protocol/v2/statement.ts";
import { HandRoom, LOG, ROOM, sessionName } from "./hand_room.ts";
import { NOW_MS } from "./identities2.ts";
import { roomIdentity, roomJudge } from "./room_keys.ts";
import { Seeded } from "./room_simulation.ts";

export const VECTORS_URL = new URL("../data/protocol-2/", import.meta.url);

/** Sessions of Alice, of Bob, and of nobody. */
export const [ALICE, BOB, OTHER] = [1, 2, 3].map(sessionName) as [string, string, string];

/** Messages for one side; all but the last are right. */
export interface RoomCase {
  readonly name: string;
  /** Of PROTOCOL-2. */
  readonly section: string;
  /** Objects as on the wire. */
  readonly messages: readonly string[];
  /** "OK", or the code that the last message ends with. */
  readonly expect: string;
  /** The root of the receiver's tree after it, where it is OK. */
  readonly root?: string;
}

interface Scene {
  readonly room: HandRoom;
  readonly alice: OwnIdentity;
  readonly bob: OwnIdentity;
}

type Draft = readonly [
  name: string,
  section: string,
  expect: string,
  make: (scene: Scene) => Promise<readonly Message[]>,
];

const MINUTE = 60_000;
const ZERO_ROOT = "0".repeat(64);
const decoder = new TextDecoder();

function entryOf({ stmt, sig }: { stmt: Uint8Array<ArrayBuffer>; sig: Uint8Array<ArrayBuffer> }) {
  return { type: "entry", stmt, sig } as const;
}

/** One statement of Alice that is wrong, after one that is right. */
function wrongWord(changes: Partial<Statement>): Draft[3] {
  return async ({ room, alice }) => {
    const first = entryOf(await room.place(alice, ALICE));
    return [first, entryOf(await room.sign(alice, ALICE, changes))];
  };
}

const CLIENT: readonly Draft[] = [
  ["a conversation with a notice and a head", "6", "OK", async ({ room, alice, bob }) => [
    entryOf(await room.place(room.server, LOG, { kind: "join", text: bob.fingerprint })),
    entryOf(await room.place(alice, ALICE, { text: "pump 2 is leaking" })),
    entryOf(await room.place(room.server, LOG, { kind: "notice", text: "maintenance at 6" })),
    entryOf(await room.place(alice, ALICE, { text: "é\u0000\ud83d\ude00" })),
    await room.head(),
  ]],
  ["the end of a session", "7", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head({ final: true, session: BOB }),
  ]],
  ["the first words seen of a session have any number", "6", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE, { seq: 7 })),
  ]],
  ["relayed words of 10 minutes ago", "6", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE, { ts: NOW_MS - 10 * MINUTE })),
  ]],
  ["words for another log", "6", "REPLAY", wrongWord({ log: OTHER })],
  ["words for another room", "6", "REPLAY", wrongWord({ room: "attic" })],
  ["words that came before", "6", "REPLAY", wrongWord({ seq: 1 })],
  ["a number left out", "6", "REPLAY", wrongWord({ seq: 3 })],
  ["a person speaks in the server's session", "6", "REPLAY", wrongWord({ session: LOG })],
  [
    "a person says what only the server may",
    "6",
    "REPLAY",
    wrongWord({ session: LOG, kind: "notice" }),
  ],
  ["a second opening", "6", "REPLAY", ({ room }) => Promise.resolve(room.entries.map(entryOf))],
  ["an author without a certificate", "6", "BAD_CERT", async ({ room, bob }) => [
    entryOf(await room.sign(bob, OTHER)),
  ]],
  ["another's signature", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    entryOf(await room.sign(bob, ALICE, { author: alice.fingerprint })),
  ]],
  [
    "relayed words of 10 minutes and 1 ms ago",
    "6",
    "STALE",
    wrongWord({ ts: NOW_MS - 10 * MINUTE - 1 }),
  ],
  ["words of the future", "6", "STALE", wrongWord({ ts: NOW_MS + 10 * MINUTE + 1 })],
  ["a tree that is another", "6", "FORKED", wrongWord({ root: ZERO_ROOT })],
  ["a tree that is ahead", "6", "FORKED", wrongWord({ size: 3 })],
  ["own words that were not said", "6", "FORKED", async ({ room, bob }) => [
    entryOf(await room.sign(bob, BOB)),
  ]],
  ["a refusal of nothing", "6", "REPLAY", () =>
    Promise.resolve([
      { type: "refused", code: "LIMIT", log: LOG, message: "", retry: 1, seq: 1 },
    ])],
  [
    "a head of another root",
    "7",
    "FORKED",
    async ({ room }) => [await room.head({ root: ZERO_ROOT })],
  ],
  ["a head over more than came", "7", "FORKED", async ({ room }) => [await room.head({ size: 2 })]],
  ["a head that falls", "7", "FORKED", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head(),
    await room.head({ size: 1 }),
  ]],
  ["a head of 10 minutes and 1 ms ago", "7", "STALE", async ({ room }) => [
    await room.head({ ts: NOW_MS - 10 * MINUTE - 1 }),
  ]],
  [
    "a head of another session",
    "7",
    "REPLAY",
    async ({ room }) => [await room.head({ session: OTHER })],
  ],
  ["a member's head as the server's", "7", "SIG_FAIL", async ({ room, bob }) => [
    await room.head({ by: bob.fingerprint }),
  ]],
  ["a final head over less than came", "7", "FORKED", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head({ final: true, session: BOB, size: 1 }),
  ]],
  ["words after the final head", "7", "FORKED", async ({ room, alice }) => [
    await room.head({ final: true, session: BOB }),
    entryOf(await room.sign(alice, ALICE)),
  ]],
];

function msgOf(signed: { stmt: Uint8Array<ArrayBuffer>; sig: Uint8Array<ArrayBuffer> }) {
  return { type: "msg", stmt: signed.stmt, sig: signed.sig } as const;
}

/** One statement of Alice that is wrong, after one that is right. */
function wrongMsg(changes: Partial<Statement>): Draft[3] {
  return async ({ room, alice }) => [
    msgOf(await room.place(alice, ALICE)),
    msgOf(await room.sign(alice, ALICE, changes)),
  ];
}

/** A head of Alice over entry 0. */
function headOf(changes: Partial<Parameters<typeof signHead>[1]>): Draft[3] {
  return async ({ room, alice }) => {
    const common = { by: alice.fingerprint, final: false, from: 0, log: LOG, room: ROOM };
    const head = { session: ALICE, size: 1, root: room.tree.rootAt(1).toHex(), ts: NOW_MS };
    const signed = await signHead(alice.signingKey, { ...common, ...head, ...changes });
    return [{ type: "head", ...signed }];
  };
}

const SERVER: readonly Draft[] = [
  ["two statements", "6", "OK", async ({ room, alice }) => [
    msgOf(await room.place(alice, ALICE, { text: "pump 2 is leaking" })),
    msgOf(await room.place(alice, ALICE, { text: "since noon", ts: NOW_MS + 5 * MINUTE })),
  ]],
  ["a head", "7", "OK", headOf({})],
  ["words of another session", "6", "REPLAY", wrongMsg({ session: OTHER })],
  ["words of another log", "6", "REPLAY", wrongMsg({ log: OTHER })],
  ["words that came before", "6", "REPLAY", wrongMsg({ seq: 1 })],
  ["a number left out", "6", "REPLAY", wrongMsg({ seq: 3 })],
  ["another's name", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    msgOf(await room.sign(alice, ALICE, { author: bob.fingerprint })),
  ]],
  ["another's signature", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    msgOf(await room.sign(bob, ALICE, { author: alice.fingerprint })),
  ]],
  ["words of 5 minutes and 1 ms ago", "6", "STALE", wrongMsg({ ts: NOW_MS - 5 * MINUTE - 1 })],
  ["a tree that is another", "6", "FORKED", wrongMsg({ root: ZERO_ROOT })],
  ["a tree that is ahead", "6", "FORKED", wrongMsg({ size: 3 })],
  ["a head over more than was sent", "7", "FORKED", headOf({ size: 2 })],
  ["a head from elsewhere", "7", "FORKED", headOf({ from: 1 })],
  ["a final head before the server's", "7", "HANDSHAKE", headOf({ final: true })],
  ["a head of another session", "7", "REPLAY", headOf({ session: OTHER })],
];

/** A log of the product with fixed bytes for chance: its first 16 are the log's name. */
export async function fixedLog(server: OwnIdentity): ReturnType<typeof RoomLog.open> {
  const random = new Seeded(7).bytes;
  let isFirst = true;
  return await RoomLog.open({
    ...{ room: ROOM, own: server, judge: roomJudge(), newcomersSee: 9, nowMs: NOW_MS },
    random: (length) => {
      const bytes = isFirst ? Uint8Array.fromHex(LOG) : random(length);
      isFirst = false;
      return bytes;
    },
  });
}

async function scene(): Promise<Scene & { readonly start: readonly Message[] }> {
  const [server, alice, bob] = [
    await roomIdentity("server"),
    await roomIdentity("alice"),
    await roomIdentity("bob"),
  ];
  const { entry } = await fixedLog(server);
  const room = new HandRoom(server, roomJudge(), new Seeded(8).bytes);
  room.append(entry.message);
  const joined = await room.joined(BOB);
  return { room, alice, bob, start: [joined, entry.message, { type: "peer", chain: alice.chain }] };
}

function textOf(message: Message): string {
  return decoder.decode(encodeMessage(message));
}

async function caseOf([name, section, expect, make]: Draft, isClient: boolean): Promise<RoomCase> {
  const { start, ...stage } = await scene();
  const { room } = stage;
  const made = await make(stage);
  const messages = [...(isClient ? start : []), ...made].map(textOf);
  const whole = { name, section, messages, expect };
  return expect === "OK" ? { ...whole, root: room.tree.rootAt(room.tree.size).toHex() } : whole;
}

/** Every file's text by its name. */
export async function roomVectorFiles(): Promise<ReadonlyMap<string, string>> {
  const client = await Promise.all(CLIENT.map((draft) => caseOf(draft, true)));
  const server = await Promise.all(SERVER.map((draft) => caseOf(draft, false)));
  const { start: [, open], alice, bob } = await scene();
  const common = { room: ROOM, log: LOG, nowMs: NOW_MS };
  const direct = directRoomName(alice.fingerprint, bob.fingerprint);
  const others: readonly Message[] = [
    { type: "join", room: ROOM, want: 9 },
    { type: "leave", room: ROOM },
    { type: "invite", by: alice.fingerprint, room: direct },
  ];
  const files = {
    "rooms-client.json": {
      comment:
        "What Bob's client is sent. He asked for 9 entries, and said nothing. Keys: rooms-keys.json.",
      ...{ ...common, session: BOB, want: 9, others: others.map(textOf), cases: client },
    },
    "rooms-server.json": {
      comment:
        "What Alice's client sends to a server whose log has entry 0 alone, which she was sent.",
      ...{ ...common, session: ALICE, want: 9, opening: open && textOf(open), cases: server },
    },
  };
  return new Map(
    Object.entries(files).map(([name, file]) => [name, `${JSON.stringify(file, null, 1)}\n`]),
  );
}

if (import.meta.main) {
  for (const [name, text] of await roomVectorFiles()) {
    Deno.writeTextFileSync(new URL(name, VECTORS_URL), text);
  }
}
