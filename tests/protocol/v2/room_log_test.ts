import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { EMPTY_ROOT } from "../../../src/protocol/v2/merkle_tree.ts";
import { EntryWindow } from "../../../src/protocol/v2/entry_window.ts";
import type { PeerIdentity } from "../../../src/protocol/v2/peer_identity.ts";
import { RoomLog } from "../../../src/protocol/v2/room_log.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import { ROOM, sessionName } from "../../testkit/hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME } from "../../testkit/identities2.ts";
import { RoomWorld } from "../../testkit/room_world.ts";

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
