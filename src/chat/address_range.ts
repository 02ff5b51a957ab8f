/**
 * Ranges of IP addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * @module
 */

/** A range: the first bits of an address. */
export interface AddressRange {
  /** Of an IPv4 address 32, of an IPv6 address 128 bits. */
  readonly value: bigint;
  readonly size: 32 | 128;
  readonly bits: number;
}

/**
 * Reads a range, or one address.
 *
 * @param text "10.0.0.0/8", "2001:db8::/32", "192.0.2.7".
 * @returns The range; nothing if it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const range = parseRange("10.1.0.0/16");
 * assert.ok(range !== undefined);
 * assert.equal(isInRange("10.1.255.3", range), true);
 * assert.equal(isInRange("::ffff:10.1.2.3", range), true);
 * assert.equal(isInRange("10.2.0.1", range), false);
 * for (const bad of ["10.1.0.0/33", "10.1", "x", "::1/129", "1::2::3", ""]) {
 *   assert.equal(parseRange(bad), undefined);
 * }
 * ```
 */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", bits, ...more] = text.split("/");
  const number = addressNumber(address);
  if (number === undefined || more.length > 0) return undefined;
  const { size } = number;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const length = bits === undefined ? size : Number(bits);
  return length > size ? undefined : { ...number, bits: length };
}

/**
 * Whether an address is in a range.
 *
 * @param address As the socket gives it.
 * @param range The range.
 * @returns Whether it is.
 */
export function isInRange(address: string, { value, size, bits }: AddressRange): boolean {
  const number = addressNumber(address);
  const rest = BigInt(size - bits);
  return number?.size === size && number.value >> rest === value >> rest;
}

function addressNumber(text: string): Omit<AddressRange, "bits"> | undefined {
  const [, mapped = text] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text) ?? [];
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(mapped)) {
    const parts = mapped.split(".").map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return { size: 32, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return undefined;
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const groups = (part: string) => part === "" ? [] : part.split(":");
  const [left, right] = [groups(head), groups(tail ?? "")];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...new Array<string>(missing).fill("0"), ...right];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const value = all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
  return { size: 128, value };
}
