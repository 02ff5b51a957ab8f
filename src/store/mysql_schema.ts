/**
 * The tables of accounts: `users` of PROTOCOL-1 "Users table", which originals and securechat share,
 * so that it is made, completed, and never rebuilt; and `key_accounts`, protocol 2's, which is ours
 * alone.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { SchemaOutcome, SqlRunner } from "./sql_runner.ts";

const CREATE_USERS = `CREATE TABLE IF NOT EXISTS users (
  id INT AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(255) UNIQUE NOT NULL,
  username VARCHAR(255) UNIQUE NOT NULL,
  salt VARBINARY(16) NOT NULL,
  pwd_hash CHAR(64) NOT NULL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
) DEFAULT CHARACTER SET utf8mb4`;

/** Bytes and ASCII, so that no collation takes two addresses or two keys for one. */
const CREATE_KEY_ACCOUNTS = `CREATE TABLE IF NOT EXISTS key_accounts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  key_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin UNIQUE NOT NULL,
  email VARCHAR(255) NOT NULL,
  email_folded VARBINARY(1020) UNIQUE NOT NULL,
  username VARCHAR(64) NOT NULL,
  salt VARBINARY(16) NOT NULL,
  pwd_hash VARBINARY(32) NOT NULL,
  created_ms BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4`;

/** Without these a table is not one of accounts, and no default could fill them. */
const NEEDED = ["id", "email", "username", "salt", "pwd_hash"];
const UNIQUE = ["email", "username"];
const KEY_UNIQUE = ["key_hash", "email_folded"];
const KEY_NEEDED = ["id", "email", "username", "salt", "pwd_hash", "created_ms", ...KEY_UNIQUE];

/**
 * The statement that makes a database.
 *
 * @param name Its name, any text.
 * @returns The statement, with the name quoted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(createDatabaseSql("a`b").includes("`a``b`"));
 * ```
 */
export function createDatabaseSql(name: string): string {
  const quoted = "`" + name.replaceAll("`", "``") + "`";
  return `CREATE DATABASE IF NOT EXISTS ${quoted} CHARACTER SET utf8mb4`;
}

async function columnNames(runner: SqlRunner, table: string): Promise<readonly string[]> {
  const { rows } = await runner.run(
    "SELECT column_name AS name FROM information_schema.columns " +
      "WHERE table_schema = DATABASE() AND table_name = ?",
    [table],
  );
  return rows.map((row) => String(row.name).toLowerCase());
}

/** Columns that are unique by themselves. */
async function uniqueColumns(runner: SqlRunner, table: string): Promise<readonly string[]> {
  const { rows } = await runner.run(
    "SELECT MIN(column_name) AS name FROM information_schema.statistics " +
      "WHERE table_schema = DATABASE() AND table_name = ? AND non_unique = 0 " +
      "GROUP BY index_name HAVING COUNT(*) = 1",
    [table],
  );
  return rows.map((row) => String(row.name).toLowerCase());
}

/** Statements that complete a table of an original or of an older securechat. */
async function planUpgrade(runner: SqlRunner, columns: readonly string[]): Promise<string[]> {
  const unique = await uniqueColumns(runner, "users");
  const plan = UNIQUE.filter((column) => !unique.includes(column))
    .map((column) => `ALTER TABLE users ADD UNIQUE (${column})`);
  if (!columns.includes("created_at")) {
    plan.push("ALTER TABLE users ADD created_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP");
  }
  return plan;
}

/**
 * Makes or completes protocol 1's table of accounts in the connection's database.
 *
 * @param runner A connection to the database.
 * @returns "created", "upgraded" when something was added to a table, "ready" when all was there.
 * @throws {ChatError} DATABASE if `users` is a table of another program, or the database refuses.
 *
 * @example A complete table is left as it is
 * ```ts
 * import assert from "node:assert/strict";
 * const names = ["id", "email", "username", "salt", "pwd_hash", "created_at"];
 * const run = () => Promise.resolve({ rows: names.map((name) => ({ name })), matched: 0 });
 * const close = () => Promise.resolve();
 * const runner = { location: "u@h/d", run, runOnce: run, close };
 * assert.equal(await prepareUsers(runner), "ready");
 * ```
 */
export async function prepareUsers(runner: SqlRunner): Promise<SchemaOutcome> {
  const columns = await columnNames(runner, "users");
  if (columns.length === 0) {
    await runner.run(CREATE_USERS);
    return "created";
  }
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw foreign(runner, `its table "users" lacks ${missing.join(", ")}`);
  const plan = await planUpgrade(runner, columns);
  for (const statement of plan) await runner.runOnce(statement);
  return plan.length === 0 ? "ready" : "upgraded";
}

/**
 * Makes protocol 2's table of accounts in the connection's database.
 *
 * @param runner A connection to the database.
 * @returns "created", or "ready" when it was there.
 * @throws {ChatError} DATABASE if `key_accounts` is a table of another program, or lets two accounts
 * have one key, or the database refuses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const run = () => Promise.resolve({ rows: [], matched: 0 });
 * const runner = { location: "u@h/d", run, runOnce: run, close: () => Promise.resolve() };
 * assert.equal(await prepareKeyAccounts(runner), "created");
 * ```
 */
export async function prepareKeyAccounts(runner: SqlRunner): Promise<SchemaOutcome> {
  const columns = await columnNames(runner, "key_accounts");
  if (columns.length === 0) {
    await runner.run(CREATE_KEY_ACCOUNTS);
    return "created";
  }
  const missing = KEY_NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw foreign(runner, `its table "key_accounts" lacks ${missing.join(", ")}`);
  }
  const unique = await uniqueColumns(runner, "key_accounts");
  const repeated = KEY_UNIQUE.filter((column) => !unique.includes(column));
  if (repeated.length === 0) return "ready";
  throw foreign(runner, `in its table "key_accounts" ${repeated.join(", ")} may repeat`);
}

function foreign(runner: SqlRunner, state: string): ChatError {
  return new ChatError(
    "DATABASE",
    `cannot use database ${printable(runner.location)}: ${state}`,
    { hint: "the table belongs to another program: choose another database with DB_NAME" },
  );
}
