/**
 * Verifies a transcript of protocol 1: who wrote what, and whether anything was changed or is missing
 * (PROTOCOL-1 "Transcript file", phases 5 and 6).
 *
 * Pure: the file, the CA, certificates and time come in as arguments. What protocol 1 cannot show
 * is not claimed: an entry of another session between the same two certificates carries valid
 * signatures, and only the receipt's hash tells that it does not belong here.
 *
 * @module
 */

import { checkEntries } from "./entries.ts";
import type { TranscriptSource } from "./lines.ts";
import { type Parties, type Party, resolveParties, type Trust } from "./parties.ts";
import { readTranscript, type TranscriptFile } from "./reader.ts";
import { checkReceipts, type ReceiptReports } from "./receipts.ts";
import {
  type EntryReport,
  errorAt,
  type Finding,
  type PartyReport,
  type TranscriptReport,
  type Verdict,
  warningAt,
} from "./report.ts";
import { momentFault, revocationWarnings } from "./revoked.ts";
import { checkTimes, epochOf } from "./times.ts";

/** What a transcript is verified by. */
export interface VerifyOptions extends Trust {
  /**
   * Judges every certificate at this moment. Without it each entry's own time counts, which its
   * author signed and could choose: give it where a key may have been used after its life.
   */
  readonly at?: Date;
  /** 16 bytes; opens the words. */
  readonly sessionKey?: Uint8Array;
  /** Gives up; a long file takes minutes. */
  readonly signal?: AbortSignal;
}

/**
 * Verifies a transcript.
 *
 * @param source The file: text, bytes, or its chunks.
 * @param options The CA, certificates, time, session key.
 * @returns Verdict and everything found, in the order of the file.
 * @throws {ChatError} FILE if the file is larger than 256 MiB. Nothing that it says makes this throw.
 * @throws {DOMException} AbortError after the signal.
 */
export async function verifyTranscript(
  source: TranscriptSource,
  options: VerifyOptions,
): Promise<TranscriptReport> {
  const file = await readTranscript(source);
  const { ca, revocations, at, sessionKey, signal } = options;
  const { parties, findings: shown } = await resolveParties(file, options);
  const { entries, findings: judged } = await checkEntries(file.entries, {
    parties,
    ca,
    ...(at && { atMs: at.getTime() }),
    ...(sessionKey && { sessionKey }),
    ...(signal && { signal }),
  });
  const atMs = at?.getTime() ?? entries.findLast(({ ts }) => ts !== undefined)?.ts ??
    momentOf(file);
  const receipts = checkReceipts(file, { parties, ca, atMs });
  const lastMs = at?.getTime() ?? lastMomentOf(file, entries);
  const findings = inOrder([
    ...file.findings,
    ...shown,
    ...revocationWarnings(file, { parties, entries, revocations, lastMs }),
    ...silentFaults(file, { parties, entries, receipts, options }),
    ...judged,
    ...checkTimes(file, entries),
    ...footerFaults(file),
    ...receiptFindings(file, receipts),
  ]);
  return {
    verdict: verdictOf(findings, receipts),
    ...header(file),
    parties: [reportOf(parties.owner, entries), reportOf(parties.other, entries)],
    entries,
    transcriptSha256: file.transcriptSha256,
    ...receipts,
    ...(revocations && { revocationLists: revocations.lists }),
    findings,
  };
}

/** What is known once entries and receipts have been judged. */
interface Judged {
  readonly parties: Parties;
  readonly entries: readonly EntryReport[];
  readonly receipts: ReceiptReports;
  readonly options: VerifyOptions;
}

/** A side that signed nothing is judged too: the session was held with its certificate. */
function silentFaults(
  file: TranscriptFile,
  { parties, entries, options: { ca, at } }: Judged,
): readonly Finding[] {
  const firstTs = entries.find(({ ts }) => ts !== undefined)?.ts;
  const atMs = at?.getTime() ?? firstTs ?? momentOf(file);
  return [parties.owner, parties.other].flatMap((party) => {
    const { role, certificate, fingerprint, isOwner } = party;
    if (entries.some(({ author }) => author === role)) return [];
    const shownAt = file.certificates[role]?.line;
    const line = shownAt ?? file.entries[0]?.line ?? 1;
    if (certificate === undefined) {
      if (isOwner || fingerprint === undefined) return [];
      const text = `the certificate of the ${role} is not at hand: name it with --cert`;
      return [errorAt(line, { code: "BAD_CERT", text })];
    }
    const fault = shownAt === undefined ? party.fault : undefined;
    const found = fault ?? momentFault(party, { ca, atMs });
    return found === undefined ? [] : [errorAt(line, found)];
  });
}

/** The last time that somebody signed; of a session without entries its start. */
function lastMomentOf(file: TranscriptFile, entries: readonly EntryReport[]): number {
  const times = entries.flatMap(({ author, ts }) => author && ts !== undefined ? [ts] : []);
  return times.length === 0 ? momentOf(file) : times.reduce((last, ts) => Math.max(last, ts));
}

/** When a session without entries was held; the original writes local time, here taken as UTC. */
function momentOf({ started }: TranscriptFile): number {
  const text = started?.value ?? "";
  const ms = epochOf(text) ?? Date.parse(`${text}Z`);
  return Number.isNaN(ms) ? 0 : ms; // 1970 is before every certificate: no time, no trust
}

/** Total and hash of the footer are signed by nobody: what differs there is still not this file's. */
function footerFaults({ total, hash, entries, transcriptSha256 }: TranscriptFile): Finding[] {
  const findings: Finding[] = [];
  if (total !== undefined && total.value !== entries.length) {
    const text = `the footer counts ${total.value} entries, the file has ${entries.length}`;
    findings.push(errorAt(total.line, { code: "FORMAT", text }));
  }
  if (hash !== undefined && hash.value !== transcriptSha256) {
    const text = `the footer's hash is not that of the entries, ${transcriptSha256.slice(0, 16)}…`;
    findings.push(errorAt(hash.line, { code: "FORMAT", text }));
  }
  return findings;
}

function receiptFindings(
  file: TranscriptFile,
  { receipt, peerReceipt }: ReceiptReports,
): readonly Finding[] {
  const errors = [receipt, peerReceipt].flatMap((report) =>
    report === undefined ? [] : report.faults.map((fault) => errorAt(report.line, fault))
  );
  if (receipt !== undefined) return errors;
  const text =
    "there is no receipt: the session broke off here, or the end of the file was cut off";
  return [...errors, warningAt(Math.max(1, file.lastLine), text)];
}

/** Array sort keeps the order of findings of one line (ECMA-262 §23.1.3.30). */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => a.line - b.line);
}

function verdictOf(findings: readonly Finding[], { receipt }: ReceiptReports): Verdict {
  if (findings.some(({ severity }) => severity === "error")) return "INVALID";
  return receipt === undefined ? "INCOMPLETE" : "VALID";
}

function header(
  { sessionId, role, started, ended, reason }: TranscriptFile,
): Pick<TranscriptReport, "sessionId" | "role" | "started" | "ended" | "reason"> {
  return {
    ...(sessionId && { sessionId: sessionId.value }),
    ...(role && { role: role.value }),
    ...(started && { started: started.value }),
    ...(ended && { ended: ended.value }),
    ...(reason && { reason: reason.value }),
  };
}

function reportOf(party: Party, entries: readonly EntryReport[]): PartyReport {
  return { ...party, entries: entries.filter(({ author }) => author === party.role).length };
}
