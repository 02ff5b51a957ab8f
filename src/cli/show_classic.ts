/**
 * `securechat show` for a transcript of protocol 1.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { Role } from "../pki/validate.ts";
import { type EntryReport, firstError, type TranscriptReport } from "../transcript/v1/report.ts";
import { type VerifyOptions, verifyTranscript } from "../transcript/v1/verify.ts";
import type { Io } from "./io.ts";
import { showRemark, showRow } from "./show_lines.ts";
import { VERDICT_STATUS } from "./verdict_status.ts";
import { verdictLine } from "./verify_report.ts";

/**
 * Shows a transcript: of an INVALID one nothing from its bad line on.
 *
 * @param io The world.
 * @param file Its path as given.
 * @param evidence The file's bytes, and what it is verified by.
 * @returns The exit status.
 * @throws {ChatError} FILE if the file is too large.
 */
export async function showClassic(
  io: Io,
  file: string,
  evidence: VerifyOptions & { readonly chunks: AsyncIterable<Uint8Array> },
): Promise<number> {
  const report = await verifyTranscript(evidence.chunks, evidence);
  const badLine = firstError(report)?.line ?? Infinity;
  const good = report.entries.filter(({ line }) => line < badLine);
  const isSealed = good.some(({ words }) => words === undefined);
  if (isSealed) {
    const text =
      "the words are sealed: --session-key FILE opens them; times are their authors' own";
    io.out.write(showRemark(text, io.out));
  }
  showEntries(io, report, good);
  if (report.verdict === "INCOMPLETE") {
    io.out.write(showRemark("no receipt is over these entries: there may have been more", io.out));
  }
  io.err.write(`${verdictLine(file, { report, on: io.err, nowMs: io.now(), isLong: false })}\n`);
  return VERDICT_STATUS[report.verdict];
}

function showEntries(
  { out }: Io,
  { parties }: TranscriptReport,
  entries: readonly EntryReport[],
): void {
  const last: Partial<Record<Role, number>> = {};
  for (const { author, seqno, ts, words } of entries) {
    const party = parties.find(({ role }) => role === author);
    const name = printable(party?.certificate?.commonName ?? author ?? "somebody");
    if (author !== undefined && seqno !== undefined) {
      const missing = seqno - (last[author] ?? 0) - 1;
      if (missing > 0) out.write(showRemark(missingText(missing, name), out));
      last[author] = seqno;
    }
    out.write(
      showRow({ mark: " ", timeMs: ts, who: `[${name}]`, words: words ?? "(sealed)" }, out),
    );
  }
}

function missingText(count: number, name: string): string {
  const messages = count === 1 ? "1 message" : `${count} messages`;
  return `${messages} of ${name} ${count === 1 ? "is" : "are"} not in this file`;
}
