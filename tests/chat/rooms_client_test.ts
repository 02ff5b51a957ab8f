import assert from "node:assert/strict";
import { verifyFiles } from "../testkit/verify_room_files.ts";
import { LooseLine } from "../testkit/loose_line.ts";
import { RoomsVisitor, type RoomsVisitorOptions } from "../testkit/rooms_visitor.ts";
import { type RoomWorld, startRoomWorld } from "../testkit/room_server_world.ts";

/** A visitor who leaves at the end of the test. */
async function come(
  world: RoomWorld,
  name: string,
  options: Partial<RoomsVisitorOptions> = {},
): Promise<RoomsVisitor & AsyncDisposable> {
  const transcriptDir = `${world.dir}/client-transcripts`;
  const { port } = world.server.address;
  const visitor = await RoomsVisitor.come(name, { port, transcriptDir, ...options });
  return Object.assign(visitor, { [Symbol.asyncDispose]: () => visitor.leave() });
}

Deno.test("one client talks in several rooms, and each has a transcript of its own", async () => {
  await using world = await startRoomWorld({ rooms: ["main", "pumps"] });
  {
    await using alice = await come(world, "alice", { rooms: ["main", "pumps"] });
    await using bob = await come(world, "bob", { rooms: ["pumps"] });
    alice.rooms.say("main", "only here");
    alice.rooms.say("pumps", "is pump 2 off?");
    await bob.untilHeard("pumps", "alice: is pump 2 off?");
    bob.rooms.say("pumps", "since 14:02");
    await alice.untilHeard("pumps", "bob: since 14:02");
    await alice.untilHeard("main", "alice: only here");
    assert.deepEqual(bob.heard("main"), []);
    assert.deepEqual(alice.rooms.rooms().map(({ room, isOpen }) => [room, isOpen]), [
      ["main", true],
      ["pumps", true],
    ]);
  }
  await world.server.stop();
  assert.deepEqual(await verifyFiles(world), ["VALID", "VALID", "VALID", "VALID", "VALID"]);
});

Deno.test("a room that there is not is refused, and the others go on", async () => {
  await using world = await startRoomWorld();
  await using alice = await come(world, "alice");
  alice.rooms.join("attic", 0);
  await alice.until(() => alice.of("not_entered").length === 1);
  assert.deepEqual(alice.of("not_entered").map(({ room, error }) => [room, error.code]), [
    ["attic", "ROOM"],
  ]);
  alice.rooms.say("main", "still here");
  await alice.untilHeard("main", "alice: still here");
});

Deno.test("a room that was left can be joined again", async () => {
  await using world = await startRoomWorld({ rooms: ["main", "pumps"] });
  await using alice = await come(world, "alice", { rooms: ["main", "pumps"] });
  alice.rooms.part("pumps");
  await alice.until(() => alice.of("parted").length === 1);
  assert.deepEqual(alice.rooms.rooms().map(({ room }) => room), ["main"]);
  assert.throws(() => alice.rooms.say("pumps", "x"), { code: "ROOM" });
  assert.throws(() => alice.rooms.part("main"), { code: "ROOM" });
  alice.rooms.join("pumps", 0);
  await alice.until(() => alice.of("entered").filter(({ room }) => room === "pumps").length === 2);
  alice.rooms.say("pumps", "back");
  await alice.untilHeard("pumps", "alice: back");
  assert.deepEqual(alice.of("lost"), []);
});

Deno.test("who is asked names everybody in the room once, those who never spoke too", async () => {
  await using world = await startRoomWorld();
  await using alice = await come(world, "alice");
  await using _bob = await come(world, "bob");
  await using _again = await come(world, "bob");
  alice.rooms.who("main");
  await alice.until(() => alice.of("members").length === 1);
  const [{ members, more } = { members: [], more: 1 }] = alice.of("members");
  assert.deepEqual([members.map(({ name }) => name), more], [["alice", "bob"], 0]);
  alice.rooms.who("main"); // no chain is shown twice: that would end the session
  await alice.until(() => alice.of("members").length === 2);
  assert.throws(() => alice.rooms.who("attic"), { code: "ROOM" });
});

