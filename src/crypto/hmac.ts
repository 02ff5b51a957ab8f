import { createHmac } from "node:crypto";

/**
 * HMAC-SHA-256 (RFC 2104, RFC 4231) of the parts, one after the other.
 *
 * @param key Any length.
 * @param parts Byte strings.
 * @returns 32 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const tag = hmacSha256(new TextEncoder().encode("Jefe"), // RFC 4231 §4.3
 *   new TextEncoder().encode("what do ya want "), new TextEncoder().encode("for nothing?"));
 * assert.equal(tag.toHex().slice(0, 8), "5bdcc146");
 * ```
 */
export function hmacSha256(
  key: Uint8Array,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}
