import assert from "node:assert/strict";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { Authors } from "../../../src/protocol/v2/authors.ts";
import { ClientRoom } from "../../../src/protocol/v2/client_room.ts";
import { parseStatement, type Statement } from "../../../src/protocol/v2/statement.ts";
import { HandRoom, LOG, ROOM, sessionName, signedBy } from "../../testkit/hand_room.ts";
import {
  alice,
  bob,
  bobWithAlice,
  codeOf,
  judge,
  openRoom,
  S1,
  S2,
  S3,
  server,
} from "../../testkit/bobs_room.ts";
import { NOW_MS, SERVER2_NAME } from "../../testkit/identities2.ts";

const MINUTE = 60_000;

/** The code of what a client makes of Alice's second statement with changes. */
async function codeOfSecond(changes: Partial<Statement>, nowMs = NOW_MS): Promise<string> {
  const { room, client } = await bobWithAlice();
  return await codeOf(client.takeEntry(await room.sign(alice, S1, changes), nowMs));
}

Deno.test("takeEntry() tells what each kind of entry means", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [alice] });
  const about = alice.fingerprint;
  const entries = [
    await room.place(server, LOG, { kind: "join", text: about }),
    await room.place(alice, S1, { text: "hello" }),
    await room.place(server, LOG, { kind: "leave", text: about }),
    await room.place(server, LOG, { kind: "remove", text: about }),
    await room.place(server, LOG, { kind: "notice", text: "maintenance at 6" }),
    await room.place(server, LOG, { text: "the server may also speak" }),
  ];
  const events = [];
  for (const entry of entries) events.push(await client.takeEntry(entry, NOW_MS));
  assert.deepEqual(events.map(({ kind, author, text }) => [kind, author, text]), [
    ["joined", SERVER2_NAME, about],
    ["said", "alice", "hello"],
    ["left", SERVER2_NAME, about],
    ["removed", SERVER2_NAME, about],
    ["notice", SERVER2_NAME, "maintenance at 6"],
    ["said", SERVER2_NAME, "the server may also speak"],
  ]);
  const { text: _, kind: __, session: ___, seq, ...rest } = events[1] ?? assert.fail();
  assert.equal(seq, 1);
  const { fingerprint } = alice;
  assert.deepEqual(rest, { index: 2, author: "alice", fingerprint, ts: NOW_MS, isOwn: false });
});

Deno.test("takeEntry() refuses what was signed for another log or room, or has not the next number, as REPLAY", async () => {
  assert.equal(await codeOfSecond({}), "OK");
  assert.equal(await codeOfSecond({ log: sessionName(9) }), "REPLAY");
  assert.equal(await codeOfSecond({ room: "another room" }), "REPLAY");
  assert.equal(await codeOfSecond({ seq: 1 }), "REPLAY");
  assert.equal(await codeOfSecond({ seq: 3 }), "REPLAY");
  assert.equal(await codeOfSecond({ session: LOG, seq: 1 }), "REPLAY");
  assert.equal(await codeOfSecond({ session: LOG, kind: "notice" }), "REPLAY");
});

Deno.test("takeEntry() takes any number as the first that it sees of an author's session", async () => {
  assert.equal(await codeOfSecond({ session: S3, seq: 7 }), "OK");
});

Deno.test("takeEntry() takes the opening as entry 0, nothing else there, and nowhere else", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  const open = { kind: "open", text: "", seq: 1, size: 0, root: "" } as const;
  const { root } = parseStatement(room.entries[0]?.stmt ?? new Uint8Array());
  const again = await room.sign(server, LOG, { ...open, root });
  assert.equal(await codeOf(client.takeEntry(again, NOW_MS)), "REPLAY");
  const late = await room.client(bob, S2, { from: 1 }); // saw no line of the server before
  assert.equal(await codeOf(late.takeEntry(again, NOW_MS)), "REPLAY");
  const empty = new HandRoom(server, judge);
  await empty.place(server, LOG, { kind: "notice", text: "hello" });
  await assert.rejects(empty.client(bob, S2), { code: "REPLAY" });
});

Deno.test("takeEntry() refuses the server's words in another session than the log's as REPLAY", async () => {
  const { room, client } = await bobWithAlice();
  assert.equal(await codeOf(client.takeEntry(await room.sign(server, S3), NOW_MS)), "REPLAY");
});

