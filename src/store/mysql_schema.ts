/**
 * The `users` table of PROTOCOL-1 "Users table", which originals and securechat share: so it is
 * made, completed, and never rebuilt.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { SqlRunner } from "./sql_runner.ts";

/** What had to be done: nothing at all, or something to a table that was there. */
export type SchemaOutcome = "created" | "upgraded" | "ready";

const CREATE_USERS = `CREATE TABLE IF NOT EXISTS users (
  id INT AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(255) UNIQUE NOT NULL,
  username VARCHAR(255) UNIQUE NOT NULL,
  salt VARBINARY(16) NOT NULL,
  pwd_hash CHAR(64) NOT NULL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
) DEFAULT CHARACTER SET utf8mb4`;

/** Without these a table is not one of accounts, and no default could fill them. */
const NEEDED = ["id", "email", "username", "salt", "pwd_hash"];
const UNIQUE = ["email", "username"];

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

async function columnNames(runner: SqlRunner): Promise<readonly string[]> {
  const { rows } = await runner.run(
    "SELECT column_name AS name FROM information_schema.columns " +
      "WHERE table_schema = DATABASE() AND table_name = 'users'",
  );
  return rows.map((row) => String(row.name).toLowerCase());
}

/** Columns that are unique by themselves. */
async function uniqueColumns(runner: SqlRunner): Promise<readonly string[]> {
  const { rows } = await runner.run(
    "SELECT MIN(column_name) AS name FROM information_schema.statistics " +
      "WHERE table_schema = DATABASE() AND table_name = 'users' AND non_unique = 0 " +
      "GROUP BY index_name HAVING COUNT(*) = 1",
  );
  return rows.map((row) => String(row.name).toLowerCase());
}

/** Statements that complete a table of an original or of an older securechat. */
async function planUpgrade(runner: SqlRunner, columns: readonly string[]): Promise<string[]> {
  const unique = await uniqueColumns(runner);
  const plan = UNIQUE.filter((column) => !unique.includes(column))
    .map((column) => `ALTER TABLE users ADD UNIQUE (${column})`);
  if (!columns.includes("created_at")) {
    plan.push("ALTER TABLE users ADD created_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP");
  }
  return plan;
}

/**
 * Makes or completes the table of accounts in the connection's database.
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
  const columns = await columnNames(runner);
  if (columns.length === 0) {
    await runner.run(CREATE_USERS);
    return "created";
  }
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new ChatError(
      "DATABASE",
      `cannot use database ${printable(runner.location)}: its table "users" lacks ` +
        missing.join(", "),
      { hint: "the table belongs to another program: choose another database with DB_NAME" },
    );
  }
  const plan = await planUpgrade(runner, columns);
  for (const statement of plan) await runner.runOnce(statement);
  return plan.length === 0 ? "ready" : "upgraded";
}
