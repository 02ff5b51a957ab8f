import { hkdfSync } from "node:crypto";

/**
 * HKDF with SHA-256 (RFC 5869), no salt.
 *
 * @param secret Input key material with at least 128 bits of entropy.
 * @param info The purpose: different purposes give independent keys (RFC 5869 §3.2).
 * @param length Bytes wanted, at most 8160.
 * @returns The derived key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(hkdf(new Uint8Array(32), "test", 16).length, 16);
 * ```
 */
export function hkdf(secret: Uint8Array, info: string, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), info, length));
}
