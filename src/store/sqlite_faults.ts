/**
 * What went wrong in SQLite, in words with a remedy. SQLite's own words stay in `cause`.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";

/** What can be said of a fault. */
interface Fault {
  readonly state: string;
  readonly hint: string;
}

const CORRUPT: Fault = {
  state: "the file is damaged or is not a database",
  hint: "restore it from a backup, or move it away and start with an empty one: securechat db init",
};
/** SQLite's words for codes 26 and 11, where the runtime gives no code: at opening. */
const NO_DATABASE = /^(?:file is not a database|database disk image is malformed)$/;

const UNOPENED: Fault = {
  state: "the file cannot be opened",
  hint: "check that the path names a file in an existing folder and that you may read and write it",
};

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const FAULTS: Readonly<Record<number, Fault>> = {
  3: { state: "permission denied", hint: "give this user the right to read and write the file" },
  5: {
    state: "another program holds it locked",
    hint: "end the other program that writes this file, then try again",
  },
  8: {
    state: "the file is read-only",
    hint: "give this user the right to write the file and its folder",
  },
  10: { state: "reading or writing failed", hint: "check the disk, then restore from a backup" },
  11: CORRUPT,
  13: { state: "the disk is full", hint: "make room on the disk, then try again" },
  14: UNOPENED,
  26: CORRUPT,
};

const NO_FOLDER: Fault = {
  state: "there is no such folder",
  hint: "make the folder first: mkdir -p",
};

/** SQLITE_CONSTRAINT; SQLITE_CONSTRAINT_UNIQUE is 19 | 8 << 8. */
const CONSTRAINT_UNIQUE = 2067;

function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code : undefined;
}

function faultOf(error: unknown): Fault | undefined {
  const code = resultCode(error);
  if (code !== undefined) return FAULTS[code & 0xff]; // low byte: the primary code
  if (error instanceof Deno.errors.NotFound) return NO_FOLDER;
  if (error instanceof Error && NO_DATABASE.test(error.message)) return CORRUPT;
  return error instanceof Deno.errors.PermissionDenied ? FAULTS[3] : UNOPENED;
}

/**
 * Whether a statement failed because a value must be unique and is taken.
 *
 * @param error What `node:sqlite` threw, or a ChatError that keeps it as its cause.
 * @returns Whether it is SQLITE_CONSTRAINT_UNIQUE.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isTaken(Object.assign(new Error(), { errcode: 2067 })), true);
 * ```
 */
export function isTaken(error: unknown): boolean {
  return resultCode(error instanceof ChatError ? error.cause : error) === CONSTRAINT_UNIQUE;
}

/**
 * Whether the file itself is the fault: no try and no permission will mend it.
 *
 * @param error What `node:sqlite` threw, or a ChatError that keeps it as its cause.
 * @returns Whether it is SQLITE_CORRUPT or SQLITE_NOTADB.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isCorrupt(Object.assign(new Error(), { errcode: 26 })), true);
 * assert.equal(isCorrupt(Object.assign(new Error(), { errcode: 5 })), false); // locked
 * ```
 */
export function isCorrupt(error: unknown): boolean {
  return faultOf(error instanceof ChatError ? error.cause : error) === CORRUPT;
}

/**
 * Words a failure of SQLite.
 *
 * @param error What was thrown; a ChatError is returned as it is.
 * @param path The database file.
 * @returns A DATABASE error that names the path and the remedy.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const full = sqliteFault(Object.assign(new Error(), { errcode: 13 }), "a.db");
 * assert.equal(full.code, "DATABASE");
 * ```
 */
export function sqliteFault(error: unknown, path: string): ChatError {
  if (error instanceof ChatError) return error;
  const fault = faultOf(error);
  const state = fault?.state ?? `SQLite reports error ${resultCode(error)}`;
  const place = `"${printable(path)}"`;
  const hint = fault?.hint ?? "check the file and the disk, or restore it from a backup";
  return new ChatError("DATABASE", `cannot use database ${place}: ${state}`, {
    hint: `${hint} (${place})`,
    cause: error,
  });
}
