/**
 * What an account of protocol 2 must look like: before it is stored, and again when a row is read,
 * since a table may have been filled by hand.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { SHA256_BYTES } from "../crypto/digest.ts";
import { SCRYPT_HASH_BYTES, SCRYPT_SALT_BYTES } from "../crypto/scrypt_password.ts";
import { ChatError } from "../errors.ts";
import type { AccountRow } from "./account_row.ts";
import type { KeyAccount, KeyBinding, StoredKeyAccount } from "./key_accounts.ts";

const KEY_HASH = new RegExp(`^[0-9a-f]{${2 * SHA256_BYTES}}$`);
const USERNAME = /^[\x20-\x7e]{1,64}$/; // PROTOCOL-2 §3
const EMAIL_MAX_CHARS = 255;
const DATE_MAX_MS = 8.64e15; // ECMA-262 §21.4.1.1

/** What is wrong with a key or a name, or nothing. */
function bindingFault({ keyHash, username }: KeyBinding): string | undefined {
  if (!KEY_HASH.test(keyHash)) return "key hash is not 64 lower-case hex digits";
  if (!USERNAME.test(username)) return "name is not 1 to 64 printable ASCII characters";
  return undefined;
}

function accountFault({ email, password, ...binding }: KeyAccount): string | undefined {
  if (email === "" || email.length > EMAIL_MAX_CHARS || !email.isWellFormed()) {
    return `address is not 1 to ${EMAIL_MAX_CHARS} characters`;
  }
  if (password.salt.length !== SCRYPT_SALT_BYTES) return `salt is not ${SCRYPT_SALT_BYTES} bytes`;
  if (password.hash.length !== SCRYPT_HASH_BYTES) return `hash is not ${SCRYPT_HASH_BYTES} bytes`;
  return bindingFault(binding);
}

/**
 * Refuses an account that no table could hold: some databases would cut what is too long.
 *
 * @param account What is to be stored.
 * @throws {ChatError} FORMAT with the first fault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const password = { salt: new Uint8Array(16), hash: new Uint8Array(32) };
 * const account = { keyHash: "0".repeat(64), email: "a@x", username: "a", password };
 * requireKeyAccount(account);
 * assert.throws(() => requireKeyAccount({ ...account, keyHash: "A" }), { code: "FORMAT" });
 * ```
 */
export function requireKeyAccount(account: KeyAccount): void {
  requireNone(accountFault(account), account.email);
}

/**
 * Refuses a key or a name that no account could have.
 *
 * @param email Whose account it is, for the error.
 * @param binding What is to be stored.
 * @throws {ChatError} FORMAT with the first fault.
 */
export function requireKeyBinding(email: string, binding: KeyBinding): void {
  requireNone(bindingFault(binding), email);
}

function requireNone(fault: string | undefined, email: string): void {
  if (fault === undefined) return;
  throw new ChatError("FORMAT", `cannot store account "${printable(email)}": ${fault}`);
}

/**
 * Reads one row of the columns `key_hash`, `email`, `username`, `salt`, `pwd_hash`, `created_ms`.
 *
 * @param row The row; nothing is known of the types.
 * @param location Where the table is, for the error.
 * @returns The account, with byte strings of its own.
 * @throws {ChatError} DATABASE if a column has not the type or the length that protocol 2 calls for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const texts = { key_hash: "0".repeat(64), email: "a@x", username: "a" };
 * const row = { ...texts, salt: new Uint8Array(16), pwd_hash: new Uint8Array(32), created_ms: 5 };
 * assert.equal(parseKeyAccountRow(row, "x.db").createdAt.getTime(), 5);
 * assert.throws(() => parseKeyAccountRow({ ...row, salt: null }, "x.db"), { code: "DATABASE" });
 * ```
 */
export function parseKeyAccountRow(row: AccountRow, location: string): StoredKeyAccount {
  const { key_hash: keyHash, email, username, salt, pwd_hash: hash, created_ms: created } = row;
  if (typeof keyHash !== "string" || typeof email !== "string" || typeof username !== "string") {
    throw brokenRow(row, location, "key hash, address or name is not text");
  }
  if (!(salt instanceof Uint8Array) || !(hash instanceof Uint8Array)) {
    throw brokenRow(row, location, "salt or hash is not a byte string");
  }
  const password = { salt: new Uint8Array(salt), hash: new Uint8Array(hash) };
  const createdMs = Number(created);
  const fault = accountFault({ keyHash, email, username, password });
  if (fault !== undefined) throw brokenRow(row, location, fault);
  if (created === null || !Number.isSafeInteger(createdMs) || Math.abs(createdMs) > DATE_MAX_MS) {
    throw brokenRow(row, location, "created_ms is not a time");
  }
  return { keyHash, email, username, password, createdAt: new Date(createdMs) };
}

function brokenRow(row: AccountRow, location: string, fault: string): ChatError {
  const who = typeof row.email === "string" ? `"${printable(row.email)}"` : "without an address";
  const where = printable(location);
  return new ChatError("DATABASE", `cannot read key account ${who} in ${where}: ${fault}`, {
    hint: "a program other than securechat wrote this row: correct it or remove it",
  });
}
