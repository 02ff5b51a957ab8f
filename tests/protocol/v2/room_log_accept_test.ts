import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import type { Message } from "../../../src/protocol/v2/messages.ts";
import type { Limit } from "../../../src/protocol/v2/room_member.ts";
import { sessionName, signedBy } from "../../testkit/hand_room.ts";
import { identity2, NOW_MS } from "../../testkit/identities2.ts";
import { RoomWorld } from "../../testkit/room_world.ts";

const MINUTE = 60_000;

Deno.test("accept() refuses what was signed for another place, or is not the next, as REPLAY", async () => {
  const changes = [
    { session: sessionName(9) },
    { log: sessionName(9) },
    { room: "another room" },
    { seq: 2 },
    { kind: "notice", session: undefined },
  ] as const;
  for (const change of changes) {
    const world = await RoomWorld.open();
    const alice = await world.join("alice");
    const wrong = "kind" in change ? { kind: change.kind, session: world.log.log } : change;
    await assert.rejects(world.give(alice, wrong), { code: "REPLAY" }, JSON.stringify(change));
  }
});

Deno.test("accept() refuses a kind that only the server may use, even in a session of the log's name", async () => {
  const world = await RoomWorld.open();
  const own = await identity2("alice", "client");
  const session = world.log.log;
  const { member } = await world.log.join({ session, peer: own, want: 1, nowMs: NOW_MS });
  const alice = await world.join("alice");
  const { stmt } = await alice.client.say("x", NOW_MS);
  const notice = { ...parseStatement(stmt), session, kind: "notice" } as const;
  const signed = await signedBy(own, notice);
  await assert.rejects(world.log.accept(member, signed, { nowMs: NOW_MS }), { code: "REPLAY" });
});

Deno.test("accept() refuses a statement that came before as REPLAY", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const message = await alice.client.say("pay 10", NOW_MS);
  await world.log.accept(alice.member, message, { nowMs: NOW_MS });
  const again = world.log.accept(alice.member, message, { nowMs: NOW_MS });
  await assert.rejects(again, { code: "REPLAY" });
  assert.equal(world.log.size, 2);
});

Deno.test("accept() judges the author's chain anew for each statement", async () => {
  let isRevoked = false;
  const { judge } = await RoomWorld.open();
  const world = await RoomWorld.open({
    judge: (chain, judgedFor) => {
      if (isRevoked) throw new ChatError("BAD_CERT", "cannot accept certificate: revoked");
      return judge(chain, judgedFor);
    },
  });
  const alice = await world.join("alice");
  await world.say(alice);
  isRevoked = true;
  await assert.rejects(world.give(alice, {}), { code: "BAD_CERT" });
  const expired = await RoomWorld.open();
  const late = NOW_MS + 365 * 24 * 60 * MINUTE;
  const bob = await expired.join("bob");
  await assert.rejects(expired.give(bob, { ts: late }, late), { code: "BAD_CERT" });
});

Deno.test("accept() refuses what its author did not sign, or signed under another name, as SIG_FAIL", async () => {
  const world = await RoomWorld.open();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await assert.rejects(world.give(alice, { author: bob.own.fingerprint }), { code: "SIG_FAIL" });
  const { stmt, sig } = await alice.client.say("pay 10", NOW_MS);
  const other = await signedBy(alice.own, { ...parseStatement(stmt), seq: 1, text: "pay 99" });
  const mixed = { stmt: other.stmt, sig };
  const second = world.log.accept(alice.member, mixed, { nowMs: NOW_MS });
  await assert.rejects(second, { code: "SIG_FAIL" });
});

Deno.test("accept() refuses a time more than 5 minutes away as STALE", async () => {
  for (
    const [ts, code] of [[-5 * MINUTE, ""], [5 * MINUTE, ""], [-5 * MINUTE - 1, "STALE"], [
      5 * MINUTE + 1,
      "STALE",
    ]] as const
  ) {
    const world = await RoomWorld.open();
    const given = world.give(await world.join("alice"), { ts: NOW_MS + ts });
    if (code === "") assert.equal(await given, "entry");
    else await assert.rejects(given, { code });
  }
});

Deno.test("accept() refuses a tree that is not the room's, grows backwards, or is ahead as FORKED", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const first = await alice.client.say("1", NOW_MS);
  const { size, root } = parseStatement(first.stmt);
  await world.log.accept(alice.member, first, { nowMs: NOW_MS });
  await world.deliver();
  await world.say(alice);
  await assert.rejects(world.give(alice, { seq: 3, size, root }), { code: "FORKED" });
  await assert.rejects(world.give(alice, { seq: 3, size: 4 }), { code: "FORKED" });
  await assert.rejects(world.give(alice, { seq: 3, root: "0".repeat(64) }), { code: "FORKED" });
  assert.equal(await world.give(alice, { seq: 3 }), "entry");
});

