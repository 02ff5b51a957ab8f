import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { EMPTY_ROOT } from "../../../src/protocol/v2/merkle_tree.ts";
import { parseHead, signHead } from "../../../src/protocol/v2/head.ts";
import { EntryWindow } from "../../../src/protocol/v2/entry_window.ts";
import type { PeerIdentity } from "../../../src/protocol/v2/peer_identity.ts";
import { RoomLog } from "../../../src/protocol/v2/room_log.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import type { Message } from "../../../src/protocol/v2/messages.ts";
import type { Limit } from "../../../src/protocol/v2/room_member.ts";
import { ROOM, sessionName, signedBy } from "../../testkit/hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME } from "../../testkit/identities2.ts";
import { RoomWorld } from "../../testkit/room_world.ts";

const MINUTE = 60_000;

Deno.test("a log begins with the server's signed word that it is open", async () => {
  const own = await identity2(SERVER2_NAME, "server");
  const judge = () => own;
  const { log, entry } = await RoomLog.open({
    ...{ room: ROOM, own, judge, newcomersSee: 0, random: randomBytes, nowMs: NOW_MS },
  });
  const { salt: _, ...statement } = parseStatement(entry.message.stmt);
  assert.deepEqual(statement, {
    ...{ author: own.fingerprint, kind: "open", log: log.log, room: ROOM, root: EMPTY_ROOT },
    ...{ seq: 1, session: log.log, size: 0, text: "", ts: NOW_MS },
  });
  assert.equal(log.size, 1);
});

Deno.test("what is said reaches everybody, its author too, under the author's name", async () => {
  const world = await RoomWorld.open();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await world.say(alice, "pump 2 is leaking");
  await world.say(bob, "on my way");
  assert.deepEqual(
    alice.events,
    bob.events.map((one) => ({ ...one, isOwn: !one.isOwn }))
      .map((one, index) => index === 0 ? { ...one, isOwn: false } : one),
  );
  const said = bob.events.slice(1).map((
    { author, text, isOwn, index },
  ) => [author, text, isOwn, index]);
  assert.deepEqual(said, [["alice", "pump 2 is leaking", false, 1], ["bob", "on my way", true, 2]]);
  assert.equal(alice.client.root, bob.client.root);
});

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

Deno.test("the server's lines are numbered and over the right tree, though many are asked for at once", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const { fingerprint } = alice.own;
  const lines = [
    { kind: "join", text: fingerprint },
    { kind: "notice", text: "maintenance at 6" },
    { kind: "remove", text: fingerprint },
    { kind: "leave", text: fingerprint },
  ] as const;
  await Promise.all([...lines.map((line) => world.log.state(line, NOW_MS)), world.say(alice)]);
  await world.deliver();
  const kinds = alice.events.filter(({ author }) => author === SERVER2_NAME).map(({ kind }) =>
    kind
  );
  assert.deepEqual(kinds, ["opened", "joined", "notice", "removed", "left"]);
});

Deno.test("state() refuses a text that is too long or of no use for its kind, and goes on", async () => {
  const { log } = await RoomWorld.open();
  const long = log.state({ kind: "notice", text: "x".repeat(32_768) }, NOW_MS);
  await assert.rejects(long, { code: "FRAME_TOO_LARGE" });
  await assert.rejects(log.state({ kind: "join", text: "alice" }, NOW_MS), { code: "FORMAT" });
  assert.equal((await log.state({ kind: "notice", text: "so" }, NOW_MS)).index, 1);
});

Deno.test("a newcomer sees no more than it wants and the operator allows", async () => {
  const world = await RoomWorld.open({ newcomersSee: 3 });
  const alice = await world.join("alice");
  for (let count = 0; count < 9; count++) await world.say(alice);
  const froms = await Promise.all(
    [[0, 10], [2, 8], [3, 7], [50, 7]].map(async ([want, from]) => {
      const { client } = await world.join("bob", { want });
      return [client.joinedHead.from, from];
    }),
  );
  for (const [got, wanted] of froms) assert.equal(got, wanted);
});

Deno.test("entries that nobody can ask for are dropped, but not those that a member waits for", async () => {
  const own = await identity2(SERVER2_NAME, "server");
  const world = await RoomWorld.open({ newcomersSee: 2, judge: () => own });
  const alice = await world.join("alice", { want: 0 });
  const { member } = await world.log.join({
    ...{ session: sessionName(50), peer: alice.own, want: 0, nowMs: NOW_MS },
  });
  for (let count = 0; count < 200; count++) {
    await world.log.state({ kind: "notice", text: String(count) }, NOW_MS);
  }
  assert.equal(world.log.deliver(member, { nowMs: NOW_MS }).length, 200);
  await world.deliver();
  await alice.client.leave();
  const { client } = await world.join("bob");
  assert.equal(client.joinedHead.from, world.log.size - 2);
});

