/**
 * The shapes that `securechat verify --json` prints. Run as a program it writes
 * `docs/verify-report.schema.json`, where members that are not listed are allowed: readers ignore them.
 *
 * @module
 */

import { z } from "zod";
import { ERRORS } from "../../src/errors.ts";

/** Where the published schema is. */
export const SCHEMA_URL: URL = new URL("../../docs/verify-report.schema.json", import.meta.url);

/** Makes objects: strict in the tests, loose in what is published. */
type ObjectMaker = <T extends z.core.$ZodLooseShape>(shape: T) => z.ZodType;

/** All shapes: a file of protocol 1, a room's, a proof, a comparison. */
export function verifyReport(object: ObjectMaker): z.ZodType {
  const parts = sharedParts(object);
  return z.union([
    classicReport(object, parts),
    roomReport(object, parts),
    proofReport(object, parts),
    badProof(object, parts),
    comparison(object, parts),
  ]);
}

type Parts = ReturnType<typeof sharedParts>;

function hex(digits: number) {
  return z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
}

const count = z.int().min(0);
const time = z.iso.datetime().describe("UTC");
const role = z.enum(["client", "server"]);
const line = z.int().min(1).describe("counted from 1");

function sharedParts(object: ObjectMaker) {
  const code = z.enum(Object.keys(ERRORS) as [string]);
  const fault = object({ code, text: z.string() });
  const error = object({ line, severity: z.literal("error"), code, text: z.string() });
  const warning = object({
    ...{ line, severity: z.literal("warning") },
    ...{ code: z.null(), text: z.string() },
  });
  const list = object({
    ...{ file: z.string(), issuer: z.string() },
    number: z.string().regex(/^\d+$/).describe("cRLNumber, decimal"),
    ...{ thisUpdate: time, nextUpdate: time, entries: count },
  });
  return {
    fault,
    error,
    findings: z.array(z.union([error, warning])).describe("in the order of the file"),
    revocation: object({ checked: z.boolean(), lists: z.array(list) }),
    revoked: object({ time, reason: z.string() }).nullable(),
    state: {
      revocation: z.enum(["good", "revoked", "unknown", "unchecked"]),
      revocationAsOf: time.nullable().describe("when the newest list that speaks of it was made"),
    },
    format: z.literal("securechat-verify/1"),
    names: z.array(z.string()),
  };
}

function classicReport(object: ObjectMaker, parts: Parts): z.ZodType {
  const { fault, error, findings, revocation, revoked, state, format, names } = parts;
  const receipt = {
    ...{ line, peer: role, firstSeq: count, lastSeq: count },
    ...{ transcriptSha256: hex(64), faults: z.array(fault) },
  };
  const party = object({
    ...{ role, owner: z.boolean(), name: z.string().nullable(), fingerprint: hex(64).nullable() },
    ...{ notBefore: time.nullable(), notAfter: time.nullable() },
    ...{ entries: count, fault: fault.nullable(), revoked, ...state },
  });
  const entry = object({
    ...{ line, author: role.nullable(), seqno: count.nullable(), ts: count.nullable() },
    ...{ time: z.string().nullable(), fault: fault.nullable(), words: z.string().optional() },
  });
  return object({
    ...{ format, file: z.string(), protocol: z.literal(1) },
    verdict: z.enum(["VALID", "INVALID", "INCOMPLETE"]),
    ...{ firstError: error.nullable(), unmet: names, insecure: names },
    ...{ sessionId: hex(16).nullable(), role: role.nullable() },
    ...{ started: z.string().nullable(), ended: z.string().nullable() },
    reason: z.string().nullable(),
    ...{ parties: z.array(party), entries: z.array(entry), transcriptSha256: hex(64) },
    receipt: object(receipt).nullable(),
    peerReceipt: object({ ...receipt, sameOrder: z.boolean().nullable() }).nullable(),
    ...{ revocation, findings },
  }).describe("a transcript of protocol 1");
}

function roomReport(object: ObjectMaker, parts: Parts): z.ZodType {
  const { error, findings, revocation, revoked, state, format, names } = parts;
  const party = object({
    ...{ role, owner: z.boolean(), name: z.string(), fingerprint: hex(64) },
    ...{ notBefore: time, notAfter: time, entries: count, signedOver: count, revoked, ...state },
  });
  const session = object({
    ...{ session: hex(32), fingerprint: hex(64).nullable(), from: count },
    ...{ size: count.nullable(), closed: z.boolean() },
  });
  const entry = object({
    ...{ line, index: count, kind: z.string(), author: z.string(), fingerprint: hex(64) },
    ...{ session: hex(32), seqno: count, ts: count, time, placed: time },
    ...{ headed: z.boolean(), words: z.string() },
  });
  return object({
    ...{ format, file: z.string(), protocol: z.literal(2) },
    verdict: z.enum(["VALID", "INVALID", "VALID SO FAR"]),
    ...{ firstError: error.nullable(), unmet: names, insecure: names },
    ...{ sessionId: hex(32).nullable(), role: role.nullable(), started: time.nullable() },
    ...{ room: z.string().nullable(), log: hex(32).nullable() },
    from: count.describe("the file's first entry"),
    size: count.describe("entries of the log at the end"),
    headed: count.describe("entries that the server has signed over"),
    ...{ root: hex(64).nullable(), firstTime: time.nullable(), lastTime: time.nullable() },
    end: object({ code: z.string(), record: z.string() }).nullable(),
    missing: names.describe("why it is not VALID"),
    ...{ parties: z.array(party), sessions: z.array(session) },
    entries: z.array(entry).nullable().describe("null over 100 entries without --entries"),
    ...{ revocation, findings },
  }).describe("a transcript of a room, protocol 2");
}

function proofReport(object: ObjectMaker, { format, names }: Parts): z.ZodType {
  const who = { name: z.string(), fingerprint: hex(64) };
  return object({
    ...{ format, file: z.string(), protocol: z.literal(2), verdict: z.literal("VALID") },
    ...{ firstError: z.null(), unmet: names, insecure: names },
    ...{ room: z.string(), log: hex(32), index: count, kind: z.string() },
    ...{ author: object(who), time, words: z.string() },
    signer: object({ ...who, role, time, size: count }),
  }).describe("a proof of one statement");
}

function badProof(object: ObjectMaker, { format, names, error }: Parts): z.ZodType {
  return object({
    ...{ format, file: z.string(), protocol: z.literal(2), verdict: z.literal("INVALID") },
    ...{ firstError: error, unmet: names, insecure: names, index: z.null(), signer: z.null() },
  }).describe("a proof that does not hold");
}

function comparison(object: ObjectMaker, _parts: Parts): z.ZodType {
  const proof = object({
    ...{ file: z.string(), size: count, root: hex(64), line },
    text: z.string().nullable().describe("the line with the server's signature"),
  });
  return object({
    format: z.literal("securechat-compare/1"),
    files: z.tuple([z.string(), z.string()]),
    ...{ log: hex(32), result: z.enum(["SAME", "APART", "FORKED", "EQUIVOCATION"]) },
    ...{ size: count.nullable(), ahead: z.string().nullable(), entry: count.nullable() },
    proof: z.tuple([proof, proof]).nullable(),
  }).describe("two files of one log");
}

/** The published schema, as it is on the disk. */
export function publishedSchema(): string {
  const title = "What securechat verify --json prints: one object a file, one a line";
  const schema = z.toJSONSchema(verifyReport(z.looseObject), { reused: "ref" });
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}

if (import.meta.main) Deno.writeTextFileSync(SCHEMA_URL, publishedSchema());