Deno.test("accept() refuses a first statement over less than where its author joined as FORKED", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const early = parseStatement((await alice.client.say("x", NOW_MS)).stmt);
  await world.log.state({ kind: "notice", text: "maintenance at 6" }, NOW_MS);
  const bob = await world.join("bob", { want: 0 });
  const { size, root } = early;
  await assert.rejects(world.give(bob, { size, root }), { code: "FORKED" });
});

Deno.test("statements of one member that come together are numbered in their order", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const texts = ["one", "two", "three"];
  const messages = await Promise.all(texts.map((text) => alice.client.say(text, NOW_MS)));
  await Promise.all(messages.map((one) => world.log.accept(alice.member, one, { nowMs: NOW_MS })));
  await world.deliver();
  assert.deepEqual(alice.events.slice(1).map(({ text }) => text), texts);
  assert.deepEqual(alice.client.unanswered, []);
});

Deno.test("what is over a limit is refused, and what came behind it too, until its author signs anew", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const { log } = world;
  const [first, second] = [
    await alice.client.say("1", NOW_MS),
    await alice.client.say("2", NOW_MS),
  ];
  const limit = { message: "at most 10 a second", retryMs: 700 };
  const answers = [
    await log.accept(alice.member, first, { nowMs: NOW_MS, limit }),
    await log.accept(alice.member, second, { nowMs: NOW_MS }),
  ];
  assert.equal(log.size, 1);
  const messages = answers.flatMap((each) => each.kind === "refused" ? [each.message] : []);
  const common = {
    type: "refused",
    code: "LIMIT",
    log: log.log,
    message: limit.message,
    retry: 700,
  };
  assert.deepEqual(messages, [{ ...common, seq: 1 }, { ...common, seq: 2 }]);
  for (const message of messages) alice.client.takeRefused(message, NOW_MS);
  for (const again of await alice.client.retry(NOW_MS + 700)) {
    assert.equal((await log.accept(alice.member, again, { nowMs: NOW_MS + 700 })).kind, "entry");
  }
  await world.deliver(NOW_MS + 700);
  assert.deepEqual(alice.events.slice(1).map(({ text }) => text), ["1", "2"]);
});

Deno.test("what is said after one refused was signed anew, and before the next refusal came, is refused", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const limit = { message: "", retryMs: 0 };
  const accept = async (message: Message<"msg">, now: { limit?: Limit } = {}) => {
    const accepted = await world.log.accept(alice.member, message, { nowMs: NOW_MS, ...now });
    return accepted.kind === "refused" ? accepted.message : accepted.kind;
  };
  const say = (text: string) => alice.client.say(text, NOW_MS);
  const [first, second] = [await say("1"), await say("2")];
  const refusals = [await accept(first, { limit }), await accept(second)];
  const take = (refusal: unknown) =>
    alice.client.takeRefused(refusal as Message<"refused">, NOW_MS);
  take(refusals[0]);
  const [again] = await alice.client.retry(NOW_MS);
  const third = await say("3"); // that the second was refused is not known yet
  assert.equal(await accept(again ?? assert.fail()), "entry");
  take(refusals[1]);
  take(await accept(third));
  const rest = await alice.client.retry(NOW_MS);
  for (const message of rest) assert.equal(await accept(message), "entry");
  await world.deliver();
  assert.deepEqual(alice.events.slice(1).map(({ text }) => text), ["1", "2", "3"]);
});

Deno.test("what was appended while its author was removed is not, though his chain was being judged", async () => {
  const { judge } = await RoomWorld.open();
  const gate = Promise.withResolvers<void>();
  const world = await RoomWorld.open({
    judge: async (chain, judgedFor) => {
      if (judgedFor.role === "client") await gate.promise;
      return await judge(chain, judgedFor);
    },
  });
  const alice = await world.join("alice");
  const accepted = world.log.accept(alice.member, await alice.client.say("x", NOW_MS), {
    nowMs: NOW_MS,
  });
  await Promise.resolve();
  await Promise.resolve();
  await world.log.finalHead(alice.member, NOW_MS);
  gate.resolve();
  assert.equal((await accepted).kind, "dropped");
  assert.equal(world.log.size, 1);
});
