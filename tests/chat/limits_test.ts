import assert from "node:assert/strict";
import { Doorkeeper } from "../../src/chat/doorkeeper.ts";
import { LIMIT_TABLE } from "../../src/chat/limit_table.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { Pace } from "../../src/chat/pace.ts";
import { parseRange } from "../../src/chat/address_range.ts";
import { startRoomWorld } from "../testkit/room_server_world.ts";

const HERE = "192.0.2.1";
const THERE = "192.0.2.2";

function doorkeeper(limits: Partial<typeof LIMITS>) {
  const clock = { nowMs: 0 };
  const exempt = [parseRange("10.0.0.0/8")].filter((range) => range !== undefined);
  const door = new Doorkeeper({ ...LIMITS, ...limits }, () => exempt, () => clock.nowMs);
  return { door, clock };
}

Deno.test("every default is within the bounds that an operator has", () => {
  for (const [name, { key, least, greatest }] of Object.entries(LIMIT_TABLE)) {
    assert.ok(LIMITS[key] >= least && LIMITS[key] <= greatest, name);
  }
});

Deno.test("Doorkeeper lets so many of one address in, and tells the next which limit it was", () => {
  const { door } = doorkeeper({ connectionsPerAddress: 2 });
  const visits = [door.enter(HERE), door.enter(HERE)];
  const told = "connections_per_address is 2: try again in 10 s";
  assert.throws(() => door.enter(HERE), { code: "LIMIT", told, limit: "connections_per_address" });
  door.enter(THERE);
  visits[0]?.end();
  door.enter(HERE);
});

Deno.test("Doorkeeper lets so many come in a second, and says when the next may", () => {
  const { door, clock } = doorkeeper({ handshakesPerSecond: 2, handshakesBurst: 3 });
  for (let times = 0; times < 3; times++) door.enter(HERE);
  assert.throws(() => door.enter(HERE), { told: "handshakes_per_second is 2: try again in 1 s" });
  door.enter(THERE);
  clock.nowMs = 500;
  door.enter(HERE);
  assert.throws(() => door.enter(HERE), { limit: "handshakes_per_second" });
});

Deno.test("Doorkeeper shuts an address out that fails again and again, for a bounded time", () => {
  const { door, clock } = doorkeeper({ penaltyMaxSeconds: 60 });
  door.enter(HERE).end("FORMAT"); // 10 s: less than it takes
  door.enter(HERE).end("FORMAT");
  const told = "this address has failed too often, penalty_min_seconds is 15: try again in 20 s";
  assert.throws(() => door.enter(HERE), { code: "LIMIT", told });
  door.enter(THERE);
  clock.nowMs = 6_000;
  door.enter(HERE);
  const visits = Array.from({ length: 50 }, () => door.enter(THERE));
  for (const visit of visits) visit.end("TIMEOUT");
  assert.throws(() => door.enter(THERE), { limit: "penalty_min_seconds" });
  clock.nowMs = 6_000 + 60_000;
  door.enter(THERE);
});

Deno.test("Doorkeeper counts nothing for those who signed in, and for exempt addresses", () => {
  const { door } = doorkeeper({ connectionsPerAddress: 1 });
  for (let times = 0; times < 20; times++) door.enter(HERE).end();
  for (let times = 0; times < 20; times++) door.enter("10.1.2.3");
  assert.throws(() => {
    door.enter(HERE);
    door.enter(HERE);
  }, { code: "LIMIT" });
});

Deno.test("Pace tells the n-th statement that is refused the time of n, and then takes it", () => {
  const clock = { nowMs: 0 };
  const pace = new Pace(
    { ...LIMITS, statementsPerSecond: 10, statementsBurst: 2 },
    () => clock.nowMs,
  );
  const waits = [1, 2, 3, 4, 5].map((seq) => pace.limitOf(`main ${seq}`, 100)?.retryMs ?? 0);
  assert.deepEqual(waits, [0, 0, 100, 200, 300]);
  clock.nowMs = 100;
  assert.equal(pace.limitOf("main 3", 100), undefined);
  assert.equal(pace.limitOf("main 4", 100)?.retryMs, 100);
  clock.nowMs = 300;
  assert.equal(pace.limitOf("main 4", 100), undefined);
  assert.equal(pace.limitOf("main 5", 100), undefined);
});

Deno.test("Pace takes a statement of 32 KiB at once, and not an endless row of them", () => {
  const pace = new Pace(LIMITS, () => 0);
  const taken = Array.from({ length: 1_000 }, (_, seq) => pace.limitOf(`main ${seq}`, 32_768))
    .filter((limit) => limit === undefined).length;
  assert.ok(taken >= 50 && taken <= 150, `${taken}`);
});

Deno.test("a member who says more than a limit allows is told, and all of it arrives in the end, in order", async () => {
  await using world = await startRoomWorld({
    limits: { statementsPerSecond: 100, statementsBurst: 20 },
  });
  const alice = await world.join("alice");
  const bob = await world.join("bob");
  const words = Array.from({ length: 120 }, (_, index) => `line ${index}`);
  for (const word of words) alice.client.say(word);
  await bob.until(() => bob.heard.length === words.length);
  assert.deepEqual(bob.heard, words.map((word) => `alice: ${word}`));
  const told = alice.events.flatMap((event) =>
    event.kind === "refused" ? [event.error.message] : []
  );
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /statements_per_second is 100, statements_burst 20/);
});

Deno.test("a client that is turned away reads the limit, its value, and when to come again", async () => {
  await using world = await startRoomWorld({
    limits: { connectionsPerAddress: 1 },
    isStrict: true,
  });
  await using _alice = await closing(world, "alice");
  const bob = await world.join("bob");
  const ended = bob.events.find((event) => event.kind === "ended");
  assert.equal(ended?.error?.code, "LIMIT");
  assert.match(ended?.error?.message ?? "", /connections_per_address is 1: try again in 10 s/);
  const away = world.serverEvents.filter((event) => event.kind === "turned_away");
  assert.deepEqual(away.map(({ limit }) => limit), ["connections_per_address"]);
});

async function closing(world: Awaited<ReturnType<typeof startRoomWorld>>, name: string) {
  const { client } = await world.join(name);
  return { [Symbol.asyncDispose]: () => client.leave() };
}

Deno.test("Pace lets nobody come with more than what the place was kept for", () => {
  let nowMs = 0;
  const limits = { statementsPerSecond: 20, statementsBurst: 1, statementBytesPerSecond: 131_072 };
  const pace = new Pace(limits, () => nowMs);
  for (let seq = 0; seq <= 1_000; seq++) pace.limitOf(`main ${seq}`, 300);
  let bytes = 0;
  for (let seq = 1; seq <= 1_000; seq++) {
    nowMs = (seq + 1) * 50;
    if (pace.limitOf(`main ${seq}`, 32_768) === undefined) bytes += 32_768;
  }
  assert.ok(bytes / (nowMs / 1_000) <= 1.1 * 131_072, `${bytes} bytes in ${nowMs} ms`);
});

Deno.test("Pace gives kept places up, so that they do not add up to a burst", () => {
  let nowMs = 0;
  const limits = { statementsPerSecond: 20, statementsBurst: 50, statementBytesPerSecond: 1e9 };
  const pace = new Pace(limits, () => nowMs);
  for (let seq = 0; seq < 1_000; seq++) pace.limitOf(`main ${seq}`, 300);
  nowMs = 200_000;
  let taken = 0;
  for (let seq = 0; seq < 2_000; seq++) {
    if (pace.limitOf(`main ${seq}`, 300) === undefined) taken++;
  }
  assert.equal(taken, 50);
});