Deno.test("a window keeps what newcomers may see and members wait for, and drops the rest", () => {
  const window = new EntryWindow(10);
  const author = { fingerprint: "" } as PeerIdentity;
  const fill = (to: number, needed: number) => {
    for (let index = filled; index < to; index++) {
      const message = { type: "entry", stmt: new Uint8Array(), sig: new Uint8Array() } as const;
      window.push({ index, author, message }, () => needed);
    }
    filled = to;
  };
  let filled = 0;
  fill(1000, 5);
  assert.equal(window.first, 5);
  fill(2000, Infinity);
  assert.ok(window.first > 1900 && window.first <= 1990, String(window.first));
  assert.deepEqual(window.slice(1990, 1992).map(({ index }) => index), [1990, 1991]);
  assert.throws(() => window.slice(5, 7), RangeError);
});

Deno.test("a newcomer is not shown the words of somebody whose certificate holds no more", async () => {
  const revoked = new Set<string>();
  const { judge } = await RoomWorld.open();
  const world = await RoomWorld.open({
    judge: async (chain, judgedFor) => {
      const peer = await judge(chain, judgedFor);
      if (!revoked.has(peer.name)) return peer;
      throw new ChatError("BAD_CERT", "cannot accept certificate: revoked");
    },
  });
  const [alice, mallory] = [await world.join("alice"), await world.join("mallory")];
  await world.say(mallory, "trust me");
  await world.say(alice, "no");
  revoked.add("mallory");
  const bob = await world.join("bob");
  assert.deepEqual(bob.events.map(({ text }) => text), ["no"]);
});

Deno.test("deliver() shows each author's chain once in a session, before his first words", async () => {
  const world = await RoomWorld.open();
  const shown = new Set<string>();
  const [alice, bob] = [await world.join("alice"), await world.join("bob", { shown })];
  await world.say(alice);
  await world.say(alice);
  await world.say(bob);
  assert.deepEqual(bob.got, ["entry", "peer", "entry", "entry", "peer", "entry"]);
  assert.deepEqual([...shown], [alice.own.fingerprint, bob.own.fingerprint]);
});

Deno.test("deliver() sends what is flushed and no more", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  await world.log.state({ kind: "notice", text: "1" }, NOW_MS);
  await world.log.state({ kind: "notice", text: "2" }, NOW_MS);
  const { log } = world;
  const counts = [1, 2, 2, 3].map((flushed) =>
    log.deliver(alice.member, { nowMs: NOW_MS, flushed }).length
  );
  assert.deepEqual(counts, [0, 1, 0, 1]);
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

Deno.test("the room's head is due 2 seconds after an entry, and is over all", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const { log } = world;
  assert.equal(log.headDueAtMs, NOW_MS + 2000);
  assert.equal(await log.rollingHead(NOW_MS + 1999), undefined);
  const head = await log.rollingHead(NOW_MS + 2000);
  assert.ok(head);
  const { by, final, from, session, size, ts } = parseHead(head.message.head);
  assert.deepEqual([by, final, from, session, size, ts], [
    ...[world.server.fingerprint, false, 0, log.log, 1, NOW_MS + 2000],
  ]);
  assert.equal(log.headDueAtMs, undefined);
  assert.equal(await log.rollingHead(NOW_MS + 9999), undefined);
  const [message] = log.deliverHead(alice.member, head);
  assert.ok(message);
  assert.equal((await alice.client.takeHead(message, NOW_MS + 2000)).answer, undefined);
});

Deno.test("a session is sent no head under what it was told when it joined", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const head = await world.log.rollingHead(NOW_MS + 2000);
  assert.ok(head);
  await world.say(alice);
  const bob = await world.join("bob");
  assert.deepEqual(world.log.deliverHead(bob.member, head), []);
  assert.equal(world.log.deliverHead(alice.member, head).length, 1);
  await world.log.finalHead(alice.member, NOW_MS);
  assert.deepEqual(world.log.deliverHead(alice.member, head), []);
});

Deno.test("leaving ends in two final heads that tell the same", async () => {
  const world = await RoomWorld.open();
  const [alice, bob] = [await world.join("alice"), await world.join("bob", { want: 0 })];
  await world.say(alice);
  assert.deepEqual(await bob.client.leave(), { type: "leave", room: ROOM });
  const final = await world.log.finalHead(bob.member, NOW_MS);
  assert.ok(final);
  const { from, session, size } = parseHead(final.head);
  assert.deepEqual([from, session, size], [1, bob.session, 2]);
  await world.say(alice);
  assert.equal(bob.events.length, 1); // nothing after the final head
  const { answer } = await bob.client.takeHead(final, NOW_MS);
  assert.ok(answer);
  assert.equal(bob.member.isDone, false);
  world.log.takeHead(bob.member, answer, NOW_MS);
  assert.equal(bob.member.isDone, true);
  assert.equal(await world.log.finalHead(bob.member, NOW_MS), undefined);
});

