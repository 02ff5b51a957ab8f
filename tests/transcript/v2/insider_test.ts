/**
 * A campaign by those who have keys: strangers, members and the server sign what is not so, and the
 * rest of the file is made to fit. No file that shows it is VALID.
 *
 * 120 files; SECURECHAT_INSIDERS=2000 for more, SECURECHAT_SEED=x for others.
 */

import assert from "node:assert/strict";
import { readRevocationLists } from "../../../src/pki/revocation_lists.ts";
import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import type { Head } from "../../../src/protocol/v2/head.ts";
import type { Statement } from "../../../src/protocol/v2/statement.ts";
import type { ChainTrust } from "../../../src/transcript/v2/chain_lives.ts";
import { ownCrl } from "../../testkit/crl.ts";
import { ca2, identity2, NOW_MS, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";
import { claimsOf, faultOf } from "../../testkit/room_file_claims.ts";
import { type Edits, fileOf, smallTalk, type SmallTalkCast } from "../../testkit/room_files.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

const COUNT = Number(Deno.env.get("SECURECHAT_INSIDERS") ?? 120);
const SEED = Deno.env.get("SECURECHAT_SEED") ?? "insiders";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const STATEMENTS = 12; // of every talk
const LAST_WORDS = 10; // the index of what is said last
const HEADS = 8; // at least

const random = new SeededRandom(SEED);

/** What somebody does, and the codes of which it must be one. */
interface Deed {
  readonly codes: readonly string[];
  readonly edits?: Edits;
  readonly cast?: Partial<SmallTalkCast>;
  /** Whose certificate the CA revoked, and when. */
  readonly revoked?: { readonly who: OwnIdentity; readonly ms: number };
}

/** An edit of the first words from a place on: the server's own lines fit their log in no other way. */
function statementDeed(codes: readonly string[], edit: (one: Statement) => Statement): () => Deed {
  return () => {
    const from = 1 + random.below(LAST_WORDS);
    let isDone = false;
    const statement = (one: Statement, index: number): Statement => {
      if (isDone || index < from || one.kind !== "say") return one;
      isDone = true;
      return edit(one);
    };
    return { codes, edits: { statement } };
  };
}

function headDeed(codes: readonly string[], edit: (one: Head) => Head): () => Deed {
  return () => {
    const at = random.below(HEADS);
    return { codes, edits: { head: (one, index) => index === at ? edit(one) : one } };
  };
}

/** Somebody else signs an entry under its author's name. */
function signedBy(signer: () => Promise<OwnIdentity>): () => Promise<Deed> {
  return async () => {
    const at = 1 + random.below(STATEMENTS - 1);
    const other = await signer();
    return { codes: ["SIG_FAIL"], edits: { signer: (index) => index === at ? other : undefined } };
  };
}

function away(): number {
  return random.pick([-1, 1]) * (11 + random.below(600)) * MINUTE_MS;
}

/** The file is honest; the CA says that its author was nobody by then. */
async function revoked(name: "alice" | "bob" | "server"): Promise<Deed> {
  const who = name === "server"
    ? await identity2(SERVER2_NAME, "server")
    : await identity2(name, "client");
  return { codes: ["REVOKED"], revoked: { who, ms: NOW_MS - random.below(30 * DAY_MS) } };
}

async function trustAfter({ revoked }: Deed): Promise<ChainTrust> {
  const { anchors } = await trust2();
  if (revoked === undefined) return { anchors };
  const entry = { certificate: revoked.who.leaf, ms: revoked.ms };
  const { der } = await ownCrl({ ca: await ca2(), atMs: NOW_MS + DAY_MS, revoked: [entry] });
  const revocations = readRevocationLists([{ der, source: "crl" }], anchors);
  return { anchors, ...revocations && { revocations } };
}

const OTHER = "20".repeat(16);
const DEEDS: Readonly<Record<string, () => Deed | Promise<Deed>>> = {
  "signed by a stranger": signedBy(() => identity2("eve", "client", { ca: "Another CA" })),
  "signed by another member": signedBy(() => identity2("carol", "client")),
  "a member of another CA": async () => ({
    codes: ["BAD_CERT"],
    cast: { alice: await identity2("alice", "client", { ca: "Another CA" }) },
  }),
  "a server of another CA": async () => ({
    codes: ["BAD_CERT"],
    cast: { server: await identity2(SERVER2_NAME, "server", { ca: "Another CA" }) },
  }),
  "a client's certificate as server": async () => ({
    codes: ["BAD_CERT"],
    cast: { server: await identity2(SERVER2_NAME, "client") },
  }),
  "expired": async () => ({
    codes: ["BAD_CERT"],
    cast: { alice: await identity2("alice", "client", { days: 1 + random.below(90) }) },
  }),
  "member revoked before": () => revoked(random.pick(["alice", "bob"])),
  "server revoked before": () => revoked("server"),
  "not yet valid": async () => ({
    codes: ["BAD_CERT"],
    cast: { alice: await identity2("alice", "client", { nowMs: NOW_MS + DAY_MS }) },
  }),
  "statement's clock moved": statementDeed(["STALE"], (one) => ({ ...one, ts: one.ts + away() })),
  "statement over another tree": statementDeed(["FORKED"], (one) => {
    return { ...one, root: random.bytes(32).toHex() };
  }),
  "statement over what is not there": statementDeed(["FORKED"], (one) => {
    return { ...one, size: one.size + 1 + random.below(9) };
  }),
  "statement of another number": statementDeed(["REPLAY"], (one) => {
    return { ...one, seq: one.seq + 1 + random.below(9) };
  }),
  "statement of another log": statementDeed(
    ["REPLAY", "FORMAT"],
    (one) => ({ ...one, log: OTHER }),
  ),
  "statement of another room": statementDeed(["REPLAY"], (one) => ({ ...one, room: "attic" })),
  "head's clock moved": headDeed(["STALE"], (one) => ({ ...one, ts: one.ts + away() })),
  "head over another tree": headDeed(["FORKED"], (one) => {
    return { ...one, root: random.bytes(32).toHex() };
  }),
  "head over what is not there": headDeed(["FORKED"], (one) => ({ ...one, size: one.size + 1 })),
  "head of another log": headDeed(["REPLAY"], (one) => ({ ...one, log: OTHER })),
  "head of another room": headDeed(["REPLAY"], (one) => ({ ...one, room: "attic" })),
};

Deno.test(`of ${COUNT} logs in which somebody signs what is not so, none is VALID`, async () => {
  const honest = {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
  const counts: Record<string, Record<string, number>> = {};
  for (let done = 0; done < COUNT; done++) {
    const [kind, make] = random.pick(Object.entries(DEEDS));
    const deed = await make();
    const talk = (cast: Partial<SmallTalkCast> = {}, edits: Edits = {}) => {
      const salts = new SeededRandom(`${SEED} ${done}`);
      return smallTalk({ ...honest, ...cast }, { random: (n) => salts.bytes(n), edits });
    };
    const files = await talk(deed.cast, deed.edits);
    const { report } = await claimsOf(fileOf(files.server), await trustAfter(deed));
    const [line, code = report.verdict] = (faultOf(report) ?? "").split(" ");
    const told = `${kind}, number ${done}: ${code} at line ${line}`;
    assert.ok(deed.codes.includes(code), told);
    const original = (await talk()).server;
    const first = files.server.findIndex((one, index) => one !== original[index]);
    assert.ok(Number(line) > first, `${told}, the first that differs is ${first + 1}`);
    const row = counts[kind] ??= {};
    row[code] = (row[code] ?? 0) + 1;
  }
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(counts);
});
