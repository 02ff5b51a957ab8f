import { signHead } from "../../src/protocol/v2/head.ts";
import { type Statement } from "../../src/protocol/v2/statement.ts";
import { LOG, ROOM } from "./hand_room.ts";
import { NOW_MS } from "./identities2.ts";
import { ALICE, type Draft, OTHER } from "./room_case_draft.ts";

const MINUTE = 60_000;
const ZERO_ROOT = "0".repeat(64);

function msgOf(signed: { stmt: Uint8Array<ArrayBuffer>; sig: Uint8Array<ArrayBuffer> }) {
  return { type: "msg", stmt: signed.stmt, sig: signed.sig } as const;
}

/** One statement of Alice that is wrong, after one that is right. */
function wrongMsg(changes: Partial<Statement>): Draft[3] {
  return async ({ room, alice }) => [
    msgOf(await room.place(alice, ALICE)),
    msgOf(await room.sign(alice, ALICE, changes)),
  ];
}

/** A head of Alice over entry 0. */
function headOf(changes: Partial<Parameters<typeof signHead>[1]>): Draft[3] {
  return async ({ room, alice }) => {
    const common = { by: alice.fingerprint, final: false, from: 0, log: LOG, room: ROOM };
    const head = { session: ALICE, size: 1, root: room.tree.rootAt(1).toHex(), ts: NOW_MS };
    const signed = await signHead(alice.signingKey, { ...common, ...head, ...changes });
    return [{ type: "head", ...signed }];
  };
}

/** What a server is sent. */
export const SERVER_CASES: readonly Draft[] = [
  ["two statements", "6", "OK", async ({ room, alice }) => [
    msgOf(await room.place(alice, ALICE, { text: "pump 2 is leaking" })),
    msgOf(await room.place(alice, ALICE, { text: "since noon", ts: NOW_MS + 5 * MINUTE })),
  ]],
  ["a head", "7", "OK", headOf({})],
  ["words of another session", "6", "REPLAY", wrongMsg({ session: OTHER })],
  ["words of another log", "6", "REPLAY", wrongMsg({ log: OTHER })],
  ["words that came before", "6", "REPLAY", wrongMsg({ seq: 1 })],
  ["a number left out", "6", "REPLAY", wrongMsg({ seq: 3 })],
  ["another's name", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    msgOf(await room.sign(alice, ALICE, { author: bob.fingerprint })),
  ]],
  ["another's signature", "6", "SIG_FAIL", async ({ room, alice, bob }) => [
    msgOf(await room.sign(bob, ALICE, { author: alice.fingerprint })),
  ]],
  ["words of 5 minutes and 1 ms ago", "6", "STALE", wrongMsg({ ts: NOW_MS - 5 * MINUTE - 1 })],
  ["a tree that is another", "6", "FORKED", wrongMsg({ root: ZERO_ROOT })],
  ["a tree that is ahead", "6", "FORKED", wrongMsg({ size: 3 })],
  ["a head over more than was sent", "7", "FORKED", headOf({ size: 2 })],
  ["a head from elsewhere", "7", "FORKED", headOf({ from: 1 })],
  ["a final head before the server's", "7", "HANDSHAKE", headOf({ final: true })],
  ["a head of another session", "7", "REPLAY", headOf({ session: OTHER })],
];
