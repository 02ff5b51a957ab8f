import assert from "node:assert/strict";
import type { RevocationReason } from "../../../src/pki/revocation_reason.ts";
import { readRevocationLists, type RevocationLists } from "../../../src/pki/revocation_lists.ts";
import { firstError, type TranscriptReport } from "../../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { ownCrl } from "../../testkit/crl.ts";
import {
  buildTranscript,
  cast,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  type Saying,
  SESSION_MS,
} from "../../testkit/transcript_builder.ts";

const DAY_MS = 86_400_000;
const LATER_MS = SESSION_MS + DAY_MS;

/** Who is revoked, how long after the session's begin, and why. */
type Entry = readonly ["alice" | "server" | "mallory" | "expired", number, RevocationReason?];

async function lists(entries: readonly Entry[], atMs = LATER_MS): Promise<RevocationLists> {
  const { issuers, ...people } = await cast();
  const { der } = await ownCrl({
    ca: issuers.team,
    atMs,
    revoked: entries.map(([name, afterMs, reason = "superseded"]) => ({
      certificate: people[name].certificate,
      ms: SESSION_MS + afterMs,
      reason,
    })),
  });
  const revocations = readRevocationLists([{ der, source: "ca-crl.pem" }], [people.ca]);
  assert.ok(revocations);
  return revocations;
}

interface Question {
  readonly text?: string;
  readonly at?: Date;
}

async function judge(
  revocations: RevocationLists | undefined,
  { text, at }: Question = {},
): Promise<TranscriptReport> {
  const { ca } = await cast();
  const file = text ?? await buildTranscript({ peerReceipt: (honest) => honest });
  const options = { ca, certificates: [], ...(revocations && { revocations }), ...(at && { at }) };
  return await verifyTranscript(file, options);
}

/** The code of each entry, "ok" where it has none. */
function codesOf({ entries }: TranscriptReport): readonly string[] {
  return entries.map(({ fault }) => fault?.code ?? "ok");
}

function warningsOf({ findings }: TranscriptReport): readonly string[] {
  return findings.filter(({ severity }) => severity === "warning").map(({ text }) => text);
}

Deno.test("verifyTranscript() keeps evidence VALID when its author is revoked afterwards", async () => {
  const report = await judge(await lists([["alice", 60_000]]));
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(report.findings, []);
  assert.deepEqual(report.parties[0]?.revocation, {
    revokedMs: SESSION_MS + 60_000,
    reason: "superseded",
  });
  assert.equal(report.parties[1]?.revocation, undefined);
});

Deno.test("verifyTranscript() refuses what is of the revocation's second or later", async () => {
  // server 0, client 1000 and 2000, server 3000 and 4000, client 5000 ms after the begin
  const report = await judge(await lists([["alice", 2000]]));
  assert.equal(report.verdict, "INVALID");
  assert.deepEqual(codesOf(report), ["ok", "ok", "REVOKED", "ok", "ok", "REVOKED"]);
  const { line, code, text } = firstError(report) ?? {};
  assert.deepEqual([line, code], [FIRST + 2, "REVOKED"]);
  assert.match(text ?? "", /"alice" was revoked 2026-11-23T12:00:02\.000Z \(superseded\)/);
  assert.match(text ?? "", /this is of 2026-11-23T12:00:02\.000Z/);
});

Deno.test("verifyTranscript() takes revoked as: from that second on", async () => {
  // the entry's time, the revocation's, ms after the begin; the entry's code
  const cases: readonly (readonly [number, number, string])[] = [
    [1999, 2000, "ok"],
    [2000, 2000, "REVOKED"],
    [2001, 2000, "REVOKED"],
    [2500, 2999, "REVOKED"], // lists have whole seconds
    [1999, 2999, "ok"],
  ];
  for (const [ts, revokedAt, code] of cases) {
    const sayings: readonly Saying[] = [
      { author: "client", text: "x", ts: SESSION_MS + ts },
    ];
    const text = await buildTranscript({ sayings });
    const report = await judge(await lists([["alice", revokedAt]]), { text });
    assert.deepEqual(codesOf(report), [code], `${ts} ${revokedAt}`);
    assert.equal(report.verdict, code === "ok" ? "VALID" : "INVALID");
  }
});

Deno.test("verifyTranscript() refuses all of a side that was revoked before the session", async () => {
  const report = await judge(await lists([["server", -1000]]));
  assert.deepEqual(codesOf(report), ["REVOKED", "ok", "ok", "REVOKED", "REVOKED", "ok"]);
  assert.deepEqual(report.peerReceipt?.faults.map(({ code }) => code), ["REVOKED"]);
  assert.deepEqual(report.receipt?.faults, []);
});

Deno.test("verifyTranscript() refuses both sides when both are revoked", async () => {
  const report = await judge(await lists([["server", -5000], ["alice", -1000]]));
  assert.deepEqual(new Set(codesOf(report)), new Set(["REVOKED"]));
  assert.equal(report.receipt?.faults[0]?.code, "REVOKED");
  assert.equal(report.peerReceipt?.faults[0]?.code, "REVOKED");
});

Deno.test("verifyTranscript() judges a receipt at the last entry's time", async () => {
  const sayings: readonly Saying[] = [
    { author: "client", text: "bye" },
    { author: "server", text: "bye", ts: SESSION_MS + 9000 },
  ];
  const text = await buildTranscript({ sayings });
  const judgeAt = async (revokedAt: number) =>
    await judge(await lists([["alice", revokedAt]]), { text });
  const between = await judgeAt(9000);
  assert.deepEqual(codesOf(between), ["ok", "ok"]);
  assert.equal(between.receipt?.faults[0]?.code, "REVOKED");
  assert.equal(between.verdict, "INVALID");
  assert.equal((await judgeAt(10_000)).verdict, "VALID");
});

