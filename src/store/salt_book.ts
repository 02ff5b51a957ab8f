/**
 * The client's memory of the salts of accounts that it registered.
 *
 * Protocol 1 gives a client no way to learn its salt from an original server (PROTOCOL-1 phase 3),
 * so whoever loses it cannot log in there again. The book is a JSON file, mode 0600:
 * `{"version":1,"salts":[{"server":"host:port","email":"…","salt":"base64 of 16 bytes"}]}`.
 *
 * It is no secret of weight, but it is read as if an enemy had written it.
 *
 * @module
 */

import { decodeBase64 } from "../bytes/base64.ts";
import { printable } from "../bytes/printable.ts";
import { SALT_BYTES } from "../crypto/password.ts";
import { ChatError } from "../errors.ts";
import { readPrivate, writePrivate } from "./private_file.ts";

const BOOK_VERSION = 1;
const BOOK_MAX_BYTES = 1024 * 1024;
const BOOK_MAX_ENTRIES = 10_000;
const FIELD_MAX_CHARS = 320; // longest address: 64 + "@" + 255, RFC 5321 §4.5.3.1

/** Which account is meant. */
export interface SaltKey {
  /** "host:port". */
  readonly server: string;
  /** The address; letter case does not matter. */
  readonly email: string;
}

/** An account and its salt. */
export interface SaltEntry extends SaltKey {
  /** 16 bytes. */
  readonly salt: Uint8Array;
}

/** All entries, oldest first. */
export type SaltBook = readonly SaltEntry[];

function broken(path: string, fault: string, cause?: unknown): ChatError {
  return new ChatError("FORMAT", `cannot read salt book "${printable(path)}": ${fault}`, {
    hint: "restore the file from a backup, or move it away: it is made anew",
    cause,
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isField(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= FIELD_MAX_CHARS;
}

function parseEntry(value: unknown): SaltEntry {
  if (!isRecord(value) || !isField(value.server) || !isField(value.email)) {
    throw new ChatError("FORMAT", "an entry lacks its server or its address");
  }
  if (typeof value.salt !== "string") throw new ChatError("FORMAT", "an entry lacks its salt");
  const salt = decodeBase64(value.salt, "a salt");
  if (salt.length !== SALT_BYTES) {
    throw new ChatError("FORMAT", `a salt is not ${SALT_BYTES} bytes`);
  }
  return { server: value.server, email: value.email.toLowerCase(), salt };
}

function parseBook(bytes: Uint8Array): SaltBook {
  const book: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isRecord(book) || book.version !== BOOK_VERSION || !Array.isArray(book.salts)) {
    throw new ChatError("FORMAT", `it is not a salt book of version ${BOOK_VERSION}`);
  }
  if (book.salts.length > BOOK_MAX_ENTRIES) {
    throw new ChatError("FORMAT", `it has more than ${BOOK_MAX_ENTRIES} entries`);
  }
  return book.salts.map(parseEntry);
}

function printBook(book: SaltBook): string {
  const salts = book.map(({ server, email, salt }) =>
    JSON.stringify({ server, email, salt: salt.toBase64() })
  );
  return `{"version":${BOOK_VERSION},"salts":[\n${salts.join(",\n")}\n]}\n`;
}

/**
 * Reads the book.
 *
 * @param path The file.
 * @returns Its entries; none when there is no file.
 * @throws {ChatError} FORMAT if the file is not a salt book; FILE if it cannot be read or is larger
 * than 1 MiB.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(await readSaltBook("no-such-file.json"), []);
 * ```
 */
export async function readSaltBook(path: string): Promise<SaltBook> {
  let bytes: Uint8Array;
  try {
    ({ bytes } = await readPrivate(path, { maxBytes: BOOK_MAX_BYTES }));
  } catch (error) {
    if (error instanceof ChatError && error.code === "NO_INPUT") return [];
    throw error;
  }
  try {
    return parseBook(bytes);
  } catch (error) {
    const fault = error instanceof ChatError ? error.message : "it is not JSON in UTF-8";
    throw broken(path, fault, error);
  }
}

/**
 * Looks up a salt.
 *
 * @param book What {@link readSaltBook} gave.
 * @param key The account.
 * @returns 16 bytes, or nothing when the book does not know the account. The last entry wins.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const book = [{ server: "localhost:8443", email: "a@x", salt: new Uint8Array(16) }];
 * assert.equal(findSalt(book, { server: "localhost:8443", email: "A@x" })?.length, 16);
 * ```
 */
export function findSalt(book: SaltBook, key: SaltKey): Uint8Array | undefined {
  const email = key.email.toLowerCase();
  return book.findLast((entry) => entry.server === key.server && entry.email === email)?.salt;
}

/**
 * Adds a salt to the book, or replaces the account's old one.
 *
 * @param path The file, made when it is missing; replaced in one step.
 * @param entry The account and its salt.
 * @throws {ChatError} FORMAT if the file is not a salt book (it is left as it is) or `entry` is not
 * fit for one; FILE if it cannot be read or written, or is full.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const path = `${await Deno.makeTempDir()}/salts.json`;
 * await rememberSalt(path, { server: "h:1", email: "a@x", salt: new Uint8Array(16) });
 * assert.equal((await readSaltBook(path)).length, 1);
 * ```
 */
export async function rememberSalt(path: string, entry: SaltEntry): Promise<void> {
  const { server, salt } = entry;
  const added = parseEntry({ server, email: entry.email, salt: salt.toBase64() });
  const others = (await readSaltBook(path)).filter((old) =>
    old.server !== added.server || old.email !== added.email
  );
  const bytes = new TextEncoder().encode(printBook([...others, added]));
  if (others.length >= BOOK_MAX_ENTRIES || bytes.length > BOOK_MAX_BYTES) {
    throw new ChatError("FILE", `cannot add to salt book "${printable(path)}": it is full`, {
      hint: "remove entries of accounts that are no longer used from the file",
    });
  }
  await writePrivate(path, bytes, { replace: true });
}
