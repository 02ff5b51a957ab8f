/**
 * Judges the receipts of a transcript, the only thing in it that says that nothing is missing.
 *
 * A receipt's signature covers the hash of its signer's file and nothing else of the receipt
 * (PROTOCOL-1 phase 6): role and range are compared with the file instead.
 *
 * @module
 */

import { RunningSha256 } from "../../crypto/running_sha256.ts";
import { asChatError } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { Receipt } from "../../protocol/session.ts";
import { verifyReceipt } from "../../protocol/v1/evidence.ts";
import { encodeEntry } from "./entry.ts";
import { nameOf, type Parties, type Party } from "./parties.ts";
import type { At, TranscriptFile } from "./reader.ts";
import type { Fault, ReceiptReport } from "./report.ts";
import { momentFault } from "./revoked.ts";

/** What receipts are judged by. */
export interface ReceiptPolicy {
  readonly parties: Parties;
  readonly ca: Certificate;
  /** When it is taken to have been signed, milliseconds; it carries no time itself. */
  readonly atMs: number;
}

/** The receipts of a file. */
export interface ReceiptReports {
  readonly receipt?: ReceiptReport;
  readonly peerReceipt?: ReceiptReport;
}

/**
 * Judges both receipts, where there are any.
 *
 * @param file The transcript.
 * @param policy What they are judged by.
 * @returns A report of each.
 */
export function checkReceipts(file: TranscriptFile, policy: ReceiptPolicy): ReceiptReports {
  const { receipt, peerReceipt } = file;
  return {
    ...(receipt && { receipt: ownReceipt(receipt, { file, policy }) }),
    ...(peerReceipt && { peerReceipt: otherReceipt(peerReceipt, { file, policy }) }),
  };
}

interface Context {
  readonly file: TranscriptFile;
  readonly policy: ReceiptPolicy;
}

function ownReceipt({ line, value }: At<Receipt>, { file, policy }: Context): ReceiptReport {
  const { owner, other } = policy.parties;
  const faults = [
    roleFault(value, owner),
    rangeFault(value, file),
    value.transcriptSha256 === file.transcriptSha256 ? undefined : {
      code: "SIG_FAIL",
      text: "the receipt's hash is not that of these entries: some were changed, added or cut out",
    } as const,
    signatureFault(value, { signer: owner, stranger: other }),
    signerFault(owner, policy),
  ];
  return { line, receipt: value, faults: faults.filter((fault) => fault !== undefined) };
}

/** Its hash is of the other side's file; that can be rebuilt if the order there is the same. */
function otherReceipt({ line, value }: At<Receipt>, { file, policy }: Context): ReceiptReport {
  const { owner, other } = policy.parties;
  const sameOrder = value.transcriptSha256 === mirroredHash(file, owner);
  const faults = [
    roleFault(value, other),
    // In another order first and last may be other entries: then the range is a claim of its signer.
    sameOrder ? rangeFault(value, file) : undefined,
    signatureFault(value, { signer: other, stranger: owner }),
    signerFault(other, policy),
  ];
  return {
    line,
    receipt: value,
    faults: faults.filter((fault) => fault !== undefined),
    sameOrder,
  };
}

function roleFault(receipt: Receipt, signer: Party): Fault | undefined {
  if (receipt.peer === signer.role) return undefined;
  return {
    code: "FORMAT",
    text: `the receipt is a ${receipt.peer}'s, expected a ${signer.role}'s`,
  };
}

function rangeFault(receipt: Receipt, { entries }: TranscriptFile): Fault | undefined {
  const [first, last] = [entries[0], entries.at(-1)].map((entry) =>
    entry === undefined ? 0 : "record" in entry ? entry.record.seqno : undefined
  );
  const isFirst = first === undefined || first === receipt.firstSeq;
  const isLast = last === undefined || last === receipt.lastSeq;
  if (isFirst && isLast) return undefined;
  const text = `the receipt covers numbers ${receipt.firstSeq} to ${receipt.lastSeq}, ` +
    `the entries go from ${first ?? "?"} to ${last ?? "?"}`;
  return { code: "FORMAT", text };
}

function signatureFault(
  receipt: Receipt,
  { signer, stranger }: { readonly signer: Party; readonly stranger: Party },
): Fault | undefined {
  if (signer.certificate === undefined) {
    const text = `no certificate at hand is that of the ${signer.role} who signed the receipt: ` +
      "name it with --cert";
    return { code: "BAD_CERT", text };
  }
  try {
    if (verifyReceipt(signer.certificate.key, receipt)) return undefined;
    const who = nameOf(signer.certificate);
    const isOthers = stranger.certificate && verifyReceipt(stranger.certificate.key, receipt);
    const how = isOthers ? `the other side's key signed it, not that of ${who}` : `not by ${who}`;
    return { code: "SIG_FAIL", text: `the receipt's signature is wrong: ${how}` };
  } catch (error) {
    return { code: "FORMAT", text: asChatError(error).message };
  }
}

function signerFault(party: Party, { ca, atMs }: ReceiptPolicy): Fault | undefined {
  return party.fault ?? momentFault(party, { ca, atMs });
}

/** The hash of the other side's file if it has these entries in this order. */
function mirroredHash({ entries }: TranscriptFile, { fingerprint }: Party): string | undefined {
  if (fingerprint === undefined) return undefined;
  const hash = new RunningSha256();
  for (const [index, entry] of entries.entries()) {
    if ("fault" in entry) return undefined;
    const line = encodeEntry({ ...entry.record, peerFingerprint: fingerprint });
    hash.update(index === 0 ? line : `\n${line}`);
  }
  return hash.hex();
}
