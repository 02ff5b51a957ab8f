/**
 * How many values DER holds, found before a library reads it: libraries build an object for each, and some
 * thousands of two bytes each cost seconds.
 *
 * @module
 */

/** Most values of a certificate that is read: one with a hundred names has 300. */
export const DER_VALUES_MAX = 1_024;

const OCTET_STRING = 0x04; // what extensions are wrapped in
const CONSTRUCTED = 0x20; // X.690 §8.1.2.5
const DEPTH_MAX = 32;

/**
 * Whether DER holds few enough values. What is no DER is for its reader to refuse: its values count up to
 * where it breaks.
 *
 * @param der Any bytes.
 * @returns Whether there are at most {@link DER_VALUES_MAX}, none deeper than 32 levels.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(hasFewValues(new Uint8Array([0x30, 4, 5, 0, 5, 0])), true);
 * assert.equal(hasFewValues(new Uint8Array(4096)), false); // 2048 empty values
 * ```
 */
export function hasFewValues(der: Uint8Array): boolean {
  return countValues(der, 0) <= DER_VALUES_MAX;
}

/** Stops counting soon after the bound. */
function countValues(bytes: Uint8Array, depth: number): number {
  if (depth > DEPTH_MAX) return Infinity;
  let count = 0;
  let offset = 0;
  while (offset < bytes.length && count <= DER_VALUES_MAX) {
    const tag = bytes[offset] ?? 0;
    const { start, end } = contentAt(bytes, offset);
    count += 1;
    if ((tag & CONSTRUCTED) !== 0 || tag === OCTET_STRING) {
      count += countValues(bytes.subarray(start, end), depth + 1);
    }
    offset = end;
  }
  return count;
}

/** Where a value's content is. A length beyond the end, or none, is taken as all that is left. */
function contentAt(
  bytes: Uint8Array,
  offset: number,
): { readonly start: number; readonly end: number } {
  const first = bytes[offset + 1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const start = offset + 2 + octets;
  let length = octets === 0 ? first : 0;
  for (const octet of bytes.subarray(offset + 2, start)) length = length * 256 + octet;
  const isIndefinite = first === 0x80;
  const end = isIndefinite ? bytes.length : Math.min(bytes.length, start + length);
  return { start, end };
}
