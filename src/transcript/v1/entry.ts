/**
 * One entry of a transcript of protocol 1 as a line: `seqno|ts|ct|sig|fingerprint` (PROTOCOL-1
 * "Transcript file").
 *
 * The line has one form: what is accepted encodes to the same text again, so that the hash of a
 * transcript covers its meaning. Signatures, order and times are `verify.ts`'s business.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { ChatError } from "../../errors.ts";
import type { MessageRecord } from "../../protocol/session.ts";

/** Longest line of a transcript, characters: above an entry of the largest chat frame (262,144 bytes). */
export const LINE_MAX_CHARS = 300_000;

const FIELDS = 5;
const INTEGER = /^(0|[1-9]\d{0,15})$/; // 2^53-1 has 16 digits
const FINGERPRINT = /^[0-9a-f]{64}$/;

/**
 * Encodes an entry.
 *
 * @param record An accepted or sent message.
 * @returns The line without its end.
 * @throws {ChatError} FORMAT if a field is not in its one form: nothing gets into a line that
 * {@link parseEntry} would refuse.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const record = { seqno: 1, ts: 2, ct: "AA==", sig: "AQ==", peerFingerprint: "0".repeat(64) };
 * assert.equal(encodeEntry(record), `1|2|AA==|AQ==|${"0".repeat(64)}`);
 * assert.deepEqual(parseEntry(encodeEntry(record)), record);
 * ```
 */
export function encodeEntry(record: MessageRecord): string {
  const { seqno, ts, ct, sig, peerFingerprint } = record;
  const line = [seqno, ts, ct, sig, peerFingerprint].join("|");
  parseEntry(line);
  return line;
}

/**
 * Reads an entry.
 *
 * @param line A line without its end.
 * @returns The entry.
 * @throws {ChatError} FORMAT if it is not five fields in their one form: decimal integers up to
 * 2^53-1 without leading zeros, padded canonical base64, 64 lower-case hex digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseEntry(`01|2|AA==|AQ==|${"0".repeat(64)}`), { code: "FORMAT" });
 * assert.throws(() => parseEntry("hello"), { code: "FORMAT" });
 * ```
 */
export function parseEntry(line: string): MessageRecord {
  if (line.length > LINE_MAX_CHARS) {
    throw broken(`${line.length} characters, expected at most ${LINE_MAX_CHARS}`);
  }
  const [seqno = "", ts = "", ct = "", sig = "", peerFingerprint = "", ...rest] = line.split("|");
  if (peerFingerprint === "" || rest.length > 0) {
    throw broken(`${line.split("|").length} fields, expected ${FIELDS}`);
  }
  if (!FINGERPRINT.test(peerFingerprint)) {
    throw broken("the fingerprint is not 64 lower-case hex digits");
  }
  return {
    seqno: parseInteger(seqno, { name: "seqno", from: 1 }),
    ts: parseInteger(ts, { name: "timestamp", from: 0 }),
    ct: parseBase64(ct, "ciphertext"),
    sig: parseBase64(sig, "signature"),
    peerFingerprint,
  };
}

function parseInteger(
  text: string,
  { name, from }: { readonly name: string; readonly from: number },
): number {
  const value = INTEGER.test(text) ? Number(text) : -1;
  if (value >= from && Number.isSafeInteger(value)) return value;
  throw broken(`the ${name} is not a decimal integer from ${from} to 2^53-1`);
}

function parseBase64(text: string, name: string): string {
  if (text === "") throw broken(`the ${name} is empty`);
  decodeBase64(text, name);
  return text;
}

function broken(state: string): ChatError {
  return new ChatError("FORMAT", `cannot read entry: ${state}`);
}
