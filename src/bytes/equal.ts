import { timingSafeEqual } from "node:crypto";

/**
 * Compares two byte strings in a time that depends on their lengths alone.
 *
 * @param a A byte string.
 * @param b Another one; a different length gives `false` at once.
 * @returns Whether all bytes are equal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2])), true);
 * assert.equal(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 3])), false);
 * ```
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
