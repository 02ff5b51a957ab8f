/** A room whose file finds the disk full, or broken: who is told what, and what comes of what was said. */

import assert from "node:assert/strict";
import { DISK_FULL_TEXT, DISK_ROOM_TEXT } from "../../src/chat/disk_watch.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { Head } from "../../src/protocol/v2/head.ts";
import type { Message } from "../../src/protocol/v2/messages.ts";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import { type BrokenDisk, type DiskFault, fillDisk } from "../testkit/full_disk.ts";
import { identity2 } from "../testkit/identities2.ts";
import { RoomPeer, stateAs } from "../testkit/room_peer.ts";
import { type RoomWorld, startRoomWorld } from "../testkit/room_server_world.ts";

function identity(name: string): Promise<OwnIdentity> {
  return identity2(name, "client", { nowMs: Date.now() });
}

interface Speaker {
  readonly peer: RoomPeer;
  readonly own: OwnIdentity;
  readonly head: Head;
}

/** Somebody whose words nobody but the server writes to a disk. */
async function enter(world: RoomWorld, name: string): Promise<Speaker> {
  const own = await identity(name);
  const peer = await RoomPeer.enter(world.server.address.port, own);
  return { peer, own, head: await peer.join() };
}

async function say({ peer, own, head }: Speaker, seq: number): Promise<void> {
  const signed = await stateAs(own, head, { seq, text: `word ${seq}` });
  await peer.send({ type: "msg", ...signed });
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function disksOf(world: RoomWorld): readonly string[] {
  return world.serverEvents.flatMap((event) =>
    event.kind === "disk" ? [event.error?.code ?? "room"] : []
  );
}

/** Fills the disk and says something: it has its place in the log, and waits. */
async function stall(
  world: RoomWorld,
  speaker: Speaker,
  fault: DiskFault = {},
): Promise<BrokenDisk> {
  const disk = fillDisk(fault);
  await say(speaker, 1);
  await until("the disk is full", () => disksOf(world).length > 0);
  return disk;
}

function isStatement(message: Message): message is Message<"entry"> {
  return message.type === "entry";
}

/** Texts that come, up to one of them; of lines that say who came and went only that. */
async function textsUntil(peer: RoomPeer, last: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (;;) {
    const message = await peer.next();
    if (message === undefined) throw new Error(`the end came before "${last}": ${texts}`);
    if (!isStatement(message)) continue;
    const { kind, text } = parseStatement(message.stmt);
    texts.push(kind === "say" || kind === "notice" ? text : kind);
    if (texts.at(-1) === last) return texts;
  }
}

async function fileTexts(world: RoomWorld): Promise<readonly string[]> {
  const text = await Deno.readTextFile(world.transcripts("server")[0] ?? "");
  assert.ok(text.endsWith("\n"), "no torn line");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "entry")
    .map(({ stmt }) => parseStatement(Uint8Array.fromBase64(stmt)))
    .map(({ kind, text }) => kind === "say" || kind === "notice" ? text : kind);
}

for (const at of ["write", "sync"] as const) {
  Deno.test(`on a full disk (${at}) what has its place waits, new words are refused, and all comes once when there is room`, async () => {
    await using world = await startRoomWorld();
    const [alice, bob] = [await enter(world, "alice"), await enter(world, "bob")];
    using _alice = alice.peer;
    using _bob = bob.peer;
    using disk = await stall(world, alice, { at });
    await say(alice, 2);
    const refused = await alice.peer.until("refused");
    assert.deepEqual([refused?.seq, refused?.message], [2, DISK_FULL_TEXT]);
    assert.deepEqual((await fileTexts(world)).filter((text) => text.startsWith("word")), []);
    assert.equal(world.server.say("hello?"), 0, "the operator's words are not taken, either");
    disk[Symbol.dispose]();
    const told = ["word 1", DISK_FULL_TEXT, DISK_ROOM_TEXT];
    assert.deepEqual((await textsUntil(bob.peer, DISK_ROOM_TEXT)).slice(-3), told);
    await say(alice, 2);
    assert.deepEqual(await textsUntil(bob.peer, "word 2"), ["word 2"]);
    assert.deepEqual(
      (await textsUntil(alice.peer, "word 2")).filter((text) => text !== "join"),
      [...told, "word 2"],
    );
    assert.deepEqual((await fileTexts(world)).slice(-4), [...told, "word 2"]);
    assert.deepEqual(disksOf(world), ["FILE", "FILE", "room"]); // the second for the operator's words
  });
}