Deno.test("two talk in a room of their own: the other is invited, a third is kept out and reads nothing", async () => {
  await using world = await startRoomWorld();
  {
    await using alice = await come(world, "alice");
    await using bob = await come(world, "bob");
    await using mallory = await come(world, "mallory");
    const room = alice.rooms.directWith(bob.rooms.self.fingerprint);
    alice.rooms.join(room, 0);
    await bob.until(() => bob.of("invited").length === 1);
    assert.deepEqual(bob.of("invited").map(({ by }) => by.name), ["alice"]);
    bob.rooms.join(room, 100);
    await bob.until(() => bob.of("entered").length === 2);
    mallory.rooms.join(room, 100);
    await mallory.until(() => mallory.of("not_entered").length === 1);
    bob.rooms.say(room, "between us");
    await alice.untilHeard(room, "bob: between us");
    await using carol = await come(world, "carol", { want: 100 });
    assert.ok(!JSON.stringify([carol.events, mallory.events]).includes("between us"));
  }
  await world.server.stop();
  const verdicts = await verifyFiles(world);
  assert.ok(verdicts.every((verdict) => verdict === "VALID"), verdicts.join());
});

Deno.test("who comes later is told of the room where somebody waits for him", async () => {
  await using world = await startRoomWorld();
  await using alice = await come(world, "alice");
  {
    await using bob = await come(world, "bob");
    alice.rooms.join(alice.rooms.directWith(bob.rooms.self.fingerprint), 0);
    await alice.until(() => alice.of("entered").length === 2);
  }
  await using bob = await come(world, "bob");
  await bob.until(() => bob.of("invited").length === 1);
});

Deno.test("a client whose line is cut comes back; what was said meanwhile is there once, in order", async () => {
  await using world = await startRoomWorld();
  await using line = new LooseLine(world.server.address.port);
  {
    await using alice = await come(world, "alice", { port: line.ownPort });
    await using bob = await come(world, "bob");
    alice.rooms.say("main", "one");
    await alice.untilHeard("main", "alice: one");
    line.isDeaf = true; // what is said now is placed, and alice does not learn it
    const two = alice.rooms.say("main", "two");
    await bob.untilHeard("main", "alice: two");
    line.cut();
    line.isDeaf = false;
    const three = alice.rooms.say("main", "three");
    bob.rooms.say("main", "four");
    await alice.untilHeard("main", "alice: three");
    await alice.untilHeard("main", "bob: four");
    await bob.untilHeard("main", "alice: three");
    const sorted = [...alice.heard("main")].sort();
    assert.deepEqual(sorted, ["alice: one", "alice: three", "alice: two", "bob: four"]);
    assert.deepEqual(bob.heard("main").filter((text) => text.startsWith("alice")), [
      ...["alice: one", "alice: two", "alice: three"],
    ]);
    const ids = alice.of("said").filter(({ isOwn }) => isOwn).map(({ id }) => id);
    assert.deepEqual(ids, [1, two, three]);
    assert.deepEqual(alice.of("lost").map(({ retryMs }) => retryMs), [400]);
    assert.deepEqual(alice.of("entered").map(({ isBack }) => isBack), [false, true]);
    assert.deepEqual(alice.of("unsent"), []);
  }
  await world.server.stop();
  const verdicts = await verifyFiles(world);
  assert.equal(verdicts.length, 4);
  assert.ok(verdicts.every((verdict) => verdict.startsWith("VALID")), verdicts.join());
});

Deno.test("a word that the server still holds of the lost line is not said twice", async () => {
  await using world = await startRoomWorld();
  await using line = new LooseLine(world.server.address.port);
  await using alice = await come(world, "alice", { port: line.ownPort });
  await using bob = await come(world, "bob");
  line.hold();
  alice.rooms.say("main", "once"); // it is on its way, and will reach the server when alice is back
  await new Promise((resolve) => setTimeout(resolve, 50));
  line.cut({ isSilent: true });
  await alice.until(() => alice.of("entered").length === 2);
  line.release(); // the server would read it now, had it not ended that session
  await alice.until(() => alice.heard("main").length === 1);
  bob.rooms.say("main", "last");
  await alice.untilHeard("main", "bob: last");
  await bob.untilHeard("main", "bob: last");
  assert.deepEqual(alice.heard("main"), ["alice: once", "bob: last"]);
  assert.deepEqual(bob.heard("main"), ["alice: once", "bob: last"]);
});

