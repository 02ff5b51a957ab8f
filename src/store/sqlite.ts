/**
 * Accounts in one SQLite file: the embedded default.
 *
 * The file is made with mode 0600; SQLite gives its `-wal` and `-shm` files the same mode. Every
 * change is on disk before its promise resolves (WAL, synchronous=FULL). Calls block the thread:
 * 0.3 ms for an insert, at most {@link BUSY_MS} where another process is writing.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { isAbsolute } from "node:path";
import { ChatError } from "../errors.ts";
import { printable } from "../bytes/printable.ts";
import type { AccountStore } from "./accounts.ts";
import type { KeyAccountStore } from "./key_accounts.ts";
import { SqlKeyAccounts } from "./sql_key_accounts.ts";
import type { SchemaOutcome, SqlResult, SqlRunner, SqlValue } from "./sql_runner.ts";
import { SqliteAccounts } from "./sqlite_accounts.ts";
import { sqliteFault } from "./sqlite_faults.ts";
import { SQLITE_FORMATS } from "./sqlite_schema.ts";

const BUSY_MS = 2000; // a write lasts milliseconds: whoever waits longer meets a hung program

/** Makes the file, unreadable for others, before SQLite would make it readable for all. */
function createFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function refuseDirectory(path: string): void {
  if (!Deno.statSync(path).isDirectory) return;
  throw new ChatError("DATABASE", `cannot use database "${printable(path)}": it is a folder`, {
    hint: `name a file, such as "${printable(path)}/securechat.db"`,
  });
}

/** Makes or upgrades the tables, or leaves everything as it was. */
function prepareSchema(database: DatabaseSync, path: string): SchemaOutcome {
  database.exec("BEGIN IMMEDIATE");
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  const newest = SQLITE_FORMATS.length;
  if (version > newest) {
    throw new ChatError(
      "DATABASE",
      `cannot use database "${printable(path)}": it has format ${version}, ` +
        `expected at most ${newest}`,
      { hint: `a newer securechat made "${printable(path)}": install that version` },
    );
  }
  if (isForeign(database, version)) {
    throw new ChatError(
      "DATABASE",
      `cannot use database "${printable(path)}": it belongs to another program`,
      { hint: `name another file: "${printable(path)}" is left as it is` },
    );
  }
  for (const statement of SQLITE_FORMATS.slice(version)) database.exec(statement);
  if (version < newest) database.exec(`PRAGMA user_version = ${newest}`);
  database.exec("COMMIT");
  if (version === newest) return "ready";
  return version === 0 ? "created" : "upgraded";
}

/** Whether a file is neither empty nor one of ours. */
function isForeign(database: DatabaseSync, version: number): boolean {
  const count = (where: string) =>
    database.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE ${where}`).get()?.n;
  return version === 0 ? count("TRUE") !== 0 : count("name = 'users'") !== 1;
}

/** Statements of one file. A failure is on the disk or not at all, so a second try does no harm. */
class SqliteRunner implements SqlRunner {
  readonly location: string;
  readonly #database: DatabaseSync;

  constructor(path: string, database: DatabaseSync) {
    this.location = path;
    this.#database = database;
  }

  // deno-lint-ignore require-await -- what is thrown must reject, as in the other store
  async run(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    try {
      const statement = this.#database.prepare(sql);
      if (statement.columns().length === 0) {
        return { rows: [], matched: Number(statement.run(...values).changes) };
      }
      const rows = statement.all(...values);
      return { rows, matched: rows.length };
    } catch (error) {
      throw sqliteFault(error, this.location);
    }
  }

  runOnce(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    return this.run(sql, values);
  }

  // deno-lint-ignore require-await -- as above
  async close(): Promise<void> {
    try {
      if (this.#database.isOpen) this.#database.close();
    } catch (error) {
      throw sqliteFault(error, this.location);
    }
  }
}

/**
 * Opens the accounts of a file, which is made when it is missing (not its folder).
 *
 * @param path The file; always a path, never SQLite's ":memory:" or a URI.
 * @returns The store, ready for use.
 * @throws {ChatError} DATABASE if the file cannot be made, opened, read or locked, is of another
 * program or of a newer version.
 *
 * @example Accounts survive the program
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = Deno.makeTempDirSync();
 * const store = openSqliteStore(`${folder}/accounts.db`);
 * const [salt, pwdHash] = [new Uint8Array(16), new Uint8Array(32)];
 * assert.equal(await store.add({ email: "a@x", username: "a", salt, pwdHash }), "added");
 * assert.equal((await store.find("A@X"))?.username, "a");
 * await store.close();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function openSqliteStore(path: string): AccountStore {
  return new SqliteAccounts(new SqliteRunner(path, openFile(path).database));
}

/**
 * Opens protocol 2's accounts of a file, which is made or upgraded where that is due.
 *
 * @param path The file, as for {@link openSqliteStore}; both may be open at once.
 * @returns The store, ready for use.
 * @throws {ChatError} DATABASE as {@link openSqliteStore}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = Deno.makeTempDirSync();
 * const store = openSqliteKeyAccounts(`${folder}/accounts.db`);
 * assert.equal(await store.find("0".repeat(64)), undefined);
 * await store.close();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function openSqliteKeyAccounts(path: string): KeyAccountStore {
  return new SqlKeyAccounts(new SqliteRunner(path, openFile(path).database));
}

/**
 * Makes or upgrades the tables of a file, as opening it does too.
 *
 * @param path The file.
 * @returns Whether the tables were made, completed, or were ready.
 * @throws {ChatError} DATABASE as {@link openSqliteStore}.
 */
export function initSqlite(path: string): SchemaOutcome {
  const { database, outcome } = openFile(path);
  database.close();
  return outcome;
}

interface OpenFile {
  readonly database: DatabaseSync;
  readonly outcome: SchemaOutcome;
}

function openFile(path: string): OpenFile {
  const file = isAbsolute(path) ? path : `./${path}`; // keeps ":memory:" and "file:" plain names
  let database: DatabaseSync | undefined;
  try {
    createFile(file);
    refuseDirectory(file);
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    return { database, outcome: prepareSchema(database, path) };
  } catch (error) {
    database?.close(); // rolls back
    throw sqliteFault(error, path);
  }
}
