/**
 * Passwords as protocol 2 stores them: scrypt (RFC 7914) over the NFC form in UTF-8.
 *
 * One hash takes 32 MiB and about 0.3 s of another thread: whoever calls this bounds how many are
 * computed at once.
 *
 * @module
 */

import { scrypt } from "node:crypto";
import { equalBytes } from "../bytes/equal.ts";
import { ChatError } from "../errors.ts";

/** Bytes of a salt, PROTOCOL-2 §5. */
export const SCRYPT_SALT_BYTES = 16;

/** Bytes of a stored hash. */
export const SCRYPT_HASH_BYTES = 32;

/** Longest password: bytes of UTF-8 after normalisation, PROTOCOL-2 §5. */
export const PASSWORD_MAX_BYTES = 1024;

// N, r and p of RFC 7914 §2; scrypt needs 128·N·r = 32 MiB and a little more, and the runtime's
// limit (maxmem) is exactly 32 MiB unless it is raised.
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } as const;

/** What is stored of a password. */
export interface StoredPassword {
  /** 16 random bytes, the account's own. */
  readonly salt: Uint8Array;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * Hashes a password.
 *
 * @param password As typed; composed and decomposed letters give the same hash (NFC, UAX #15).
 * @param salt 16 bytes.
 * @returns 32 bytes.
 * @throws {ChatError} FORMAT if it is empty, not Unicode, or longer than 1024 bytes; the text never
 * holds any of it.
 */
export async function scryptPassword(
  password: string,
  salt: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = passwordBytes(password);
  try {
    return await new Promise((resolve, reject) => {
      scrypt(bytes, salt, SCRYPT_HASH_BYTES, COST, (error, hash) => {
        if (error === null) resolve(new Uint8Array(hash));
        else reject(error);
      });
    });
  } finally {
    bytes.fill(0);
  }
}

/**
 * What is stored of a new password.
 *
 * @param password As typed.
 * @returns Its hash, with a random salt of its own.
 * @throws {ChatError} FORMAT as {@link scryptPassword}.
 */
export async function newStoredPassword(password: string): Promise<StoredPassword> {
  const salt = crypto.getRandomValues(new Uint8Array(SCRYPT_SALT_BYTES));
  return { salt, hash: await scryptPassword(password, salt) };
}

/**
 * Checks a password in a time that does not depend on where the hashes differ.
 *
 * @param password As typed.
 * @param stored Salt and hash of the account.
 * @returns Whether it is the account's.
 * @throws {ChatError} FORMAT as {@link scryptPassword}.
 */
export async function isScryptPassword(password: string, stored: StoredPassword): Promise<boolean> {
  return equalBytes(await scryptPassword(password, stored.salt), stored.hash);
}

/**
 * The bytes of a password that are hashed.
 *
 * @param password As typed.
 * @returns 1 to 1024 bytes of UTF-8 in NFC.
 * @throws {ChatError} FORMAT if there is no such form.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(passwordBytes("e\u0301"), passwordBytes("\u00e9"));
 * assert.throws(() => passwordBytes("x".repeat(1025)), { code: "FORMAT" });
 * ```
 */
export function passwordBytes(password: string): Uint8Array<ArrayBuffer> {
  if (!password.isWellFormed()) throw unusable("it is not Unicode text");
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  if (bytes.length >= 1 && bytes.length <= PASSWORD_MAX_BYTES) return bytes;
  throw unusable(`it has ${bytes.length} bytes, expected 1 to ${PASSWORD_MAX_BYTES}`);
}

function unusable(why: string): ChatError {
  return new ChatError("FORMAT", `cannot use password: ${why}`, { hint: "choose another one" });
}
