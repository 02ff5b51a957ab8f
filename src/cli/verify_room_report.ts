/**
 * The text of `securechat verify` for a transcript of protocol 2: the verdict first, then who, what, and
 * everything found.
 *
 * Names and words come from strangers and go through `printable()`.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { RevocationLists } from "../pki/revocation_lists.ts";
import type {
  RoomEntry,
  RoomParty,
  RoomReport,
  RoomVerdict,
} from "../transcript/v2/room_report.ts";
import { firstError } from "../transcript/v1/report.ts";
import { isoTime } from "../transcript/v1/times.ts";
import { revocationPhrase } from "./revocation_state.ts";
import type { TextOut } from "./io.ts";
import { paint, type Style } from "./style.ts";
import { findingLines, revocationLines } from "./verify_report.ts";

const STYLE: Readonly<Record<RoomVerdict, Style>> = {
  "VALID": "green",
  "VALID SO FAR": "yellow",
  "INVALID": "red",
};

const TIME_COLUMNS = 24; // ISO 8601 with milliseconds
const NAME_COLUMNS = 16;

/** What is printed, and where. */
export interface RoomTextOptions {
  readonly report: RoomReport;
  /** Those that are listed; nothing where they are not. */
  readonly entries?: readonly RoomEntry[];
  readonly on: TextOut;
  /** Whatever lists were given. */
  readonly revocations?: RevocationLists;
  /** Now, milliseconds since the Unix epoch: whether a list is out of date. */
  readonly nowMs: number;
}

/**
 * The first line: the one that is read.
 *
 * @param file Its path as given.
 * @param options What is known of it, and the stream that decides about colour.
 * @returns The line without its end.
 */
export function roomVerdictLine(file: string, { report, on }: RoomTextOptions): string {
  const verdict = paint(report.verdict, { on, as: STYLE[report.verdict] });
  return `${printable(file)}: ${verdict}${reasonOf(report)}`;
}

/**
 * The result for one transcript.
 *
 * @param file Its path as given.
 * @param options What is known of it, and the stream that decides about colour.
 * @returns Lines with their ends.
 */
export function roomReportText(file: string, options: RoomTextOptions): string {
  const { report, entries, on, nowMs } = options;
  const faults = [
    ...report.missing.map((text) => `  not signed to its end: ${printable(text)}`),
    ...findingLines(report.findings, on),
  ];
  const isApart = faults.length > 0 && (entries ?? []).length > 0;
  return [
    roomVerdictLine(file, options),
    ...placeLines(report),
    ...report.parties.flatMap((party) => partyLines(party, options)),
    ...revocationLines(report, nowMs),
    ...table(report, entries, on),
    ...isApart ? [""] : [],
    ...faults,
    "",
  ].map((line) => `${line}\n`).join("");
}

function reasonOf(report: RoomReport): string {
  const { verdict, from, size, headed } = report;
  const error = firstError(report);
  if (error !== undefined) {
    return ` at line ${error.line}: [${error.code}] ${printable(error.text)}`;
  }
  const number = size - from === 1 ? "1 entry" : `${size - from} entries`;
  if (verdict === "VALID") return `, ${number}, the final heads of both sides are over all`;
  const last = headed > from ? `up to entry ${headed - 1}` : "no entry";
  return `, ${number}, the server has signed over ${last}`;
}

function placeLines(report: RoomReport): readonly string[] {
  const { role, room, log, session, from, size, firstMs, lastMs, end } = report;
  if (role === undefined) return [];
  const span = size === from ? "no entries" : `entries ${from} to ${size - 1}`;
  const times = firstMs === undefined || lastMs === undefined
    ? ""
    : `, ${isoTime(firstMs)} to ${isoTime(lastMs)}`;
  const code = end === undefined ? "no end line" : `ended ${end.code} (its owner's word, unsigned)`;
  const which = role === "server" ? "the server's own file" : `session ${session}`;
  return [
    `  protocol 2, room "${printable(room ?? "")}", log ${log}, ${which}`,
    `  ${span}${times}, ${code}`,
  ];
}

function partyLines(
  party: RoomParty,
  { report: { from }, revocations }: RoomTextOptions,
): readonly string[] {
  const { role, isOwner, name, certificate, fingerprint, entries, signedOver } = party;
  const revoked = revocationPhrase(party, revocations);
  const whose = isOwner ? ", whose file this is" : "";
  const over = signedOver > from
    ? `has signed over entry ${signedOver - 1}`
    : "has signed over none";
  return [
    `  ${role}  "${printable(name)}"${whose}, ${entries} ${
      entries === 1 ? "entry" : "entries"
    }, ${over}`,
    `          SHA-256 ${fingerprint}`,
    `          valid ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`,
    ...revoked === undefined ? [] : [`          ${revoked}`],
  ];
}

function table(
  { size, from }: RoomReport,
  entries: readonly RoomEntry[] | undefined,
  on: TextOut,
): readonly string[] {
  if (entries === undefined) {
    return size === from ? [] : [`  entries: ${size - from}, listed with --entries`];
  }
  if (entries.length === 0) return [];
  const header = [
    "line".padStart(6),
    "entry".padStart(6),
    "author".padEnd(NAME_COLUMNS),
    "placed by".padEnd(TIME_COLUMNS),
    "words",
  ].join("  ");
  return ["", paint(header, { on, as: "bold" }), ...entries.map(row)];
}

function row({ line, index, author, placedMs, isHeaded, kind, text }: RoomEntry): string {
  return [
    String(line).padStart(6),
    String(index).padStart(6),
    printable(author).padEnd(NAME_COLUMNS),
    isoTime(placedMs).padEnd(TIME_COLUMNS),
    `${isHeaded ? "" : "(no head over it) "}${kind === "say" ? "" : `${kind} `}${printable(text)}`,
  ].join("  ").trimEnd();
}
