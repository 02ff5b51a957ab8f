import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { Authors } from "../../../src/protocol/v2/authors.ts";
import { chainJudge } from "../../../src/protocol/v2/chain_judge.ts";
import { ClientRoom } from "../../../src/protocol/v2/client_room.ts";
import type { Head } from "../../../src/protocol/v2/head.ts";
import { parseHead } from "../../../src/protocol/v2/head.ts";
import { parseStatement, type Statement } from "../../../src/protocol/v2/statement.ts";
import { HandRoom, LOG, ROOM, sessionName, signedBy } from "../../testkit/hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";

const MINUTE = 60_000;
const [S1, S2, S3] = [sessionName(1), sessionName(2), sessionName(3)];

const server = await identity2(SERVER2_NAME, "server");
const alice = await identity2("alice", "client");
const bob = await identity2("bob", "client");
const trust = await trust2();
const judge = chainJudge(() => trust, SERVER2_NAME);

function openRoom(): Promise<HandRoom> {
  return HandRoom.open(server, judge);
}

/** Bob's client with all of a room in which Alice spoke once. */
async function bobWithAlice(): Promise<{ readonly room: HandRoom; readonly client: ClientRoom }> {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [alice] });
  await client.takeEntry(await room.place(alice, S1), NOW_MS);
  return { room, client };
}

/** The code of what a client makes of Alice's second statement with changes. */
async function codeOfSecond(changes: Partial<Statement>, nowMs = NOW_MS): Promise<string> {
  const { room, client } = await bobWithAlice();
  return await codeOf(client.takeEntry(await room.sign(alice, S1, changes), nowMs));
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "OK";
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
    return error.code;
  }
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
  const { text: _, kind: __, ...rest } = events[1] ?? assert.fail();
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

Deno.test("sayAll() numbers what is signed together in its order, over one tree", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [bob] });
  await client.say("one", NOW_MS);
  const messages = await client.sayAll(["two", "three"], NOW_MS);
  const statements = messages.map(({ stmt }) => parseStatement(stmt));
  assert.deepEqual(statements.map(({ seq, text }) => [seq, text]), [[2, "two"], [3, "three"]]);
  assert.deepEqual(statements.map(({ size, root }) => [size, root]), [
    [client.size, client.root],
    [client.size, client.root],
  ]);
  assert.equal(client.unansweredCount, 3);
});

Deno.test("sayAll() says nothing if one of the texts cannot be said", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [bob] });
  assert.equal(await codeOf(client.sayAll(["good", "bad \ud800"], NOW_MS)), "FORMAT");
  assert.deepEqual(client.unanswered, []);
  const [message] = await client.sayAll(["good"], NOW_MS);
  assert.equal(parseStatement(message?.stmt ?? assert.fail()).seq, 1);
});

Deno.test("own words come back in order and unchanged, or it is FORKED", async () => {
  async function spoken() {
    const room = await openRoom();
    const client = await room.client(bob, S2, { known: [bob] });
    const words = [await client.say("one", NOW_MS), await client.say("two", NOW_MS)] as const;
    return { room, client, words };
  }
  const { client: good, words: [first, second] } = await spoken();
  assert.equal((await good.takeEntry(first, NOW_MS)).isOwn, true);
  assert.deepEqual(good.unanswered, [{ seq: 2, text: "two" }]);
  assert.equal((await good.takeEntry(second, NOW_MS)).text, "two");
  assert.equal(await codeOf(good.takeEntry(second, NOW_MS)), "FORKED");
  const swapped = await spoken();
  assert.equal(await codeOf(swapped.client.takeEntry(swapped.words[1], NOW_MS)), "FORKED");
  const { client: victim, words: [mine] } = await spoken();
  const stolen = await signedBy(bob, { ...parseStatement(mine.stmt), text: "never said" });
  assert.equal(await codeOf(victim.takeEntry(stolen, NOW_MS)), "FORKED");
});

Deno.test("own words of another session are those of anybody", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [bob] });
  const { isOwn, author } = await client.takeEntry(await room.sign(bob, S1), NOW_MS);
  assert.deepEqual([isOwn, author], [false, "bob"]);
});

Deno.test("own words that were held back for more than 10 minutes are STALE", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  const message = await client.say("one", NOW_MS);
  assert.equal(await codeOf(client.takeEntry(message, NOW_MS + 10 * MINUTE + 1)), "STALE");
});

async function codeOfJoin(
  changes: Partial<Head>,
  { want = 9, nowMs = NOW_MS, peaks }: {
    readonly want?: number;
    readonly nowMs?: number;
    readonly peaks?: readonly string[];
  } = {},
): Promise<string> {
  const room = await openRoom();
  for (let count = 0; count < 3; count++) await room.place(alice, S1);
  const message = await room.joined(S2, changes);
  const authors = new Authors({ server, judge });
  const options = { room: ROOM, want, session: S2, own: bob, authors, random: randomBytes, nowMs };
  const join = () => ClientRoom.joined({ ...message, peaks: peaks ?? message.peaks }, options);
  return await codeOf(Promise.resolve().then(join));
}

