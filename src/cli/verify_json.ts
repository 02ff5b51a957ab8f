/**
 * The JSON of `securechat verify --json`: one object a file, one file a line, version 1.
 *
 * ```json
 * { "format": "securechat-verify/1", "file": "…", "protocol": 1, "unmet": ["…"], "insecure": ["…"], "verdict": "VALID" | "INVALID" | "INCOMPLETE",
 *   "firstError": FINDING | null, "sessionId": "16 hex" | null, "role": "client" | "server" | null,
 *   "started": "ISO 8601" | null, "ended": "ISO 8601" | null, "reason": "REVOKED" | … | null,
 *   "parties": [{ "role", "owner": boolean, "name", "fingerprint", "notBefore", "notAfter",
 *                 "entries": number, "fault": FAULT | null,
 *                 "revoked": { "time": "ISO 8601", "reason": "key-compromise" | … } | null,
 *                 "revocation": "good" | "revoked" | "unknown" | "unchecked", "revocationAsOf": "ISO 8601" | null }],
 *   "entries": [{ "line", "author": role | null, "seqno", "ts": ms, "time": "ISO 8601",
 *                 "fault": FAULT | null, "words"?: "…" }],
 *   "transcriptSha256": "64 hex",
 *   "receipt": { "line", "peer", "firstSeq", "lastSeq", "transcriptSha256", "faults": [FAULT] } | null,
 *   "peerReceipt": the same with "sameOrder": boolean | null,
 *   "revocation": { "checked": boolean, "lists": [{ "file", "issuer", "number": "decimal",
 *                   "thisUpdate", "nextUpdate", "entries": number }] },
 *   "findings": [FINDING] }
 * ```
 *
 * FAULT is `{ "code", "text" }`, FINDING `{ "line", "severity": "error" | "warning", "code": … | null,
 * "text" }`. What is not known is null. Members may be added within the version, none is removed.
 *
 * @module
 */

import type { RevocationList, RevocationLists } from "../pki/revocation_lists.ts";
import { jsonLine } from "./json_line.ts";
import { revocationJson } from "./revocation_state.ts";
import {
  type EntryReport,
  type Fault,
  type Finding,
  firstError,
  type PartyReport,
  type ReceiptReport,
  type TranscriptReport,
} from "../transcript/v1/report.ts";
import { isoTime } from "../transcript/v1/times.ts";

/** Names the shape of the object, for both protocols. */
export const FORMAT = "securechat-verify/1";

/** What is told beside the report. */
export interface ReportJsonOptions {
  readonly unmet?: readonly string[];
  readonly insecure?: readonly string[];
  /** Whatever lists were given. */
  readonly revocations?: RevocationLists;
}

/**
 * One line of JSON for a transcript.
 *
 * @param file Its path as given.
 * @param report What is known of it.
 * @param options What was expected and does not hold; options that make the verdict worth less.
 * @returns The line with its end. Words and names stand in it as they are: JSON escapes controls.
 */
export function reportJson(
  file: string,
  report: TranscriptReport,
  { unmet = [], insecure = [], revocations }: ReportJsonOptions = {},
): string {
  const error = firstError(report);
  const { receipt, peerReceipt } = report;
  const value = {
    format: FORMAT,
    file,
    protocol: 1,
    verdict: report.verdict,
    firstError: error === undefined ? null : findingJson(error),
    unmet,
    insecure,
    sessionId: report.sessionId ?? null,
    role: report.role ?? null,
    started: report.started ?? null,
    ended: report.ended ?? null,
    reason: report.reason ?? null,
    parties: report.parties.map((party) => partyJson(party, revocations)),
    entries: report.entries.map(entryJson),
    transcriptSha256: report.transcriptSha256,
    receipt: receipt === undefined ? null : receiptJson(receipt),
    peerReceipt: peerReceipt === undefined
      ? null
      : { ...receiptJson(peerReceipt), sameOrder: peerReceipt.sameOrder ?? null },
    revocation: {
      checked: report.revocationLists !== undefined,
      lists: (report.revocationLists ?? []).map(listJson),
    },
    findings: report.findings.map(findingJson),
  };
  return `${jsonLine(value)}\n`;
}

function partyJson(party: PartyReport, lists: RevocationLists | undefined) {
  const { role, isOwner, certificate, fingerprint, entries, fault } = party;
  return {
    role,
    owner: isOwner,
    name: certificate?.commonName ?? null,
    fingerprint: fingerprint ?? null,
    notBefore: certificate?.notBefore.toISOString() ?? null,
    notAfter: certificate?.notAfter.toISOString() ?? null,
    entries,
    fault: faultJson(fault),
    ...revocationJson(party, lists),
  };
}

/**
 * A revocation list.
 *
 * @param list It.
 * @returns Its members.
 */
export function listJson(
  { source, issuer, number, thisUpdateMs, nextUpdateMs, entries }: RevocationList,
): object {
  return {
    file: source,
    issuer,
    number: String(number), // up to 20 octets: RFC 5280 §5.2.3
    thisUpdate: isoTime(thisUpdateMs),
    nextUpdate: isoTime(nextUpdateMs),
    entries,
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

/**
 * Something found.
 *
 * @param finding It.
 * @returns Its members.
 */
export function findingJson(finding: Finding): object {
  const { line, severity, text } = finding;
  return { line, severity, code: finding.severity === "error" ? finding.code : null, text };
}
