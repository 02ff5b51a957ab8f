import assert from "node:assert/strict";
import { EMPTY_ROOT } from "../../../src/protocol/v2/merkle_tree.ts";
import { parseHead, signHead } from "../../../src/protocol/v2/head.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import { ROOM, sessionName } from "../../testkit/hand_room.ts";
import { NOW_MS } from "../../testkit/identities2.ts";
import { RoomWorld } from "../../testkit/room_world.ts";

const MINUTE = 60_000;

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