Deno.test("joined() refuses a head that is not of this session, signed by the server now", async () => {
  assert.equal(await codeOfJoin({}), "OK");
  assert.equal(await codeOfJoin({ by: bob.fingerprint }), "SIG_FAIL");
  assert.equal(await codeOfJoin({ session: S3 }), "REPLAY");
  assert.equal(await codeOfJoin({ session: LOG }), "REPLAY");
  assert.equal(await codeOfJoin({ room: "another room" }), "REPLAY");
  assert.equal(await codeOfJoin({ log: S2 }), "FORMAT");
  assert.equal(await codeOfJoin({ final: true }), "FORMAT");
  assert.equal(await codeOfJoin({}, { want: 3 }), "FORMAT");
  assert.equal(await codeOfJoin({ from: 1 }, { want: 3 }), "OK");
  assert.equal(await codeOfJoin({ ts: NOW_MS - 5 * MINUTE - 1 }), "STALE");
  assert.equal(await codeOfJoin({ ts: NOW_MS + 5 * MINUTE + 1 }), "STALE");
});

Deno.test("joined() refuses peaks that do not fit", async () => {
  assert.equal(await codeOfJoin({ from: 3 }), "OK");
  assert.equal(await codeOfJoin({ from: 3 }, { peaks: ["0".repeat(64)] }), "FORMAT");
  assert.equal(await codeOfJoin({ from: 4 }), "OK");
  assert.equal(await codeOfJoin({ from: 4 }, { peaks: ["0".repeat(64)] }), "FORKED");
});

Deno.test("takeHead() refuses a head of the server that is not over what came", async () => {
  const { room, client } = await bobWithAlice();
  const take = async (changes: Partial<Head>) =>
    await codeOf(client.takeHead(await room.head(changes), NOW_MS));
  assert.equal(await take({ by: alice.fingerprint }), "SIG_FAIL");
  const { head, sig } = await room.head();
  assert.equal(
    await codeOf(client.takeHead({ head, sig: sig.with(0, sig[0] ? 0 : 1) }, NOW_MS)),
    "SIG_FAIL",
  );
  assert.equal(await take({ session: S3 }), "REPLAY");
  assert.equal(await take({ session: S2 }), "REPLAY"); // of this session only if it is final
  assert.equal(await take({ final: true }), "REPLAY");
  assert.equal(await take({ log: sessionName(9), session: sessionName(9) }), "REPLAY");
  assert.equal(await take({ room: "another room" }), "REPLAY");
  assert.equal(await take({ ts: NOW_MS - 10 * MINUTE - 1 }), "STALE");
  assert.equal(await take({ ts: NOW_MS + 10 * MINUTE + 1 }), "STALE");
  assert.equal(await take({ root: "0".repeat(64) }), "FORKED");
  assert.equal(await take({ size: 3 }), "FORKED");
  assert.equal(await take({ ts: NOW_MS - 10 * MINUTE }), "OK");
  assert.equal(await take({ size: 1 }), "FORKED"); // falls
});

Deno.test("takeHead() refuses a final head over other entries than those that came", async () => {
  const final = { final: true, session: S2 };
  for (
    const [changes, code] of [
      [{}, "OK"],
      [{ from: 1 }, "FORKED"],
      [{ size: 1 }, "FORKED"],
      [{ size: 3 }, "FORKED"],
      [{ root: "0".repeat(64) }, "FORKED"],
    ] as const
  ) {
    const { room, client } = await bobWithAlice();
    const message = await room.head({ ...final, ...changes });
    assert.equal(await codeOf(client.takeHead(message, NOW_MS)), code, JSON.stringify(changes));
  }
});

Deno.test("after the server's final head nothing comes and nothing is said", async () => {
  const { room, client } = await bobWithAlice();
  await client.say("too late", NOW_MS);
  const { answer } = await client.takeHead(
    await room.head({ final: true, session: S2 }),
    NOW_MS,
  );
  const { final, from, size, root, by, session } = parseHead(answer?.head ?? assert.fail());
  assert.deepEqual([final, from, size, by, session], [true, 0, 2, bob.fingerprint, S2]);
  assert.equal(root, client.root);
  assert.deepEqual(client.unanswered, [{ seq: 1, text: "too late" }]);
  assert.equal(client.isOpen, false);
  assert.equal(client.headDueAtMs, undefined);
  assert.equal(await codeOf(client.say("x", NOW_MS)), "CONNECTION");
  assert.equal(await codeOf(client.takeEntry(await room.sign(alice, S1), NOW_MS)), "FORKED");
  assert.equal(await codeOf(client.takeHead(await room.head(), NOW_MS)), "HANDSHAKE");
});

Deno.test("after leave() nothing is said, and what comes is still taken", async () => {
  const { room, client } = await bobWithAlice();
  const [, leave] = await Promise.all([client.say("bye", NOW_MS), client.leave()]);
  assert.deepEqual(leave, { type: "leave", room: ROOM });
  assert.equal(await codeOf(client.say("x", NOW_MS)), "CONNECTION");
  assert.equal(await codeOf(client.takeEntry(await room.sign(alice, S1), NOW_MS)), "OK");
});

