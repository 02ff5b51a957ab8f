/**
 * HKDF-SHA-256 (RFC 5869) in its two steps, since a key schedule extracts once and expands often.
 *
 * @module
 */

import { concat } from "../bytes/concat.ts";
import { SHA256_BYTES } from "./digest.ts";
import { hmacSha256 } from "./hmac.ts";

const BLOCKS_MAX = 255; // RFC 5869 §2.3

/**
 * HKDF-Extract (RFC 5869 §2.2).
 *
 * @param salt Any length; 32 zero bytes where there is none.
 * @param inputs The input keying material, in parts.
 * @returns The pseudorandom key, 32 bytes.
 */
export function hkdfExtract(
  salt: Uint8Array,
  ...inputs: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return hmacSha256(salt, ...inputs);
}

/**
 * HKDF-Expand (RFC 5869 §2.3).
 *
 * @param key The pseudorandom key, 32 bytes.
 * @param info What the output is for.
 * @param length Bytes wanted, 1 to 8,160; up to 32 is one HMAC.
 * @returns So many bytes.
 * @throws {RangeError} for more than 8,160 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const key = hkdfExtract(new Uint8Array(32), new Uint8Array([1]), new Uint8Array([2]));
 * assert.equal(hkdfExpand(key, new Uint8Array(), 12).length, 12);
 * ```
 */
export function hkdfExpand(
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  if (length < 1 || length > BLOCKS_MAX * SHA256_BYTES) {
    throw new RangeError(
      `cannot expand key: ${length} bytes wanted, expected 1 to ${BLOCKS_MAX * SHA256_BYTES}`,
    );
  }
  const blocks: Uint8Array[] = [];
  for (let count = 1; (count - 1) * SHA256_BYTES < length; count++) {
    const previous = blocks.at(-1) ?? new Uint8Array();
    blocks.push(hmacSha256(key, previous, info, new Uint8Array([count])));
  }
  const output = concat(...blocks);
  const wanted = output.slice(0, length);
  for (const block of [...blocks, output]) block.fill(0);
  return wanted;
}
