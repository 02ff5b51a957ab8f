/**
 * Turns a row of a `users` table into an account, and mistrusts it: a table may have been filled by
 * another program, or by hand.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { SHA256_BYTES } from "../crypto/digest.ts";
import { SALT_BYTES } from "../crypto/password.ts";
import { ChatError } from "../errors.ts";
import type { StoredAccount } from "./accounts.ts";

/** `pwd_hash` as protocol 1 stores it: SHA-256 in lower-case hex. */
const PWD_HASH = new RegExp(`^[0-9a-f]{${2 * SHA256_BYTES}}$`);
const DATE_MAX_MS = 8.64e15; // ECMA-262 §21.4.1.1

/** A row as a driver gives it; nothing is known of the types. */
export type AccountRow = Readonly<Record<string, unknown>>;

function brokenRow(row: AccountRow, location: string, fault: string): ChatError {
  const who = typeof row.email === "string" ? `"${printable(row.email)}"` : "without an address";
  return new ChatError("DATABASE", `cannot read account ${who} in ${location}: ${fault}`, {
    hint: "a program other than securechat wrote this row: correct it or remove it",
  });
}

/**
 * Reads one row of the columns `email`, `username`, `salt`, `pwd_hash`, `created_ms`.
 *
 * @param row The row; `created_ms` is milliseconds since the Unix epoch, or null where an original
 * stored no time (then the epoch itself).
 * @param location Where the table is, for the error.
 * @returns The account, with byte strings of its own.
 * @throws {ChatError} DATABASE if a column has not the type or the length that protocol 1 calls
 * for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const row = { email: "a@x", username: "a", salt: new Uint8Array(16), pwd_hash: "0".repeat(64) };
 * assert.equal(parseAccountRow({ ...row, created_ms: 5 }, "x.db").createdAt.getTime(), 5);
 * assert.throws(() => parseAccountRow({ ...row, salt: null }, "x.db"), { code: "DATABASE" });
 * ```
 */
export function parseAccountRow(row: AccountRow, location: string): StoredAccount {
  const { email, username, salt, pwd_hash: pwdHash, created_ms: created } = row;
  if (typeof email !== "string" || typeof username !== "string") {
    throw brokenRow(row, location, "address or name is not text");
  }
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_BYTES) {
    throw brokenRow(row, location, `salt is not ${SALT_BYTES} bytes`);
  }
  if (typeof pwdHash !== "string" || !PWD_HASH.test(pwdHash)) {
    throw brokenRow(row, location, "pwd_hash is not 64 lower-case hex digits");
  }
  const createdMs = created === null ? 0 : Number(created);
  if (!Number.isSafeInteger(createdMs) || Math.abs(createdMs) > DATE_MAX_MS) {
    throw brokenRow(row, location, "created_at is not a time");
  }
  return {
    email,
    username,
    salt: new Uint8Array(salt),
    pwdHash: Uint8Array.fromHex(pwdHash),
    createdAt: new Date(createdMs),
  };
}

/**
 * The one spelling of an address that all its spellings share.
 *
 * @param email An address.
 * @returns The same without capital letters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(foldEmail("Alice@Example.org"), "alice@example.org");
 * ```
 */
export function foldEmail(email: string): string {
  return email.toLowerCase();
}

/**
 * Whether two addresses name one account: letter case does not matter.
 *
 * @param a An address.
 * @param b Another one.
 * @returns Whether they are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sameEmail("Alice@Example.org", "alice@example.org"), true);
 * ```
 */
export function sameEmail(a: string, b: string): boolean {
  return foldEmail(a) === foldEmail(b);
}