Deno.test("while the disk is full nobody is let in, and is told why", async () => {
  await using world = await startRoomWorld();
  const alice = await enter(world, "alice");
  using _alice = alice.peer;
  using disk = await stall(world, alice);
  using late = await RoomPeer.enter(world.server.address.port, await identity("late"));
  await late.send({ type: "join", room: "main", want: 0 });
  const status = await late.until("status");
  assert.deepEqual([status?.status, status?.message], ["BUSY", DISK_FULL_TEXT]);
  disk[Symbol.dispose]();
  await until("there is room", () => disksOf(world).includes("room"));
  using again = await RoomPeer.enter(world.server.address.port, await identity("late"));
  assert.equal((await again.join()).room, "main");
});

Deno.test("whoever goes while the disk is full is seen to go when there is room, after what was said", async () => {
  await using world = await startRoomWorld();
  const [alice, bob] = [await enter(world, "alice"), await enter(world, "bob")];
  using disk = await stall(world, alice);
  bob.peer[Symbol.dispose]();
  await until("bob's session is over", () => world.server.members().length === 1);
  await alice.peer.send({ type: "leave", room: "main" });
  disk[Symbol.dispose]();
  const texts = await textsUntil(alice.peer, "word 1");
  assert.equal(texts.filter((text) => text === "word 1").length, 1);
  assert.equal((await alice.peer.until("head"))?.type, "head");
  alice.peer[Symbol.dispose]();
  await until("both are gone", () => world.server.members().length === 0);
  const rest = (await fileTexts(world)).slice(3);
  assert.deepEqual(rest.filter((text) => text === "leave" || text.startsWith("word")), [
    ...["word 1", "leave", "leave"],
  ]);
});

Deno.test("a session that is revoked while the disk is full ends at once", async () => {
  let isRevoked = false;
  const revoked = { serial: "", revokedMs: 0, reason: "unspecified" };
  await using world = await startRoomWorld({
    revocationOf: ({ commonName }) =>
      isRevoked && commonName === "alice" ? revoked as never : undefined,
  });
  const alice = await enter(world, "alice");
  using _alice = alice.peer;
  using _full = await stall(world, alice);
  isRevoked = true;
  world.server.endRevoked();
  assert.equal(await alice.peer.statusCode(), "REVOKED");
});

Deno.test("a server that stops while nothing can be written says FILE, and does not wait for room", async () => {
  const world = await startRoomWorld();
  const alice = await enter(world, "alice");
  using _alice = alice.peer;
  using _full = await stall(world, alice);
  const startedMs = performance.now();
  await world[Symbol.asyncDispose]();
  assert.ok(performance.now() - startedMs < 5_000);
  assert.equal(await alice.peer.statusCode(), "FILE");
});

Deno.test("a disk that fails ends everybody in the room with FILE, and the operator is told", async () => {
  await using world = await startRoomWorld();
  const [alice, bob] = [await enter(world, "alice"), await enter(world, "bob")];
  using _alice = alice.peer;
  using _bob = bob.peer;
  using _broken = fillDisk({ code: "EIO" });
  await say(alice, 1);
  assert.deepEqual([await alice.peer.statusCode(), await bob.peer.statusCode()], ["FILE", "FILE"]);
  const rooms = world.serverEvents.flatMap((event) => event.kind === "room" ? [event] : []);
  assert.deepEqual(rooms.map(({ room, error }) => [room, error.code]), [["main", "FILE"]]);
});

Deno.test("whoever cannot be shown a word for 5 minutes is sent away, and reads it when he comes again", async () => {
  await using world = await startRoomWorld();
  const alice = await enter(world, "alice");
  using _alice = alice.peer;
  const { setTimeout: wait } = globalThis;
  const due: (() => void)[] = [];
  globalThis.setTimeout =
    ((ring: () => void, ms: number) =>
      ms === 300_000 ? due.push(ring) : wait(ring, ms)) as typeof wait;
  using disk = await stall(world, alice);
  globalThis.setTimeout = wait;
  for (const ring of due) ring();
  assert.equal(await alice.peer.statusCode(), "FILE");
  disk[Symbol.dispose]();
  await until("there is room", () => disksOf(world).includes("room"));
  using again = await RoomPeer.enter(world.server.address.port, await identity("alice"));
  await again.send({ type: "join", room: "main", want: 100 });
  assert.ok((await textsUntil(again, DISK_ROOM_TEXT)).includes("word 1"));
});
