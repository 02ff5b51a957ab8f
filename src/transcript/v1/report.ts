/**
 * What a verification of a transcript of protocol 1 tells.
 *
 * @module
 */

import type { ErrorCode } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { RevocationList } from "../../pki/revocation_lists.ts";
import type { Revocation } from "../../pki/revocations.ts";
import type { Role } from "../../pki/validate.ts";
import type { Receipt } from "../../protocol/session.ts";

/**
 * VALID: a signed receipt covers every entry, and all of them check out. INVALID: something in the
 * file is wrong. INCOMPLETE: what is there checks out, but no receipt says that it is all.
 */
export type Verdict = "VALID" | "INVALID" | "INCOMPLETE";

/** What is wrong with a line. */
export interface Fault {
  readonly code: ErrorCode;
  /** For people; foreign text in it is printable. */
  readonly text: string;
}

/** Something to know about a line. An error makes the file INVALID; a warning does not. */
export type Finding =
  | (Fault & { readonly severity: "error"; readonly line: number })
  | { readonly severity: "warning"; readonly line: number; readonly text: string };

/** One side of the session. */
export interface PartyReport {
  readonly role: Role;
  /** Whether the transcript is this side's. */
  readonly isOwner: boolean;
  /** Absent when no certificate at hand is this side's. */
  readonly certificate?: Certificate;
  /** Lower-case hex; of the other side it is known even without its certificate. */
  readonly fingerprint?: string;
  /** Why the certificate is not accepted, whatever the time. */
  readonly fault?: Fault;
  /** Since when the certificate is revoked, be it after everything that is here. */
  readonly revocation?: Revocation;
  /** Number of entries that this side's key signed. */
  readonly entries: number;
}

/** One entry. */
export interface EntryReport {
  readonly line: number;
  /** Absent where no signature was found, or the line is broken. */
  readonly author?: Role;
  readonly seqno?: number;
  /** Milliseconds since the Unix epoch, by the author's clock. */
  readonly ts?: number;
  /** Absent when the entry checks out. */
  readonly fault?: Fault;
  /** The words, when the session key was given and fits. Not printable as they are. */
  readonly words?: string;
}

/** A receipt. */
export interface ReceiptReport {
  readonly line: number;
  readonly receipt: Receipt;
  /** Everything that is wrong with it. */
  readonly faults: readonly Fault[];
  /**
   * Of the other side's receipt: whether its file has these entries in this order. If false, its file
   * has another order, or other entries; nobody can tell which from this file.
   */
  readonly sameOrder?: boolean;
}

/** Everything that is known of a transcript. */
export interface TranscriptReport {
  readonly verdict: Verdict;
  readonly sessionId?: string;
  /** Whose file it is; absent when the header does not say. */
  readonly role?: Role;
  /** As the header has it: the original writes local time without a zone. */
  readonly started?: string;
  readonly ended?: string;
  /** Code of the error that ended the session, as the file's owner wrote it down: unsigned. */
  readonly reason?: string;
  readonly parties: readonly PartyReport[];
  readonly entries: readonly EntryReport[];
  /** Lower-case hex, computed here. */
  readonly transcriptSha256: string;
  readonly receipt?: ReceiptReport;
  readonly peerReceipt?: ReceiptReport;
  /** The lists that were used; absent when revocation was not checked. */
  readonly revocationLists?: readonly RevocationList[];
  /** In the order of the file. */
  readonly findings: readonly Finding[];
}

/**
 * Makes an error of a line.
 *
 * @param line Counted from 1.
 * @param fault What is wrong.
 * @returns The finding.
 */
export function errorAt(line: number, { code, text }: Fault): Finding {
  return { severity: "error", line, code, text };
}

/**
 * Makes a warning of a line.
 *
 * @param line Counted from 1.
 * @param text What to know.
 * @returns The finding.
 */
export function warningAt(line: number, text: string): Finding {
  return { severity: "warning", line, text };
}

/**
 * The finding that decides an INVALID verdict.
 *
 * @param report A report of either protocol.
 * @returns The first error in the order of the file.
 */
export function firstError(
  { findings }: { readonly findings: readonly Finding[] },
): Extract<Finding, { severity: "error" }> | undefined {
  return findings.find((finding) => finding.severity === "error");
}
