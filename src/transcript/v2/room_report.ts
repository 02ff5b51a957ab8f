/**
 * What a verification of a transcript of protocol 2 tells.
 *
 * @module
 */

import type { ErrorCode } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { RevocationList } from "../../pki/revocation_lists.ts";
import type { Revocation } from "../../pki/revocations.ts";
import type { Role } from "../../pki/validate.ts";
import type { Statement } from "../../protocol/v2/statement.ts";
import type { Finding } from "../v1/report.ts";

/**
 * VALID: everything checks out, and both sides of each session have signed that it is all. VALID SO FAR:
 * what is there checks out, and its end is not signed. INVALID: something in the file is wrong.
 */
export type RoomVerdict = "VALID" | "VALID SO FAR" | "INVALID";

/** Somebody whose certificate the file shows. */
export interface RoomParty {
  readonly role: Role;
  /** Whether the transcript is this side's. */
  readonly isOwner: boolean;
  readonly certificate: Certificate;
  /** The CN that the CA vouches for. */
  readonly name: string;
  readonly fingerprint: string;
  /** Where the file shows it. */
  readonly line: number;
  /** Since when it is revoked, be it after everything that is here. */
  readonly revocation?: Revocation;
  /** How many entries it has signed. */
  readonly entries: number;
  /** How many entries of the log it has signed over, by heads and statements. */
  readonly signedOver: number;
}

/** One entry. */
export interface RoomEntry {
  readonly line: number;
  /** Its place in the log. */
  readonly index: number;
  readonly kind: Statement["kind"];
  /** The author's name, as the CA vouches for it. */
  readonly author: string;
  readonly fingerprint: string;
  /** The author's number in his session. */
  readonly seq: number;
  readonly session: string;
  /** When its author signed it, by his clock. */
  readonly ts: number;
  /** When the server had it in its place, at the latest; its author's time where no head tells. */
  readonly placedMs: number;
  /** Whether a head of the server is over it. */
  readonly isHeaded: boolean;
  /** As it was signed. Not printable as it is. */
  readonly text: string;
  /** The name of whom the server speaks (who came, who went), where his chain is known. */
  readonly about?: string;
}

/** A session of the file: the client's own, or each of a server's log. */
export interface RoomSession {
  /** Lower-case hex. */
  readonly session: string;
  /** Whose; absent while nobody has signed in it. */
  readonly fingerprint?: string;
  readonly from: number;
  /** Entries at its end, as the server's final head has it. */
  readonly size?: number;
  /** Whether both final heads are there. */
  readonly isClosed: boolean;
}

/** An entry or head by which the server has signed a root. */
export interface SignedRootAt {
  readonly size: number;
  /** Lower-case hex. */
  readonly root: string;
  readonly line: number;
}

/** Everything that is known of a transcript. */
export interface RoomReport {
  readonly verdict: RoomVerdict;
  /** Absent when the first line cannot be read. */
  readonly role?: Role;
  readonly room?: string;
  readonly log?: string;
  readonly session?: string;
  /** By the clock of its owner, unsigned, milliseconds. */
  readonly startedMs?: number;
  /** Index of the first entry. */
  readonly from: number;
  /** Entries of the log at the end of the file. */
  readonly size: number;
  /** Of the first and the last entry, milliseconds. */
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** Entries that the server has signed over. */
  readonly headed: number;
  /** The tree's root at the end, lower-case hex. */
  readonly root?: string;
  /** What the last line says: its owner's word, unsigned. */
  readonly end?: { readonly code: string; readonly record: string };
  readonly parties: readonly RoomParty[];
  readonly sessions: readonly RoomSession[];
  /** Why the verdict is no VALID, where it is VALID SO FAR. */
  readonly missing: readonly string[];
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  /** The lists that were used; absent when revocation was not checked. */
  readonly revocationLists?: readonly RevocationList[];
}

/** Why a line is refused. */
export interface LineFault {
  readonly line: number;
  readonly code: ErrorCode;
  readonly text: string;
}
