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
import { parseAccountRow } from "./account_row.ts";
import type { Account, AccountStore, StoredAccount } from "./accounts.ts";
import { isTaken, sqliteFault } from "./sqlite_faults.ts";

const SCHEMA_VERSION = 1; // PRAGMA user_version
const BUSY_MS = 2000; // a write lasts milliseconds: whoever waits longer meets a hung program
const COLUMNS = "email, username, salt, pwd_hash, created_at AS created_ms";

// NOCASE folds ASCII letters, which is what e-mail addresses are made of.
const CREATE_USERS = `CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  pwd_hash TEXT NOT NULL CHECK (length(pwd_hash) = 64 AND pwd_hash NOT GLOB '*[^0-9a-f]*'),
  created_at INTEGER NOT NULL
) STRICT`;

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

function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > SCHEMA_VERSION) {
    throw new ChatError(
      "DATABASE",
      `cannot use database "${printable(path)}": it has format ${version}, ` +
        `expected at most ${SCHEMA_VERSION}`,
      { hint: `a newer securechat made "${printable(path)}": install that version` },
    );
  }
  if (version === 0) {
    const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n;
    if (tables !== 0) {
      throw new ChatError(
        "DATABASE",
        `cannot use database "${printable(path)}": it belongs to another program`,
        { hint: `name another file: "${printable(path)}" is left as it is` },
      );
    }
    database.exec(CREATE_USERS);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  }
  database.exec("COMMIT");
}

class SqliteStore implements AccountStore {
  readonly location: string;
  readonly #database: DatabaseSync;

  constructor(path: string, database: DatabaseSync) {
    this.location = path;
    this.#database = database;
  }

  add(account: Account): Promise<"added" | "exists"> {
    return this.#try(() => {
      const insert = this.#database.prepare(
        "INSERT INTO users (email, username, salt, pwd_hash, created_at) VALUES (?, ?, ?, ?, ?)",
      );
      const { email, username, salt, pwdHash } = account;
      try {
        insert.run(email, username, salt, pwdHash.toHex(), Date.now());
      } catch (error) {
        if (isTaken(error)) return "exists";
        throw error;
      }
      return "added";
    });
  }

  find(email: string): Promise<StoredAccount | undefined> {
    return this.#try(() => {
      const find = this.#database.prepare(`SELECT ${COLUMNS} FROM users WHERE email = ?`);
      const row = find.get(email);
      return row === undefined ? undefined : parseAccountRow(row, this.location);
    });
  }

  list(): Promise<readonly StoredAccount[]> {
    return this.#try(() => {
      const list = this.#database.prepare(`SELECT ${COLUMNS} FROM users ORDER BY created_at, id`);
      return list.all().map((row) => parseAccountRow(row, this.location));
    });
  }

  remove(email: string): Promise<boolean> {
    return this.#try(() => {
      const remove = this.#database.prepare("DELETE FROM users WHERE email = ?");
      return Number(remove.run(email).changes) > 0;
    });
  }

  setPwdHash(email: string, pwdHash: Uint8Array): Promise<boolean> {
    return this.#try(() => {
      const update = this.#database.prepare("UPDATE users SET pwd_hash = ? WHERE email = ?");
      return Number(update.run(pwdHash.toHex(), email).changes) > 0;
    });
  }

  close(): Promise<void> {
    return this.#try(() => {
      if (this.#database.isOpen) this.#database.close();
    });
  }

  /** Runs blocking work behind a promise, so that both stores fail in one way. */
  async #try<T>(work: () => T): Promise<T> {
    try {
      return await Promise.resolve(work());
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
  const file = isAbsolute(path) ? path : `./${path}`; // keeps ":memory:" and "file:" plain names
  let database: DatabaseSync | undefined;
  try {
    createFile(file);
    refuseDirectory(file);
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    prepareSchema(database, path);
    return new SqliteStore(path, database);
  } catch (error) {
    database?.close(); // rolls back
    throw sqliteFault(error, path);
  }
}