Deno.test("after the server's restart all are back; what may have been placed is told, and not said again", async () => {
  await using first = await startRoomWorld();
  await using line = new LooseLine(first.server.address.port);
  await using alice = await come(first, "alice", { port: line.ownPort });
  line.isDeaf = true;
  const doubtful = alice.rooms.say("main", "placed or not");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await using second = await startRoomWorld();
  line.port = second.server.address.port;
  line.cut();
  line.isDeaf = false;
  await alice.until(() => alice.of("lost").length === 1);
  const kept = alice.rooms.say("main", "never sent before");
  await alice.untilHeard("main", "alice: never sent before");
  assert.deepEqual(alice.of("unsent").map(({ id, fate, text }) => [id, fate, text]), [
    [doubtful, "unknown", "placed or not"],
  ]);
  assert.equal(alice.of("said").at(-1)?.id, kept);
  assert.deepEqual(alice.of("entered").map(({ isBack }) => isBack), [false, false]);
  await alice.leave();
});

Deno.test("a server that stops in order is waited for like one that is cut off", async () => {
  await using first = await startRoomWorld({ rooms: ["main", "pumps"] });
  await using second = await startRoomWorld({ rooms: ["main", "pumps"] });
  await using line = new LooseLine(first.server.address.port);
  await using alice = await come(first, "alice", { port: line.ownPort, rooms: ["main", "pumps"] });
  line.port = second.server.address.port;
  await first.server.stop();
  await alice.until(() => alice.of("entered").length === 4);
  assert.equal(alice.of("lost")[0]?.error.code, "CONNECTION");
  alice.rooms.say("pumps", "again");
  await alice.untilHeard("pumps", "alice: again");
  await alice.leave();
});

Deno.test("two who talk in a room of their own are back in it after the server's restart", async () => {
  await using first = await startRoomWorld();
  await using second = await startRoomWorld();
  await using line = new LooseLine(first.server.address.port);
  await using alice = await come(first, "alice", { port: line.ownPort });
  await using bob = await come(first, "bob", { port: line.ownPort });
  const room = alice.rooms.directWith(bob.rooms.self.fingerprint);
  alice.rooms.join(room, 0);
  await bob.until(() => bob.of("invited").length === 1);
  bob.rooms.join(room, 0);
  await bob.until(() => bob.of("entered").length === 2);
  line.port = second.server.address.port;
  line.cut();
  for (const one of [alice, bob]) {
    await one.until(() => one.of("entered").filter((event) => event.room === room).length === 2);
  }
  alice.rooms.say(room, "there you are");
  await bob.untilHeard(room, "alice: there you are");
  await Promise.all([alice.leave(), bob.leave()]);
});

Deno.test("a client that does not come back by itself tells what was not sent", async () => {
  const world = await startRoomWorld();
  await using line = new LooseLine(world.server.address.port);
  await using alice = await come(world, "alice", { port: line.ownPort, returns: false });
  line.isDeaf = true;
  alice.rooms.say("main", "lost?");
  await new Promise((resolve) => setTimeout(resolve, 50));
  line.cut();
  await alice.running;
  assert.deepEqual(alice.of("unsent").map(({ fate }) => fate), ["unknown"]);
  assert.ok(["TRUNCATED", "CONNECTION"].includes(alice.of("ended")[0]?.error?.code ?? ""));
  await world[Symbol.asyncDispose]();
});

Deno.test("whoever asks all the time who is there is answered once a second", async () => {
  await using world = await startRoomWorld();
  await using alice = await come(world, "alice");
  const startMs = performance.now();
  for (let times = 0; times < 1_000; times++) alice.rooms.who("main");
  await alice.until(() => alice.of("members").length === 2);
  assert.ok(performance.now() - startMs >= 900);
  alice.rooms.say("main", "the chat goes on");
  await alice.untilHeard("main", "alice: the chat goes on");
  assert.equal(alice.of("members").length, 2);
});
