import assert from "node:assert/strict";
import type { RoomWorld } from "../testkit/room_server_world.ts";
import { directRoomName } from "../../src/protocol/v2/room_name.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { signHead } from "../../src/protocol/v2/head.ts";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { fillDisk } from "../testkit/full_disk.ts";
import { identity2 } from "../testkit/identities2.ts";
import { RoomPeer, stateAs } from "../testkit/room_peer.ts";
import { registration2, startRoomWorld } from "../testkit/room_server_world.ts";

function mallory(): Promise<OwnIdentity> {
  return identity2("mallory", "client", { nowMs: Date.now() });
}

/** The server's events about a peer. */
function eventsOf(world: RoomWorld, { localPort }: RoomPeer): readonly SessionEvent[] {
  return world.serverEvents.flatMap((event) =>
    event.kind === "session" && event.member.address.endsWith(`:${localPort}`) ? [event.event] : []
  );
}

/** The code that ended the server's session with a peer, or "open" after some seconds. */
async function endOf(world: RoomWorld, peer: RoomPeer): Promise<string> {
  const deadline = performance.now() + 8_000;
  while (performance.now() < deadline) {
    const ended = eventsOf(world, peer).find((event) => event.kind === "ended");
    if (ended !== undefined) return ended.error?.code ?? "no error";
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return "open";
}

Deno.test("a client that is asked for its password may be silent but for pings: they are no tries", async () => {
  await using world = await startRoomWorld({ signIn: "password" });
  using peer = await RoomPeer.enter(world.server.address.port, await mallory());
  for (let ping = 0; ping < 5; ping++) await peer.send({ type: "ping" });
  const { email, password } = registration2("mallory");
  await peer.send({ type: "login", email, password });
  assert.equal(await peer.statusCode(), "CERT_MISMATCH");
  await peer.send({ type: "register", email, password });
  // The connection goes on: with the delay after one failure, or, where a hash takes longer, without.
  assert.match(await peer.statusCode(), /^(BUSY|OK)$/);
});

Deno.test("a client that says why it ends is believed, and not told anything", async () => {
  await using world = await startRoomWorld();
  using peer = await RoomPeer.enter(world.server.address.port, await mallory());
  await peer.join();
  await peer.send({ type: "status", status: "FORKED", message: "another root" });
  assert.equal(await endOf(world, peer), "FORKED");
  assert.equal(await peer.statusCode(), "silence");
});

Deno.test("whose certificate is revoked is told so, before signing in and in a room", async () => {
  const revoked = { revokedMs: 1, reason: "keyCompromise" } as const;
  let isRevoked = false;
  await using world = await startRoomWorld({
    signIn: "password",
    revocationOf: (certificate) =>
      isRevoked && certificate.commonName === "mallory" ? revoked as never : undefined,
  });
  const own = await mallory();
  const { port } = world.server.address;
  using asked = await RoomPeer.enter(port, own);
  using inside = await RoomPeer.enter(port, own);
  const { email, password } = registration2("mallory");
  await inside.send({ type: "register", email, password });
  assert.equal(await inside.statusCode(), "OK");
  await inside.join();
  isRevoked = true;
  assert.equal(world.server.endRevoked(), 2);
  assert.equal(await asked.statusCode(), "REVOKED");
  assert.equal(await inside.statusCode(), "REVOKED");
  using late = await RoomPeer.enter(port, own);
  assert.equal(await late.statusCode(), "REVOKED");
});

Deno.test("what a client says and leaves upon in one breath comes back before the final head", async () => {
  await using world = await startRoomWorld();
  const own = await mallory();
  using peer = await RoomPeer.enter(world.server.address.port, own);
  const head = await peer.join();
  const said = await stateAs(own, head, { text: "bye" });
  await peer.send({ type: "msg", ...said }, { type: "leave", room: "main" });
  const texts: string[] = [];
  for (let message = await peer.next(); message !== undefined; message = await peer.next()) {
    if (message.type === "entry") texts.push(parseStatement(message.stmt).text);
    if (message.type === "head") break;
  }
  assert.deepEqual(texts, ["bye"]);
});

Deno.test("a server whose rooms cannot be written does not start, and leaves nothing open", async () => {
  using _full = fillDisk();
  const starting = startRoomWorld({ rooms: ["one", "two"] });
  await assert.rejects(starting, { code: "FILE" });
});

Deno.test("a room of two that could not be written can be joined when the disk has room again", async () => {
  await using world = await startRoomWorld();
  const [own, bob] = [await mallory(), await identity2("bob", "client", { nowMs: Date.now() })];
  const { port } = world.server.address;
  using other = await RoomPeer.enter(port, bob);
  await other.join();
  const room = directRoomName(own.fingerprint, bob.fingerprint);
  using first = await RoomPeer.enter(port, own);
  {
    using _full = fillDisk();
    await first.send({ type: "join", room, want: 0 });
    assert.equal(await endOf(world, first), "FILE");
  }
  using again = await RoomPeer.enter(port, own);
  assert.equal((await again.join(room)).room, room);
});

Deno.test("one person begins at most 64 rooms of two", async () => {
  await using world = await startRoomWorld();
  const own = await mallory();
  const { port } = world.server.address;
  const people = await Promise.all(
    Array.from(
      { length: 65 },
      (_, index) => identity2(`person ${index}`, "client", { nowMs: Date.now() }),
    ),
  );
  const peers = await Promise.all(people.map((person) => RoomPeer.enter(port, person)));
  const joins = people.map(({ fingerprint }) => directRoomName(own.fingerprint, fingerprint));
  try {
    for (let from = 0; from < 64; from += 32) {
      using peer = await RoomPeer.enter(port, own);
      for (const room of joins.slice(from, from + 32)) await peer.join(room);
    }
    using peer = await RoomPeer.enter(port, own);
    await peer.send({ type: "join", room: joins[64] ?? "", want: 0 });
    assert.equal(await peer.statusCode(), "ROOM");
  } finally {
    for (const peer of peers) peer[Symbol.dispose]();
  }
});

Deno.test("a room full of the longest words is no obstacle to whoever wants its past", async () => {
  await using world = await startRoomWorld();
  const own = await mallory();
  using peer = await RoomPeer.enter(world.server.address.port, own);
  const head = await peer.join();
  for (let seq = 1; seq <= 100; seq++) {
    const signed = await stateAs(own, head, { seq, text: "x".repeat(32_000) });
    await peer.send({ type: "msg", ...signed });
    await peer.until("entry");
  }
  const bob = await world.join("bob", { want: 100 });
  await bob.until((events) =>
    bob.endCode !== undefined || events.some(({ kind }) => kind === "said")
  );
  assert.equal(bob.endCode, undefined);
  bob.client.say("hello");
  await bob.until(() => bob.heard.includes("me: hello"));
});

Deno.test("a reader that is 4 MiB behind is told BUSY, and what it was not sent leaves no gap", async () => {
  await using world = await startRoomWorld();
  const own = await mallory();
  const { port } = world.server.address;
  using sleeper = await RoomPeer.enter(
    port,
    await identity2("sleeper", "client", { nowMs: Date.now() }),
  );
  await sleeper.join();
  using peer = await RoomPeer.enter(port, own);
  const head = await peer.join();
  for (let seq = 1; isOpen(world, sleeper) && seq < 1_000; seq++) {
    const signed = await stateAs(own, head, { seq, text: "x".repeat(32_000) });
    await peer.send({ type: "msg", ...signed });
    await peer.until("entry");
  }
  assert.equal(await endOf(world, sleeper), "BUSY");
  let next = 1;
  for (let message = await sleeper.next(); message !== undefined; message = await sleeper.next()) {
    if (message.type !== "entry") continue;
    const { kind, seq } = parseStatement(message.stmt);
    if (kind === "say") assert.equal(seq, next++);
  }
});

function isOpen(world: RoomWorld, peer: RoomPeer): boolean {
  return !eventsOf(world, peer).some((event) => event.kind === "ended");
}

Deno.test("ChatServer.stop() takes less than 5 s whatever its clients are in the middle of", async () => {
  await using world = await startRoomWorld({ signIn: "certificate" });
  const own = await mallory();
  const { port } = world.server.address;
  using silent = await RoomPeer.dial(port);
  using shaking = await RoomPeer.dial(port);
  await shaking.write(Uint8Array.of(0, 0, 6));
  using nowhere = await RoomPeer.enter(port, own);
  using deaf = await RoomPeer.enter(port, await identity2("deaf", "client", { nowMs: Date.now() }));
  await deaf.join();
  using speaker = await RoomPeer.enter(port, own);
  const head = await speaker.join();
  for (let seq = 1; seq <= 60; seq++) {
    const signed = await stateAs(own, head, { seq, text: "x".repeat(32_000) });
    await speaker.send({ type: "msg", ...signed });
    await speaker.until("entry");
  }
  const startedMs = performance.now();
  await world.server.stop();
  assert.ok(performance.now() - startedMs < 5_000, "stopping took too long");
  assert.equal(await nowhere.statusCode(), "CONNECTION");
  assert.equal(await silent.body() === undefined, false); // refused in plain
});

Deno.test("a client that sends heads without end is ended with LIMIT, before the disk has many of them", async () => {
  await using world = await startRoomWorld({ isStrict: true });
  const own = await mallory();
  using peer = await RoomPeer.enter(world.server.address.port, own);
  const joined = await peer.join();
  const head = await signHead(own.signingKey, {
    ...joined,
    ...{ by: own.fingerprint, ts: Date.now(), final: false },
  });
  const line = { type: "head", ...head } as const;
  for (let many = 0; many < 20; many++) await peer.send(...Array(50).fill(line));
  assert.equal(await endOf(world, peer), "LIMIT");
  const [host] = await world.server.hosts();
  const lines = (await Deno.readTextFile(host?.path ?? "")).split("\n");
  const kept = lines.filter((one) => one.includes('"type":"head"')).length;
  assert.ok(kept > 200 && kept < 300, `${kept} heads`);
});
