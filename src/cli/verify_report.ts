/**
 * The text of `securechat verify`: the verdict first, then who, what, and everything found.
 *
 * Names and words come from strangers and go through `printable()`.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { RevocationList, RevocationLists } from "../pki/revocation_lists.ts";
import {
  type EntryReport,
  type Finding,
  firstError,
  type PartyReport,
  type ReceiptReport,
  type TranscriptReport,
  type Verdict,
} from "../transcript/v1/report.ts";
import { isoTime } from "../transcript/v1/times.ts";
import { revocationPhrase } from "./revocation_state.ts";
import type { TextOut } from "./io.ts";
import { paint, type Style } from "./style.ts";

const STYLE: Readonly<Record<Verdict, Style>> = {
  VALID: "green",
  INVALID: "red",
  INCOMPLETE: "yellow",
};

const LINE_COLUMNS = 6;
const SEQNO_COLUMNS = 6;
const AUTHOR_COLUMNS = 6; // "client", "server"
const TIME_COLUMNS = 24; // ISO 8601 with milliseconds

/** What is printed, and where. */
export interface ReportTextOptions {
  /** Options that make the verdict worth less, as typed. */
  readonly insecure?: readonly string[];
  readonly report: TranscriptReport;
  readonly on: TextOut;
  /** Now, milliseconds since the Unix epoch: whether a list is out of date. */
  readonly nowMs: number;
  /** Whatever lists were given. */
  readonly revocations?: RevocationLists;
  /** Whether all entries are listed, however many there are. */
  readonly isLong?: boolean;
}

/** More entries are listed where that is asked for. */
export const LISTED_MAX = 100;

/**
 * The result for one transcript.
 *
 * @param file Its path as given.
 * @param options What is known of it, and the stream that decides about colour.
 * @returns Lines with their ends.
 */
export function reportText(file: string, options: ReportTextOptions): string {
  const { report, on, nowMs, isLong = false } = options;
  const count = report.entries.length;
  return [
    verdictLine(file, options),
    `  session ${report.sessionId ?? "unknown"}, ${periodOf(report)}`,
    "  unsigned: that line is its owner's word; what is signed are the entries and the receipts",
    ...report.parties.flatMap((party) => partyLines(party, options.revocations)),
    ...revocationLines(report, nowMs),
    ...isLong || count <= LISTED_MAX
      ? table(report.entries, on)
      : [`  entries: ${count}, listed with --entries`],
    ...receiptLines(report),
    ...findingLines(report.findings, on),
    "",
  ].map((line) => `${line}\n`).join("");
}

/**
 * The first line: the one that is read.
 *
 * @param file Its path as given.
 * @param options What is known of it, and the stream that decides about colour.
 * @returns The line without its end.
 */
export function verdictLine(
  file: string,
  { report, on, insecure = [] }: ReportTextOptions,
): string {
  const verdict = paint(report.verdict, { on, as: STYLE[report.verdict] });
  const weakened = insecure.length === 0 ? "" : ` (WEAKENED by ${insecure.join(", ")})`;
  return `${printable(file)}: ${verdict}${reasonOf(report)}${weakened}`;
}

function reasonOf(report: TranscriptReport): string {
  const { entries } = report;
  const error = firstError(report);
  if (error !== undefined) return ` at line ${error.line}: [${error.code}] ${error.text}`;
  const number = entries.length === 1 ? "1 entry" : `${entries.length} entries`;
  const state = report.verdict === "VALID" ? "the receipt covers all" : "no receipt covers them";
  return `, ${number}, ${state}`;
}

function periodOf({ started, ended, reason }: TranscriptReport): string {
  const why = reason === undefined
    ? ""
    : `, ended because of ${reason} (its owner's word, unsigned)`;
  return `${started ?? "no start"} to ${ended ?? "no end"}${why}`;
}

