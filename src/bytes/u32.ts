/**
 * Unsigned 32-bit integers in network byte order (RFC 1700).
 *
 * @module
 */

/** Bytes of an encoded u32. */
export const U32_BYTES = 4;

/**
 * Encodes an unsigned 32-bit integer, big-endian.
 *
 * @param value 0 to 2^32-1.
 * @returns 4 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(encodeU32(258), new Uint8Array([0, 0, 1, 2]));
 * ```
 */
export function encodeU32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(U32_BYTES);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/**
 * Decodes the big-endian u32 at the start of `bytes`.
 *
 * @param bytes At least 4 bytes; what follows them is ignored.
 * @returns 0 to 2^32-1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(decodeU32(new Uint8Array([0, 0, 1, 2])), 258);
 * ```
 */
export function decodeU32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
}
