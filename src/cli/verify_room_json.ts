/**
 * The JSON of `securechat verify --json` for a transcript of protocol 2: one object a file and line, of the
 * same format and, where they mean the same, with the same members as protocol 1's (`verify_json.ts`).
 *
 * @module
 */

import type { RevocationLists } from "../pki/revocation_lists.ts";
import { firstError } from "../transcript/v1/report.ts";
import { isoTime } from "../transcript/v1/times.ts";
import type {
  RoomEntry,
  RoomParty,
  RoomReport,
  RoomSession,
} from "../transcript/v2/room_report.ts";
import { jsonLine } from "./json_line.ts";
import { revocationJson } from "./revocation_state.ts";
import { findingJson, FORMAT, listJson } from "./verify_json.ts";

/** What is printed beside the report. */
export interface RoomJsonOptions {
  readonly report: RoomReport;
  /** Those that are listed; nothing where they are not. */
  readonly entries?: readonly RoomEntry[];
  /** What was expected and does not hold. */
  readonly unmet: readonly string[];
  /** Whatever lists were given. */
  readonly revocations?: RevocationLists;
}

/**
 * One line of JSON for a transcript.
 *
 * @param file Its path as given.
 * @param options What is known of it.
 * @returns The line with its end.
 */
export function roomReportJson(
  file: string,
  { report, entries, unmet, revocations }: RoomJsonOptions,
): string {
  const error = firstError(report);
  const { firstMs, lastMs, startedMs, end, revocationLists: lists } = report;
  const value = {
    format: FORMAT,
    file,
    protocol: 2,
    verdict: report.verdict,
    firstError: error === undefined ? null : findingJson(error),
    unmet,
    insecure: [], // every option that weakens is protocol 1's
    sessionId: report.session ?? null,
    role: report.role ?? null,
    started: timeJson(startedMs),
    room: report.room ?? null,
    log: report.log ?? null,
    from: report.from,
    size: report.size,
    headed: report.headed,
    root: report.root ?? null,
    firstTime: timeJson(firstMs),
    lastTime: timeJson(lastMs),
    end: end === undefined ? null : { code: end.code, record: end.record },
    missing: report.missing,
    parties: report.parties.map((party) => partyJson(party, revocations)),
    sessions: report.sessions.map(sessionJson),
    entries: entries === undefined ? null : entries.map(entryJson),
    revocation: { checked: lists !== undefined, lists: (lists ?? []).map(listJson) },
    findings: report.findings.map(findingJson),
  };
  return `${jsonLine(value)}\n`;
}

function timeJson(ms: number | undefined): string | null {
  return ms === undefined ? null : isoTime(ms);
}

function partyJson(party: RoomParty, lists: RevocationLists | undefined) {
  const { role, isOwner, name, fingerprint, certificate, entries, signedOver } = party;
  return {
    ...{ role, owner: isOwner, name, fingerprint },
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    ...{ entries, signedOver },
    ...revocationJson(party, lists),
  };
}

function sessionJson({ session, fingerprint, from, size, isClosed }: RoomSession) {
  const whose = { fingerprint: fingerprint ?? null };
  return { session, ...whose, from, size: size ?? null, closed: isClosed };
}

function entryJson(entry: RoomEntry) {
  const { line, index, kind, author, fingerprint, session, seq, ts, placedMs, isHeaded, text } =
    entry;
  return {
    ...{ line, index, kind, author, fingerprint, session, seqno: seq, ts, time: isoTime(ts) },
    ...{ placed: isoTime(placedMs), headed: isHeaded, words: text },
  };
}
