import { Buffer } from "node:buffer";

/**
 * Compares two public byte strings, fast; secret ones are for `equalBytes`, which tells nothing by its time.
 *
 * @param a A byte string.
 * @param b Another one.
 * @returns Whether all bytes are equal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sameBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2])), true);
 * assert.equal(sameBytes(new Uint8Array([1, 2]), new Uint8Array([1])), false);
 * ```
 */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