function partyLines(party: PartyReport, lists?: RevocationLists): readonly string[] {
  const { role, isOwner, certificate, fingerprint, entries } = party;
  const revoked = certificate && revocationPhrase(party, lists);
  const whose = isOwner ? ", whose file this is" : "";
  const name = certificate === undefined ? "no certificate at hand" : `"${certificate.commonName}"`;
  return [
    `  ${role}  ${printable(name)}${whose}, ${entries} ${entries === 1 ? "entry" : "entries"}`,
    ...fingerprint === undefined ? [] : [`          SHA-256 ${fingerprint}`],
    ...certificate === undefined ? [] : [
      `          valid ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`,
    ],
    ...revoked === undefined ? [] : [`          ${revoked}`],
  ];
}

/**
 * What is said about revocation.
 *
 * @param report The lists that were used.
 * @param nowMs Now, milliseconds since the Unix epoch.
 * @returns Lines.
 */
export function revocationLines(
  { revocationLists: lists }: Pick<TranscriptReport, "revocationLists">,
  nowMs: number,
): readonly string[] {
  if (lists === undefined) return ["  revocation: not checked, no --crl"];
  return lists.flatMap((list) => listLines(list, nowMs));
}

function listLines(list: RevocationList, nowMs: number): readonly string[] {
  const { source, issuer, number, thisUpdateMs, nextUpdateMs, entries } = list;
  const count = `${entries} ${entries === 1 ? "entry" : "entries"}`;
  return [
    `  revocation: ${printable(source)} of "${printable(issuer)}", number ${number}, ${count}, ` +
    `made ${isoTime(thisUpdateMs)}`,
    ...nextUpdateMs >= nowMs ? [] : [
      `              a newer one was due ${isoTime(nextUpdateMs)}; ` +
      "about what is older than the list it is right",
    ],
  ];
}

function table(entries: readonly EntryReport[], on: TextOut): readonly string[] {
  if (entries.length === 0) return [];
  const header = [
    "line".padStart(LINE_COLUMNS),
    "author".padEnd(AUTHOR_COLUMNS),
    "seqno".padStart(SEQNO_COLUMNS),
    "time".padEnd(TIME_COLUMNS),
    "result",
  ].join("  ");
  return ["", paint(header, { on, as: "bold" }), ...entries.map((entry) => row(entry, on)), ""];
}

function row({ line, author, seqno, ts, fault, words }: EntryReport, on: TextOut): string {
  const result = fault === undefined ? "ok" : paint(fault.code, { on, as: "red" });
  return [
    String(line).padStart(LINE_COLUMNS),
    (author ?? "?").padEnd(AUTHOR_COLUMNS),
    String(seqno ?? "?").padStart(SEQNO_COLUMNS),
    (ts === undefined ? "?" : isoTime(ts)).padEnd(TIME_COLUMNS),
    result,
    ...words === undefined ? [] : [printable(words)],
  ].join("  ");
}

function receiptLines({ receipt, peerReceipt }: TranscriptReport): readonly string[] {
  const own = receipt === undefined ? "  receipt: none" : `  receipt: ${receiptState(receipt)}`;
  if (peerReceipt === undefined) return [own, "  the other side's receipt: none"];
  const about = peerReceipt.faults.length > 0
    ? ""
    : peerReceipt.sameOrder
    ? "; its file has these entries in this order"
    : "; what its file has cannot be told from here, its order may differ";
  return [own, `  the other side's receipt: ${receiptState(peerReceipt)}${about}`];
}

function receiptState({ line, receipt, faults }: ReceiptReport): string {
  const state = faults.length === 0 ? "good" : faults.map(({ code }) => code).join(", ");
  return `line ${line}, numbers ${receipt.firstSeq} to ${receipt.lastSeq}, ${state}`;
}

/**
 * Everything found, in the order of the file.
 *
 * @param findings Errors and warnings.
 * @param on The stream that decides about colour.
 * @returns Lines.
 */
export function findingLines(findings: readonly Finding[], on: TextOut): readonly string[] {
  return findings.map((finding) => {
    const label = finding.severity === "error"
      ? paint(`[${finding.code}]`, { on, as: "red" })
      : paint("warning:", { on, as: "yellow" });
    return `  line ${finding.line}: ${label} ${printable(finding.text)}`;
  });
}
