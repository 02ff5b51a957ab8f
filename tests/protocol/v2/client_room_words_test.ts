import assert from "node:assert/strict";
import { Authors } from "../../../src/protocol/v2/authors.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import { LOG, ROOM, signedBy } from "../../testkit/hand_room.ts";
import {
  alice,
  bob,
  bobWithAlice,
  codeOf,
  judge,
  openRoom,
  S1,
  S2,
  server,
} from "../../testkit/bobs_room.ts";
import { identity2, NOW_MS } from "../../testkit/identities2.ts";

const MINUTE = 60_000;

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
  const halves = await spoken();
  const [{ stmt, sig }, { stmt: stmt2, sig: sig2 }] = halves.words;
  assert.equal(await codeOf(halves.client.takeEntry({ stmt, sig: sig2 }, NOW_MS)), "FORKED");
  assert.equal(await codeOf(halves.client.takeEntry({ stmt: stmt2, sig }, NOW_MS)), "FORKED");
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
