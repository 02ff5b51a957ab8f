import { type Statement } from "../../src/protocol/v2/statement.ts";
import { LOG } from "./hand_room.ts";
import { NOW_MS } from "./identities2.ts";
import { ALICE, BOB, type Draft, OTHER } from "./room_case_draft.ts";

const MINUTE = 60_000;
const ZERO_ROOT = "0".repeat(64);

function entryOf({ stmt, sig }: { stmt: Uint8Array<ArrayBuffer>; sig: Uint8Array<ArrayBuffer> }) {
  return { type: "entry", stmt, sig } as const;
}

/** One statement of Alice that is wrong, after one that is right. */
function wrongWord(changes: Partial<Statement>): Draft[3] {
  return async ({ room, alice }) => {
    const first = entryOf(await room.place(alice, ALICE));
    return [first, entryOf(await room.sign(alice, ALICE, changes))];
  };
}

/** What a client is sent. */
export const CLIENT_CASES: readonly Draft[] = [
  ["a conversation with a notice and a head", "6", "OK", async ({ room, alice, bob }) => [
    entryOf(await room.place(room.server, LOG, { kind: "join", text: bob.fingerprint })),
    entryOf(await room.place(alice, ALICE, { text: "pump 2 is leaking" })),
    entryOf(await room.place(room.server, LOG, { kind: "notice", text: "maintenance at 6" })),
    entryOf(await room.place(alice, ALICE, { text: "é\u0000\ud83d\ude00" })),
    await room.head(),
  ]],
  ["the end of a session", "7", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head({ final: true, session: BOB }),
  ]],
  ["the first words seen of a session have any number", "6", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE, { seq: 7 })),
  ]],
  ["relayed words of 10 minutes ago", "6", "OK", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE, { ts: NOW_MS - 10 * MINUTE })),
  ]],
  ["words for another log", "6", "REPLAY", wrongWord({ log: OTHER })],
  ["words for another room", "6", "REPLAY", wrongWord({ room: "attic" })],
  ["words that came before", "6", "REPLAY", wrongWord({ seq: 1 })],
  ["a number left out", "6", "REPLAY", wrongWord({ seq: 3 })],
  ["a person speaks in the server's session", "6", "REPLAY", wrongWord({ session: LOG })],
  [
    "a person says what only the server may",
    "6",
    "REPLAY",
    wrongWord({ session: LOG, kind: "notice" }),
  ],
  ["a second opening", "6", "REPLAY", ({ room }) => Promise.resolve(room.entries.map(entryOf))],
  ["an author without a certificate", "6", "BAD_CERT", async ({ room, bob }) => [
    entryOf(await room.sign(bob, OTHER)),
  ]],
  ["another's signature", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    entryOf(await room.sign(bob, ALICE, { author: alice.fingerprint })),
  ]],
  [
    "relayed words of 10 minutes and 1 ms ago",
    "6",
    "STALE",
    wrongWord({ ts: NOW_MS - 10 * MINUTE - 1 }),
  ],
  ["words of the future", "6", "STALE", wrongWord({ ts: NOW_MS + 10 * MINUTE + 1 })],
  ["a tree that is another", "6", "FORKED", wrongWord({ root: ZERO_ROOT })],
  ["a tree that is ahead", "6", "FORKED", wrongWord({ size: 3 })],
  ["own words that were not said", "6", "FORKED", async ({ room, bob }) => [
    entryOf(await room.sign(bob, BOB)),
  ]],
  ["a refusal of nothing", "6", "REPLAY", () =>
    Promise.resolve([
      { type: "refused", code: "LIMIT", log: LOG, message: "", retry: 1, seq: 1 },
    ])],
  [
    "a head of another root",
    "7",
    "FORKED",
    async ({ room }) => [await room.head({ root: ZERO_ROOT })],
  ],
  ["a head over more than came", "7", "FORKED", async ({ room }) => [await room.head({ size: 2 })]],
  ["a head that falls", "7", "FORKED", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head(),
    await room.head({ size: 1 }),
  ]],
  ["a head of 10 minutes and 1 ms ago", "7", "STALE", async ({ room }) => [
    await room.head({ ts: NOW_MS - 10 * MINUTE - 1 }),
  ]],
  [
    "a head of another session",
    "7",
    "REPLAY",
    async ({ room }) => [await room.head({ session: OTHER })],
  ],
  ["a member's head as the server's", "7", "SIG_FAIL", async ({ room, bob }) => [
    await room.head({ by: bob.fingerprint }),
  ]],
  ["a final head over less than came", "7", "FORKED", async ({ room, alice }) => [
    entryOf(await room.place(alice, ALICE)),
    await room.head({ final: true, session: BOB, size: 1 }),
  ]],
  ["words after the final head", "7", "FORKED", async ({ room, alice }) => [
    await room.head({ final: true, session: BOB }),
    entryOf(await room.sign(alice, ALICE)),
  ]],
];
