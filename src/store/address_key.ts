const GROUPS = 8; // of an IPv6 address, RFC 4291 §2.2
const PREFIX_GROUPS = 4; // /64: what one subscriber is given, RFC 6177 §2

/**
 * What stands for one peer in a table by address: an IPv4 address itself, of IPv6 the /64 prefix,
 * since whoever has one address of it has all 2^64.
 *
 * @param address An address as the socket gives it; another text is its own key.
 * @returns The key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(addressKey("::ffff:192.0.2.1"), "192.0.2.1");
 * assert.equal(addressKey("2001:DB8::1"), addressKey("2001:db8:0:0:ffff::2"));
 * ```
 */
export function addressKey(address: string): string {
  const text = address.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]; // RFC 4291 §2.5.5.2
  if (mapped !== undefined) return mapped;
  if (!text.includes(":")) return text;
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : Math.max(0, GROUPS - left.length - right.length);
  const groups = [...left, ...new Array<string>(gap).fill("0"), ...right];
  return groups.slice(0, PREFIX_GROUPS).map((group) => group.replace(/^0+(?=.)/, "")).join(":") +
    "::/64";
}
