/**
 * The password hash of protocol 1 and the salts around it.
 *
 * One SHA-256 is cheap to search, and whoever holds the hash can sign in with it: the format forces
 * both (docs/protocol-1.md), which is why nothing here is offered for new protocols.
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { sha256 } from "./digest.ts";

/** Bytes of an account's salt, PROTOCOL-1 phase 3. */
export const SALT_BYTES = 16;

/**
 * The stored hash of an account: SHA-256(salt || UTF-8 password).
 *
 * @param salt 16 bytes.
 * @param password The password as typed.
 * @returns 32 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(passwordHash(new Uint8Array(16), "secret").length, 32);
 * ```
 */
export function passwordHash(salt: Uint8Array, password: string): Uint8Array<ArrayBuffer> {
  return sha256(salt, password);
}

/**
 * The salt that an address without an account seems to have: always the same one, so that the
 * answer to a salt request tells nobody who has an account.
 *
 * @param secret A secret of the server, at least 16 bytes.
 * @param email The address as asked for; letter case does not matter.
 * @returns 16 bytes: the first half of HMAC-SHA-256 (RFC 2104).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const secret = new Uint8Array(32);
 * assert.deepEqual(decoySalt(secret, "a@x"), decoySalt(secret, "A@x"));
 * ```
 */
export function decoySalt(secret: Uint8Array, email: string): Uint8Array<ArrayBuffer> {
  const mac = createHmac("sha256", secret).update(email.toLowerCase()).digest();
  return new Uint8Array(mac.subarray(0, SALT_BYTES));
}