Deno.test("takeEntry() refuses an author whose chain was not shown, or holds no more, as BAD_CERT", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  const entry = await room.sign(alice, S1);
  assert.equal(await codeOf(client.takeEntry(entry, NOW_MS)), "BAD_CERT");
  const year = 365 * 24 * 60 * MINUTE;
  assert.equal(await codeOfSecond({ ts: NOW_MS + year }, NOW_MS + year), "BAD_CERT");
  const { room: other, client: reader } = await bobWithAlice();
  const line = await other.sign(server, LOG, { kind: "notice", ts: NOW_MS + year });
  assert.equal(await codeOf(reader.takeEntry(line, NOW_MS + year)), "BAD_CERT");
});

Deno.test("takeEntry() refuses what its author did not sign as SIG_FAIL", async () => {
  const { room, client } = await bobWithAlice();
  const statement = room.statement(alice, S1);
  const forged = await signedBy(server, statement);
  assert.equal(await codeOf(client.takeEntry(forged, NOW_MS)), "SIG_FAIL");
  const { sig } = await signedBy(alice, statement);
  const { stmt } = await signedBy(alice, { ...statement, text: "pay 99" });
  assert.equal(await codeOf(client.takeEntry({ stmt, sig }, NOW_MS)), "SIG_FAIL");
});

Deno.test("takeEntry() refuses a time more than 10 minutes away as STALE", async () => {
  assert.equal(await codeOfSecond({ ts: NOW_MS - 10 * MINUTE }), "OK");
  assert.equal(await codeOfSecond({ ts: NOW_MS + 10 * MINUTE }), "OK");
  assert.equal(await codeOfSecond({ ts: NOW_MS - 10 * MINUTE - 1 }), "STALE");
  assert.equal(await codeOfSecond({ ts: NOW_MS + 10 * MINUTE + 1 }), "STALE");
});

Deno.test("takeEntry() takes history of any age, but none of the future", async () => {
  const room = await openRoom();
  await room.place(alice, S1, { ts: NOW_MS - 600 * MINUTE });
  await room.client(bob, S2, { known: [alice] });
  await room.place(alice, S1, { ts: NOW_MS + 10 * MINUTE + 1 });
  await assert.rejects(room.client(bob, S2, { known: [alice] }), { code: "STALE" });
});

Deno.test("takeEntry() refuses a tree that is another, goes back, or is ahead as FORKED", async () => {
  assert.equal(await codeOfSecond({ root: "0".repeat(64) }), "FORKED");
  assert.equal(await codeOfSecond({ size: 3 }), "FORKED");
  const { room, client } = await bobWithAlice();
  const early = room.tree.rootAt(1).toHex();
  await client.takeEntry(await room.place(alice, S1), NOW_MS);
  const back = await room.sign(alice, S1, { size: 1, root: early });
  assert.equal(await codeOf(client.takeEntry(back, NOW_MS)), "FORKED");
  const first = await room.sign(alice, S3, { size: 1, root: early }); // a session's first may
  assert.equal(await codeOf(client.takeEntry(first, NOW_MS)), "OK");
  const ahead = await room.sign(alice, sessionName(4), { size: 9 });
  assert.equal(await codeOf(client.takeEntry(ahead, NOW_MS)), "FORKED");
});

Deno.test("takeEntry() checks no root before its own first entry, and every one after it", async () => {
  const room = await openRoom();
  const old = room.statement(alice, S1);
  await room.place(bob, S3);
  await room.place(bob, S3);
  const client = await room.client(bob, S2, { from: 2, known: [alice, bob] });
  const root = "0".repeat(64);
  const blind = await signedBy(alice, { ...old, root });
  assert.equal(await codeOf(client.takeEntry(blind, NOW_MS)), "OK");
  room.append(blind);
  const seen = await room.sign(alice, S1, { seq: 2, root });
  assert.equal(await codeOf(client.takeEntry(seen, NOW_MS)), "FORKED");
});

Deno.test("takeEntry() finds at the joined head's size that the head is of another log", async () => {
  const room = await openRoom();
  await room.place(alice, S1);
  const message = await room.joined(S2, { root: "0".repeat(64) });
  const authors = new Authors({ server, judge });
  await authors.take(alice.chain, NOW_MS);
  const client = ClientRoom.joined(message, {
    ...{ room: ROOM, want: 9, session: S2, own: bob, authors, random: randomBytes, nowMs: NOW_MS },
  });
  const [open, said] = room.entries;
  assert.equal(await codeOf(client.takeEntry(open ?? assert.fail(), NOW_MS)), "OK");
  assert.equal(await codeOf(client.takeEntry(said ?? assert.fail(), NOW_MS)), "FORKED");
});
