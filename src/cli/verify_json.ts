/**
 * The JSON of `securechat verify --json`: one object a file, one file a line, version 1.
 *
 * ```json
 * { "format": "securechat-verify/1", "file": "…", "verdict": "VALID" | "INVALID" | "INCOMPLETE",
 *   "firstError": FINDING | null, "sessionId": "16 hex" | null, "role": "client" | "server" | null,
 *   "started": "ISO 8601" | null, "ended": "ISO 8601" | null, "reason": "REVOKED" | … | null,
 *   "parties": [{ "role", "owner": boolean, "name", "fingerprint", "notBefore", "notAfter",
 *                 "entries": number, "fault": FAULT | null }],
 *   "entries": [{ "line", "author": role | null, "seqno", "ts": ms, "time": "ISO 8601",
 *                 "fault": FAULT | null, "words"?: "…" }],
 *   "transcriptSha256": "64 hex",
 *   "receipt": { "line", "peer", "firstSeq", "lastSeq", "transcriptSha256", "faults": [FAULT] } | null,
 *   "peerReceipt": the same with "sameOrder": boolean | null,
 *   "findings": [FINDING] }
 * ```
 *
 * FAULT is `{ "code", "text" }`, FINDING `{ "line", "severity": "error" | "warning", "code": … | null,
 * "text" }`. What is not known is null. Members may be added within the version, none is removed.
 *
 * @module
 */

import { jsonLine } from "./json_line.ts";
import type {
  EntryReport,
  Fault,
  Finding,
  PartyReport,
  ReceiptReport,
  TranscriptReport,
} from "../transcript/v1/report.ts";
import { firstError } from "../transcript/v1/verify.ts";

/** Names the shape of the object. */
const FORMAT = "securechat-verify/1";

/** Latest moment that ECMA-262 §21.4.1.1 can write as a date, milliseconds. */
const DATE_MAX_MS = 8.64e15;

/**
 * One line of JSON for a transcript.
 *
 * @param file Its path as given.
 * @param report What is known of it.
 * @returns The line with its end. Words and names stand in it as they are: JSON escapes controls.
 */
export function reportJson(file: string, report: TranscriptReport): string {
  const error = firstError(report);
  const { receipt, peerReceipt } = report;
  const value = {
    format: FORMAT,
    file,
    verdict: report.verdict,
    firstError: error === undefined ? null : findingJson(error),
    sessionId: report.sessionId ?? null,
    role: report.role ?? null,
    started: report.started ?? null,
    ended: report.ended ?? null,
    reason: report.reason ?? null,
    parties: report.parties.map(partyJson),
    entries: report.entries.map(entryJson),
    transcriptSha256: report.transcriptSha256,
    receipt: receipt === undefined ? null : receiptJson(receipt),
    peerReceipt: peerReceipt === undefined
      ? null
      : { ...receiptJson(peerReceipt), sameOrder: peerReceipt.sameOrder ?? null },
    findings: report.findings.map(findingJson),
  };
  return `${jsonLine(value)}\n`;
}

/**
 * A time as text.
 *
 * @param ms Milliseconds since the Unix epoch, 0 to 2^53-1.
 * @returns ISO 8601, or the number where the calendar ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isoTime(0), "1970-01-01T00:00:00.000Z");
 * assert.equal(isoTime(9e15), "9000000000000000 ms");
 * ```
 */
export function isoTime(ms: number): string {
  return ms <= DATE_MAX_MS ? new Date(ms).toISOString() : `${ms} ms`;
}

function partyJson({ role, isOwner, certificate, fingerprint, entries, fault }: PartyReport) {
  return {
    role,
    owner: isOwner,
    name: certificate?.commonName ?? null,
    fingerprint: fingerprint ?? null,
    notBefore: certificate?.notBefore.toISOString() ?? null,
    notAfter: certificate?.notAfter.toISOString() ?? null,
    entries,
    fault: faultJson(fault),
  };
}

function entryJson({ line, author, seqno, ts, fault, words }: EntryReport) {
  return {
    line,
    author: author ?? null,
    seqno: seqno ?? null,
    ts: ts ?? null,
    time: ts === undefined ? null : isoTime(ts),
    fault: faultJson(fault),
    ...(words !== undefined && { words }),
  };
}

function receiptJson({ line, receipt, faults }: ReceiptReport) {
  const { peer, firstSeq, lastSeq, transcriptSha256 } = receipt;
  return { line, peer, firstSeq, lastSeq, transcriptSha256, faults: faults.map(faultJson) };
}

function faultJson(fault: Fault | undefined): Fault | null {
  return fault === undefined ? null : { code: fault.code, text: fault.text };
}

function findingJson(finding: Finding) {
  const { line, severity, text } = finding;
  return { line, severity, code: finding.severity === "error" ? finding.code : null, text };
}
