import assert from "node:assert/strict";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { Authors } from "../../../src/protocol/v2/authors.ts";
import { ClientRoom } from "../../../src/protocol/v2/client_room.ts";
import type { Head } from "../../../src/protocol/v2/head.ts";
import { parseHead } from "../../../src/protocol/v2/head.ts";
import { LOG, ROOM, sessionName } from "../../testkit/hand_room.ts";
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
import { NOW_MS } from "../../testkit/identities2.ts";

const MINUTE = 60_000;

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

Deno.test("a head may be made sooner than it must, by another time for each", async () => {
  const room = await openRoom();
  const early = [10_000, 4000];
  const message = await room.joined(S2, { from: 1 });
  const authors = new Authors({ server, judge });
  const client = ClientRoom.joined(message, {
    ...{ room: ROOM, want: 9, session: S2, own: bob, authors, random: randomBytes },
    ...{ nowMs: NOW_MS, headEarlyMs: () => early.shift() ?? assert.fail() },
  });
  await client.takeEntry(await room.place(server, LOG), NOW_MS);
  assert.equal(client.headDueAtMs, NOW_MS + 20_000);
  assert.notEqual(await client.makeHead(NOW_MS + 20_000), undefined);
  await client.takeEntry(await room.place(server, LOG), NOW_MS + 20_000);
  assert.equal(client.headDueAtMs, NOW_MS + 46_000);
});

Deno.test("a server that signs for nothing is reported once, 60 seconds after its head was due", async () => {
  const { room, client } = await bobWithAlice();
  assert.equal(client.lateAtMs, NOW_MS + 62_000);
  const { room: signing, client: content } = await bobWithAlice();
  await content.takeHead(await signing.head(), NOW_MS);
  assert.equal(content.lateAtMs, undefined);
  assert.equal(client.reportLate(NOW_MS + 61_999), undefined);
  assert.equal(client.reportLate(NOW_MS + 62_000)?.code, "UNSIGNED");
  assert.equal(client.reportLate(NOW_MS + 62_001), undefined);
  await client.takeHead(await room.head(), NOW_MS + 63_000);
  assert.equal(client.lateAtMs, undefined);
});