Deno.test("verifyTranscript() judges a side that signed nothing at the first entry's time", async () => {
  const text = await buildTranscript({ sayings: [{ author: "client", text: "hello?" }] });
  const silent = async (revokedAt: number) =>
    await judge(await lists([["server", revokedAt]]), { text });
  assert.equal(firstError(await silent(-1000))?.code, "REVOKED");
  assert.equal((await silent(1000)).verdict, "VALID");
});

Deno.test("verifyTranscript() judges an empty session at its start", async () => {
  const text = await buildTranscript({ sayings: [] });
  assert.equal(firstError(await judge(await lists([["alice", -1000]]), { text }))?.code, "REVOKED");
  assert.equal((await judge(await lists([["alice", 1000]]), { text })).verdict, "VALID");
});

Deno.test("verifyTranscript() judges revocation at the time that is given", async () => {
  const revocations = await lists([["alice", 60_000]]);
  const at = (ms: number) => ({ at: new Date(SESSION_MS + ms) });
  assert.equal((await judge(revocations, at(59_999))).verdict, "VALID");
  const late = await judge(revocations, at(60_000));
  assert.equal(firstError(late)?.code, "REVOKED");
  assert.deepEqual(codesOf(late), ["ok", "REVOKED", "REVOKED", "ok", "ok", "REVOKED"]);
});

Deno.test("verifyTranscript() says what the time of a stolen key's entries is worth", async () => {
  const stolen = await judge(await lists([["alice", 60_000, "key-compromise"]]));
  assert.equal(stolen.verdict, "VALID");
  assert.equal(warningsOf(stolen).length, 1);
  assert.match(warningsOf(stolen)[0] ?? "", /"alice".*key-compromise.*its author's own claim/);
  assert.equal(stolen.findings[0]?.line, FIRST + 1);
  const during = await judge(await lists([["alice", 2000, "key-compromise"]]));
  assert.match(firstError(during)?.text ?? "", /\(key-compromise\)/);
  assert.equal(warningsOf(during).length, 1);
});

Deno.test("verifyTranscript() warns of a list that is older than the session, in part or whole", async () => {
  for (const atMs of [SESSION_MS - DAY_MS, SESSION_MS + 3000]) {
    const report = await judge(await lists([], atMs));
    assert.equal(report.verdict, "VALID");
    assert.equal(warningsOf(report).length, 1);
    assert.match(warningsOf(report)[0] ?? "", /list is older than the session.*12:00:05/);
  }
  assert.deepEqual(warningsOf(await judge(await lists([], SESSION_MS + 5000))), []);
});

Deno.test("verifyTranscript() obeys even a list that is older than the session", async () => {
  const report = await judge(await lists([["alice", -2 * DAY_MS]], SESSION_MS - DAY_MS));
  assert.equal(firstError(report)?.code, "REVOKED");
});

Deno.test("verifyTranscript() goes by the newest list, and by the earliest revocation of all", async () => {
  const { issuers, alice, ca } = await cast();
  const make = async (atMs: number, revokedAt?: number) =>
    (await ownCrl({
      ca: issuers.team,
      atMs,
      revoked: revokedAt === undefined
        ? []
        : [{ certificate: alice.certificate, ms: SESSION_MS + revokedAt }],
    })).der;
  const ders = [
    await make(SESSION_MS - DAY_MS),
    await make(LATER_MS, 5000),
    await make(LATER_MS - 1000, 2000),
  ];
  const report = await judge(readRevocationLists(ders.map((der) => ({ der, source: "" })), [ca]));
  assert.deepEqual(warningsOf(report), []);
  assert.deepEqual(codesOf(report), ["ok", "ok", "REVOKED", "ok", "ok", "REVOKED"]);
});

Deno.test("verifyTranscript() does not care who else is revoked", async () => {
  const report = await judge(await lists([["mallory", -1000], ["expired", -1000]]));
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(report.findings, []);
});

Deno.test("verifyTranscript() tells which lists it used, or that it used none", async () => {
  const without = await judge(undefined);
  assert.equal(without.verdict, "VALID");
  assert.equal("revocationLists" in without, false);
  const { revocationLists: [list] = [] } = await judge(await lists([["alice", 60_000]]));
  assert.ok(list);
  assert.deepEqual({ ...list, number: 0n }, {
    source: "ca-crl.pem",
    issuer: "CN=Team CA",
    thisUpdateMs: LATER_MS,
    nextUpdateMs: LATER_MS + 30 * DAY_MS,
    number: 0n,
    entries: 1,
  });
});

Deno.test("verifyTranscript() never throws for what a file says while it has lists", async () => {
  const good = await buildTranscript();
  const line = lineOf(good, "# Certificate (client):");
  const revocations = await lists([["alice", -1000]]);
  const files = [
    editLine(good, line, () => `# Certificate (client): ${new Uint8Array([0x30, 0]).toBase64()}`),
    editLine(good, FIRST, (entry) => entry.replace(/\|\d+\|/, `|${Number.MAX_SAFE_INTEGER}|`)),
    await buildTranscript({
      sayings: [{ author: "client", text: "far", ts: Number.MAX_SAFE_INTEGER }],
    }),
    "",
  ];
  for (const text of files) assert.notEqual((await judge(revocations, { text })).verdict, "VALID");
});
