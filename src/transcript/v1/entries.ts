/**
 * Judges the entries of a transcript in order: fingerprint, author, certificate at its time, number.
 *
 * The session key opens the words; it proves nothing, as both sides have it.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { decryptEcb } from "../../crypto/aes_ecb.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { Role } from "../../pki/validate.ts";
import type { MessageRecord } from "../../protocol/session.ts";
import { decodeUtf8 } from "../../protocol/v1/json.ts";
import { findAuthors } from "./authors.ts";
import { nameOf, type Parties, type Party } from "./parties.ts";
import type { ReadEntry, ReadRecord } from "./reader.ts";
import { type EntryReport, errorAt, type Fault, type Finding, warningAt } from "./report.ts";
import { momentFault } from "./revoked.ts";

/** What entries are judged by. */
export interface EntryPolicy {
  readonly parties: Parties;
  readonly ca: Certificate;
  /** Judges all certificates at this moment instead of at each entry's, milliseconds. */
  readonly atMs?: number;
  readonly sessionKey?: Uint8Array;
  /** Gives up between two groups of signatures. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface EntriesResult {
  readonly entries: readonly EntryReport[];
  readonly findings: readonly Finding[];
}

/**
 * Judges all entries.
 *
 * @param read The entries, in order.
 * @param policy What they are judged by.
 * @returns A report of each, with the errors and warnings.
 */
export async function checkEntries(
  read: readonly ReadEntry[],
  policy: EntryPolicy,
): Promise<EntriesResult> {
  const records = read.flatMap((entry) => "record" in entry ? [entry.record] : []);
  const authors = await findAuthors(records, policy);
  const checker = new EntryChecker(policy);
  let next = 0;
  const entries = read.map((entry) =>
    "fault" in entry
      ? checker.broken(entry.line, { code: "FORMAT", text: entry.fault.message })
      : checker.check(entry, authors[next++])
  );
  return { entries, findings: checker.findings };
}

class EntryChecker {
  readonly findings: Finding[] = [];
  readonly #policy: EntryPolicy;
  readonly #lastSeq: Record<Role, number> = { client: 0, server: 0 };
  readonly #lastTs: Record<Role, number> = { client: 0, server: 0 };
  #isUnreadable = false;

  constructor(policy: EntryPolicy) {
    this.#policy = policy;
  }

  broken(line: number, fault: Fault): EntryReport {
    this.findings.push(errorAt(line, fault));
    return { line, fault };
  }

  check(
    { line, record }: ReadRecord,
    author: Role | undefined,
  ): EntryReport {
    const { owner, other } = this.#policy.parties;
    const party = author && (author === owner.role ? owner : other);
    const fault = this.#fingerprintFault(record) ??
      (party === undefined ? this.#strangerFault() : this.#partyFault(party, record));
    if (fault !== undefined) this.findings.push(errorAt(line, fault));
    if (party !== undefined && fault?.code !== "REPLAY") this.#follow(party, { line, record });
    const words = this.#words(record, line);
    const { seqno, ts } = record;
    return {
      line,
      ...(author && { author }),
      seqno,
      ts,
      ...(fault && { fault }),
      ...(words !== undefined && { words }),
    };
  }

  #fingerprintFault({ peerFingerprint }: MessageRecord): Fault | undefined {
    const expected = this.#policy.parties.other.fingerprint;
    if (peerFingerprint === expected) return undefined;
    const text =
      `the entry names certificate ${peerFingerprint.slice(0, 16)}… as the other side's, ` +
      `expected ${expected?.slice(0, 16) ?? "none"}…`;
    return { code: "BAD_CERT", text };
  }

  /** Neither key at hand verifies the signature. */
  #strangerFault(): Fault {
    const { owner, other } = this.#policy.parties;
    const missing = [owner, other].find(({ certificate }) => certificate === undefined);
    if (missing === undefined) {
      return { code: "SIG_FAIL", text: "neither side's key made this signature" };
    }
    const known = missing === owner ? other : owner;
    const notBy = known.certificate === undefined
      ? ""
      : ` and ${nameOf(known.certificate)} did not sign`;
    const text =
      `the certificate of the ${missing.role} is not at hand${notBy}: name it with --cert`;
    return { code: "BAD_CERT", text };
  }

  #partyFault(party: Party, { seqno, ts }: MessageRecord): Fault | undefined {
    const { ca, atMs = ts } = this.#policy;
    if (party.fault !== undefined) return party.fault;
    const fault = momentFault(party, { ca, atMs });
    if (fault !== undefined) return fault;
    const last = this.#lastSeq[party.role];
    if (seqno > last) return undefined;
    return { code: "REPLAY", text: `number ${seqno} of the ${party.role} comes after ${last}` };
  }

  #follow({ role }: Party, { line, record: { seqno, ts } }: ReadRecord): void {
    const from = this.#lastSeq[role] + 1;
    if (seqno > from) {
      const missing = seqno - 1 === from ? `number ${from}` : `numbers ${from} to ${seqno - 1}`;
      this.findings.push(warningAt(line, `${missing} of the ${role} is missing before this entry`));
    }
    if (ts < this.#lastTs[role]) {
      const back = this.#lastTs[role] - ts;
      this.findings.push(warningAt(line, `the clock of the ${role} went back by ${back} ms`));
    }
    this.#lastSeq[role] = Math.max(seqno, this.#lastSeq[role]);
    this.#lastTs[role] = ts;
  }

  #words(record: MessageRecord, line: number): string | undefined {
    const { sessionKey } = this.#policy;
    if (sessionKey === undefined) return undefined;
    try {
      return decodeUtf8(decryptEcb(sessionKey, decodeBase64(record.ct, "ct")));
    } catch {
      if (!this.#isUnreadable) {
        this.findings.push(warningAt(line, "the session key does not open this entry"));
      }
      this.#isUnreadable = true;
      return undefined;
    }
  }
}
