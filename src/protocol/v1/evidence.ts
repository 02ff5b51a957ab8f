/**
 * What protocol 1 signs: messages and receipts (PROTOCOL-1, phases 5 and 6).
 *
 * Used by the session while it runs and by the verifier years later: one definition for both.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { sha256 } from "../../crypto/digest.ts";
import { sign, type SigningKey, type VerifyKey, verifySignature } from "../../crypto/signature.ts";
import type { MessageRecord, Receipt, TranscriptSummary } from "../session.ts";
import type { Message } from "./messages.ts";

/** The part of a message that is signed. */
export type SignedMessage = Pick<MessageRecord, "seqno" | "ts" | "ct">;

const encoder = new TextEncoder();

/**
 * The 32 bytes that a message's signature covers: SHA-256 of `<seqno>||<ts>||<ct>`, bars literal.
 * RSASSA hashes them once more, as the original does.
 *
 * @param message Number, time in milliseconds, base64 ciphertext as sent.
 * @returns 32 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sha256 } from "../../crypto/digest.ts";
 * assert.deepEqual(messageDigest({ seqno: 1, ts: 2, ct: "AA==" }), sha256("1||2||AA=="));
 * ```
 */
export function messageDigest(message: SignedMessage): Uint8Array<ArrayBuffer> {
  return sha256(`${message.seqno}||${message.ts}||${message.ct}`);
}

/**
 * Signs a message.
 *
 * @param key Its author's key.
 * @param message What is signed.
 * @returns Padded base64.
 */
export async function signMessage(key: SigningKey, message: SignedMessage): Promise<string> {
  return (await sign(key, messageDigest(message))).toBase64();
}

/**
 * Verifies a message's signature.
 *
 * @param key The claimed author's key.
 * @param message The message with its signature, padded base64.
 * @returns Whether the key's holder signed it.
 */
export function verifyMessage(
  key: VerifyKey,
  message: SignedMessage & { readonly sig: string },
): boolean {
  return verifySignature(key, decodeBase64(message.sig, "sig"), messageDigest(message));
}

/**
 * Signs a receipt: the signature covers the 64 ASCII digits of the transcript's hash.
 *
 * @param key The key of the side that leaves.
 * @param peer Its role.
 * @param summary Its transcript as it stands.
 * @returns The receipt.
 */
export async function signReceipt(
  key: SigningKey,
  peer: Receipt["peer"],
  summary: TranscriptSummary,
): Promise<Receipt> {
  const sig = await sign(key, encoder.encode(summary.transcriptSha256));
  return { peer, ...summary, sig: sig.toBase64() };
}

/**
 * Verifies a receipt's signature, and nothing else of it.
 *
 * @param key The key of the side that it names.
 * @param receipt The receipt.
 * @returns Whether the key's holder signed its hash.
 */
export function verifyReceipt(key: VerifyKey, receipt: Receipt): boolean {
  const sig = decodeBase64(receipt.sig, "receipt's sig");
  return verifySignature(key, sig, encoder.encode(receipt.transcriptSha256));
}

/** A receipt in wire spelling, as it goes into a frame and into a transcript. */
export interface WireReceipt extends Record<string, string | number> {
  readonly type: "receipt";
  readonly peer: Receipt["peer"];
  readonly first_seq: number;
  readonly last_seq: number;
  readonly transcript_sha256: string;
  readonly sig: string;
}

/**
 * A receipt in wire spelling.
 *
 * @param receipt The receipt.
 * @returns Its members in the original's order.
 */
export function encodeReceipt(receipt: Receipt): WireReceipt {
  return {
    type: "receipt",
    peer: receipt.peer,
    first_seq: receipt.firstSeq,
    last_seq: receipt.lastSeq,
    transcript_sha256: receipt.transcriptSha256,
    sig: receipt.sig,
  };
}

/**
 * A receipt out of its wire spelling.
 *
 * @param message The message, already checked for its shape.
 * @returns The receipt.
 */
export function decodeReceipt(message: Message<"receipt">): Receipt {
  return {
    peer: message.peer,
    firstSeq: message.first_seq,
    lastSeq: message.last_seq,
    transcriptSha256: message.transcript_sha256,
    sig: message.sig,
  };
}