Deno.test("what crosses the final head is dropped, and its author knows that it was not accepted", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const message = await alice.client.say("too late", NOW_MS);
  const final = await world.log.finalHead(alice.member, NOW_MS);
  assert.ok(final);
  const { kind } = await world.log.accept(alice.member, message, { nowMs: NOW_MS });
  assert.equal(kind, "dropped");
  const nonsense = { stmt: new Uint8Array(9), sig: new Uint8Array(64) };
  const dropped = await world.log.accept(alice.member, nonsense, { nowMs: NOW_MS });
  assert.equal(dropped.kind, "dropped"); // not judged
  await alice.client.takeHead(final, NOW_MS);
  assert.deepEqual(alice.client.unanswered, [{ seq: 1, text: "too late" }]);
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

Deno.test("takeHead() refuses a member's head that is not of what it was sent", async () => {
  const world = await RoomWorld.open();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const first = await alice.client.say("hello", NOW_MS);
  const { root: rootAt1 } = parseStatement(first.stmt);
  await world.log.accept(alice.member, first, { nowMs: NOW_MS });
  await world.deliver();
  const due = NOW_MS + 30_000;
  const message = await alice.client.makeHead(due);
  assert.ok(message);
  const good = parseHead(message.head);
  const { log } = world;
  const take = async (changes: Partial<typeof good>, { signer = alice.own, nowMs = due } = {}) => {
    const { member } = alice;
    return log.takeHead(member, await signHead(signer.signingKey, { ...good, ...changes }), nowMs);
  };
  await assert.rejects(take({ by: bob.own.fingerprint }), { code: "SIG_FAIL" });
  await assert.rejects(take({}, { signer: bob.own }), { code: "SIG_FAIL" });
  await assert.rejects(take({ session: sessionName(9) }), { code: "REPLAY" });
  await assert.rejects(take({ log: sessionName(9) }), { code: "REPLAY" });
  await assert.rejects(take({ room: "another room" }), { code: "REPLAY" });
  await assert.rejects(take({ ts: due + 10 * MINUTE + 1 }), { code: "STALE" });
  await assert.rejects(take({ ts: due - 10 * MINUTE - 1 }), { code: "STALE" });
  await assert.rejects(take({ from: 1 }), { code: "FORKED" });
  await assert.rejects(take({ root: "0".repeat(64) }), { code: "FORKED" });
  await assert.rejects(take({ final: true }), { code: "HANDSHAKE" });
  await log.state({ kind: "notice", text: "not delivered" }, NOW_MS);
  const carol = { session: sessionName(7), peer: bob.own, want: 0, nowMs: NOW_MS };
  const { root: rootAt3 } = parseHead((await log.join(carol)).message.head);
  await assert.rejects(take({ size: 3, root: rootAt3 }), { code: "FORKED" });
  assert.deepEqual(await take({ ts: due - 10 * MINUTE }), { ...good, ts: due - 10 * MINUTE });
  await assert.rejects(take({ size: 1, root: rootAt1 }), { code: "FORKED" }); // falls
});

Deno.test("takeHead() refuses a final head that tells another end than the server's", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  await world.say(alice);
  const { log } = world;
  const root1 = parseHead((await alice.client.makeHead(NOW_MS + 30_000))?.head ?? new Uint8Array());
  const final = await log.finalHead(alice.member, NOW_MS);
  assert.ok(final);
  const { answer } = await alice.client.takeHead(final, NOW_MS);
  assert.ok(answer);
  const good = parseHead(answer.head);
  const sign = (changes: Partial<typeof good>) =>
    signHead(alice.own.signingKey, { ...good, ...changes });
  const shorter = await sign({ size: 0, root: EMPTY_ROOT });
  assert.throws(() => log.takeHead(alice.member, shorter, NOW_MS), { code: "FORKED" });
  log.takeHead(alice.member, await sign({ ...root1 }), NOW_MS); // one that crossed
  log.takeHead(alice.member, answer, NOW_MS);
  assert.throws(() => log.takeHead(alice.member, answer, NOW_MS), { code: "HANDSHAKE" });
});

Deno.test("a member that signs for nothing is reported once, 60 seconds after its head was due", async () => {
  const world = await RoomWorld.open();
  const alice = await world.join("alice");
  const { member } = alice;
  assert.equal(member.lateAtMs, NOW_MS + 90_000);
  assert.equal(member.reportLate(NOW_MS + 89_999), undefined);
  const bob = await world.join("bob");
  const head = await bob.client.makeHead(NOW_MS + 30_000);
  world.log.takeHead(bob.member, head ?? assert.fail(), NOW_MS + 30_000);
  assert.equal(bob.member.lateAtMs, undefined);
  assert.equal(member.reportLate(NOW_MS + 90_000)?.code, "UNSIGNED");
  assert.equal(member.reportLate(NOW_MS + 90_001), undefined);
  await world.say(alice, "a statement signs for what was before it", NOW_MS + 91_000);
  assert.equal(member.lateAtMs, NOW_MS + 181_000);
  await world.log.finalHead(member, NOW_MS);
  assert.equal(member.reportLate(NOW_MS + 999_000), undefined);
});