Deno.test("say() numbers what is said at once, and refuses what cannot be signed without using a number", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  const said = await Promise.allSettled([
    client.say("one", NOW_MS),
    client.say("x".repeat(33_000), NOW_MS),
    client.say("\ud800", NOW_MS),
    client.say("two", NOW_MS),
  ]);
  const results = said.map((each) =>
    each.status === "fulfilled" ? parseStatement(each.value.stmt).seq : each.reason.code
  );
  assert.deepEqual(results, [1, "FRAME_TOO_LARGE", "FORMAT", 2]);
});

Deno.test("what was refused is signed anew under its number, in order, when its time has come", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  const first = await client.say("one", NOW_MS);
  await client.say("two", NOW_MS);
  const refusal = { type: "refused", code: "LIMIT", log: LOG, message: "", retry: 500 } as const;
  client.takeRefused({ ...refusal, seq: 1 }, NOW_MS);
  client.takeRefused({ ...refusal, seq: 2, retry: 100 }, NOW_MS);
  assert.equal(await codeOf(client.say("three", NOW_MS)), "LIMIT");
  assert.equal(client.retryAtMs, NOW_MS + 500);
  assert.deepEqual(await client.retry(NOW_MS + 499), []);
  const again = await client.retry(NOW_MS + 500);
  const statements = again.map(({ stmt }) => parseStatement(stmt));
  assert.deepEqual(statements.map(({ seq, text }) => [seq, text]), [[1, "one"], [2, "two"]]);
  assert.notEqual(statements[0]?.salt.toHex(), parseStatement(first.stmt).salt.toHex());
  assert.equal(await codeOf(client.takeEntry(first, NOW_MS)), "FORKED"); // it was refused
});

Deno.test("takeRefused() refuses what refuses nothing", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  await client.say("one", NOW_MS);
  const refusal = {
    type: "refused",
    code: "LIMIT",
    log: LOG,
    message: "",
    retry: 0,
    seq: 1,
  } as const;
  assert.throws(() => client.takeRefused({ ...refusal, seq: 2 }, NOW_MS), { code: "REPLAY" });
  assert.throws(() => client.takeRefused({ ...refusal, log: S1 }, NOW_MS), { code: "REPLAY" });
  client.takeRefused(refusal, NOW_MS);
  assert.throws(() => client.takeRefused(refusal, NOW_MS), { code: "REPLAY" });
});

Deno.test("say() waits for answers before it says more than 1,024", async () => {
  const room = await openRoom();
  const client = await room.client(bob, S2);
  for (let count = 0; count < 1024; count++) await client.say("x", NOW_MS);
  assert.equal(await codeOf(client.say("x", NOW_MS)), "LIMIT");
});

Deno.test("a head is due 30 seconds after an entry that neither a head nor own words cover", async () => {
  const { room, client } = await bobWithAlice();
  assert.equal(client.headDueAtMs, NOW_MS + 30_000);
  assert.equal(await client.makeHead(NOW_MS + 29_999), undefined);
  const message = await client.makeHead(NOW_MS + 30_000);
  const { size, final, from, session } = parseHead(message?.head ?? assert.fail());
  assert.deepEqual([size, final, from, session], [2, false, 0, S2]);
  assert.equal(client.headDueAtMs, undefined);
  await client.takeEntry(await room.place(alice, S1), NOW_MS + 40_000);
  assert.equal(client.headDueAtMs, NOW_MS + 70_000);
  const own = await client.say("I saw that", NOW_MS + 50_000);
  assert.equal(client.headDueAtMs, NOW_MS + 70_000); // it may be refused
  await client.takeEntry(own, NOW_MS + 60_000);
  assert.equal(client.headDueAtMs, NOW_MS + 90_000); // for its own entry
});

Deno.test("a server that signs for nothing is reported once, 60 seconds after its head was due", async () => {
  const { room, client } = await bobWithAlice();
  assert.equal(client.lateAtMs, NOW_MS + 62_000);
  assert.equal(client.reportLate(NOW_MS + 61_999), undefined);
  assert.equal(client.reportLate(NOW_MS + 62_000)?.code, "UNSIGNED");
  assert.equal(client.reportLate(NOW_MS + 62_001), undefined);
  await client.takeHead(await room.head(), NOW_MS + 63_000);
  assert.equal(client.lateAtMs, undefined);
});

Deno.test("take() of the directory refuses chains that are no client's, and a crowd", async () => {
  const authors = new Authors({ server, judge });
  assert.equal(await codeOf(authors.take(server.chain, NOW_MS)), "BAD_CERT");
  const stranger = await identity2("alice", "client", { ca: "Another CA" });
  assert.equal(await codeOf(authors.take(stranger.chain, NOW_MS)), "BAD_CERT");
  let count = 0;
  const crowd = new Authors({ server, judge: () => ({ ...alice, fingerprint: `${count++}` }) });
  for (let each = 0; each < 4096; each++) await crowd.take([], NOW_MS);
  assert.equal(await codeOf(crowd.take([], NOW_MS)), "LIMIT");
  assert.equal(authors.find(server.fingerprint), server);
});
