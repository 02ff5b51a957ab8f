/**
 * Verifies one file of `securechat verify`, whatever it is, and prints what is known of it.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Verdict } from "../transcript/v1/report.ts";
import { isoTime } from "../transcript/v1/times.ts";
import { type VerifyOptions, verifyTranscript } from "../transcript/v1/verify.ts";
import { PROOF_MAX_BYTES, ProofMaker, verifyProof } from "../transcript/v2/proof.ts";
import type { RoomEntry, RoomVerdict, SignedRootAt } from "../transcript/v2/room_report.ts";
import { verifyRoom } from "../transcript/v2/verify.ts";
import { type Expectations, unmetExpectations, type Witness } from "./expectations.ts";
import { kindOfFile } from "./file_kind.ts";
import type { ReportPage } from "./html/report_page.ts";
import type { Io } from "./io.ts";
import type { ComparedFile } from "./verify_compare.ts";
import { VERDICT_STATUS } from "./verdict_status.ts";
import { chainTrustOf, openTranscriptFile } from "./verify_inputs.ts";
import { reportJson } from "./verify_json.ts";
import { badProofJson, proofJson } from "./verify_proof_json.ts";
import { LISTED_MAX, reportText, verdictLine } from "./verify_report.ts";
import { withProgress } from "./verify_progress.ts";
import { roomReportJson } from "./verify_room_json.ts";
import { roomReportText, roomVerdictLine } from "./verify_room_report.ts";

/** How files are verified, and where results go. */
export interface VerifyJob {
  readonly io: Io;
  readonly options: VerifyOptions;
  readonly expected: Expectations;
  /** Options that make the verdict worth less, as typed. */
  readonly insecure: readonly string[];
  readonly style: "text" | "quiet" | "json";
  /** Whether all entries are listed. */
  readonly isLong: boolean;
  /** Whether it may be compared with another one: then its tree and the server's roots are kept. */
  readonly isCompared: boolean;
  /** Which entry is to be shown alone, and under whose head. */
  readonly prove?: { readonly index: number; readonly by?: string };
  /** Where a report for people goes, too. */
  readonly page?: ReportPage;
}

/** What came of a file. */
export interface VerifiedFile {
  readonly status: number;
  /** Where it can be compared with others of its log. */
  readonly part?: ComparedFile;
}

/**
 * Verifies a file and prints the result.
 *
 * @param file Its path, or `-`.
 * @param job How, and where the result goes.
 * @returns The exit status, and what it can be compared by.
 * @throws {ChatError} NO_INPUT or FILE if it cannot be read; for a proof whatever is wrong with it.
 */
export async function verifyFile(file: string, job: VerifyJob): Promise<VerifiedFile> {
  const opened = await openTranscriptFile(file, job.io);
  const source = job.style === "quiet" ? opened : withProgress(job.io, file, opened);
  const { kind, chunks } = await kindOfFile(job.page?.watch(source) ?? source);
  if (kind === "protocol 2") return await verifyRoomFile(file, chunks, job);
  if (job.prove !== undefined) {
    throw new ChatError(
      "FORMAT",
      `cannot prove an entry of "${printable(file)}": no file of a room`,
      {
        hint: "only transcripts of protocol 2 can show one entry alone",
      },
    );
  }
  if (kind === "proof") return { status: await verifyProofFile(file, chunks, job) };
  return { status: await verifyClassicFile(file, chunks, job) };
}

async function verifyClassicFile(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  job: VerifyJob,
): Promise<number> {
  const { io, options, style, isLong } = job;
  const report = await verifyTranscript(chunks, options);
  const unmet = unmetExpectations(job.expected, report.parties);
  const { insecure, options: { revocations } } = job;
  const told = { insecure, ...revocations && { revocations } };
  const shown = { ...told, report, on: io.out, nowMs: io.now(), isLong };
  if (style === "json") io.out.write(reportJson(file, report, { ...told, unmet }));
  else if (style === "quiet") io.out.write(`${verdictLine(file, shown)}\n`);
  else io.out.write(reportText(file, shown));
  const status = statusOf(report.verdict, unmet, { file, job });
  await job.page?.classic(report, unmet);
  return status;
}

