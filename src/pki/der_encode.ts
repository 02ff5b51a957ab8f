/**
 * Writes DER (X.690 §8.1, §10.1). What is read is read by `path/der.ts`.
 *
 * @module
 */

/**
 * Writes one value of fewer than 65,536 bytes.
 *
 * @param tag Its tag byte.
 * @param parts What it holds, one after the other.
 * @returns The value with its shortest length.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(encodeDer(0x30, encodeDer(0x02, new Uint8Array([5]))).toHex(), "3003020105");
 * ```
 */
export function encodeDer(
  tag: number,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...content]);
}