async function verifyRoomFile(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  job: VerifyJob,
): Promise<VerifiedFile> {
  const { io, options, style, isLong, prove } = job;
  const { revocations, signal } = options;
  const entries: RoomEntry[] = [];
  const roots: SignedRootAt[] = [];
  let maker: ProofMaker | undefined;
  const { report, tree } = await verifyRoom(chunks, {
    ...{ ...chainTrustOf(options), ...signal && { signal } },
    onEntry: (entry) => {
      if (isLong || entries.length < LISTED_MAX) entries.push(entry);
      job.page?.entry(entry);
    },
    entriesMax: isLong || job.page !== undefined ? Infinity : LISTED_MAX,
    ...job.isCompared && { onServerRoot: (root) => void roots.push(root) },
    onHeader: ({ server, chain, size: from }) => {
      if (prove === undefined) return;
      maker = new ProofMaker(prove.index, prove.by, { from, chains: [server, chain] });
    },
    ...prove !== undefined && { onMessage: (message) => maker?.take(message) },
  });
  const unmet = unmetExpectations(job.expected, report.parties);
  const listed = isLong || report.size - report.from <= LISTED_MAX ? { entries } : {};
  const told = { report, ...listed, ...revocations && { revocations } };
  const shown = { ...told, on: io.out, nowMs: io.now() };
  const isProven = maker !== undefined && tree !== undefined;
  if (isProven) io.out.write(`${maker?.make(tree)}\n`);
  else if (style === "json") io.out.write(roomReportJson(file, { ...told, unmet }));
  else if (style === "quiet") io.out.write(`${roomVerdictLine(file, shown)}\n`);
  else io.out.write(roomReportText(file, shown));
  // A proof stands by itself, whatever the file lacks at its end.
  const status = statusOf(isProven ? "VALID" : report.verdict, unmet, { file, job });
  await job.page?.room(report, unmet);
  const server = report.parties.find(({ role }) => role === "server");
  if (!job.isCompared) return { status };
  if (tree === undefined || report.log === undefined || server === undefined) return { status };
  const { log, room = "" } = report;
  return { status, part: { file, log, room, server, tree, roots } };
}

async function verifyProofFile(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  job: VerifyJob,
): Promise<number> {
  const { io, options, style } = job;
  const bytes = await readAll(chunks);
  const proven = await verifyProof(bytes, chainTrustOf(options)).catch((error: unknown) => {
    if (style === "json") io.out.write(badProofJson(file, asChatError(error)));
    throw error;
  });
  const { statement, head, index, author, authorRole, signer, signerRole } = proven;
  const witnesses: readonly Witness[] = [
    { role: authorRole, certificate: author.leaf, entries: 1 },
    ...signerRole === authorRole
      ? []
      : [{ role: signerRole, certificate: signer.leaf, entries: 0 }],
  ];
  const unmet = unmetExpectations(job.expected, witnesses);
  const { room, log, ts, text } = statement;
  if (style === "json") {
    io.out.write(proofJson(file, proven, unmet));
  } else {
    const first = `${printable(file)}: VALID, entry ${index} of room "${printable(room)}"`;
    io.out.write(`${first}, by "${printable(author.name)}" ${isoTime(ts)}\n`);
    if (style === "text") {
      io.out.write(
        `  words   ${printable(text)}\n  author  ${author.fingerprint}\n` +
          `  log     ${log}\n  under   a head over ${head.size} entries of "${
            printable(signer.name)
          }" (${signerRole}), ${isoTime(head.ts)}\n          ${signer.fingerprint}\n`,
      );
    }
  }
  const status = statusOf("VALID", unmet, { file, job });
  await job.page?.proof(proven, unmet);
  return status;
}

function statusOf(
  verdict: Verdict | RoomVerdict,
  unmet: readonly string[],
  { file, job: { io, style } }: { readonly file: string; readonly job: VerifyJob },
): number {
  if (style !== "json") {
    for (const text of unmet) io.out.write(`${printable(file)}: NOT AS EXPECTED, ${text}\n`);
  }
  return unmet.length === 0 ? VERDICT_STATUS[verdict] : 1;
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > PROOF_MAX_BYTES + 1) throw new ChatError("FORMAT", "cannot read proof: too long");
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
