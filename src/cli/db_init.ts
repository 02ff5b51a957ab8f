/**
 * `securechat db init`: creates or upgrades the tables of accounts.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { printable } from "../bytes/printable.ts";
import { mysqlLocation } from "../store/mysql_options.ts";
import { parseArgs } from "./args.ts";
import { type DatabaseConfig, readConfig } from "./config.ts";
import type { Io } from "./io.ts";

const COMMAND = "securechat db init";

/** What `securechat db init --help` prints. */
export const help = `${COMMAND}: creates or upgrades the tables of accounts

Usage:
  securechat db init

Without DB_HOST accounts are in an SQLite file, DB_FILE, which the server also
makes by itself. With DB_HOST they are in MySQL 8 or MariaDB: this makes the
database DB_NAME, if the user DB_USER may do that, and its tables "users" (of
protocol 1) and "key_accounts" (of protocol 2). Rows that are there are kept;
running this again changes nothing.

Options:
  -h, --help    this text

Defaults:
  DB_FILE=securechat.db  DB_PORT=3306  DB_USER=securechat  DB_NAME=securechat

Exit status:
  0 ready, 1 the database does not answer or refuses, 2 wrong use or setting

Examples:
  $ securechat db init
  $ DB_HOST=127.0.0.1 DB_USER=chat securechat db init
`;

/** The options. */
export const parser = object({});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the tables are ready.
 * @throws {ChatError} USAGE; CONFIG; DATABASE with the remedy.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { database } = await readConfig(io);
  const { outcome, place } = await prepare(database);
  const verb = outcome === "ready" ? "found" : outcome;
  io.out.write(
    `${verb} the tables of accounts in ${place}${outcome === "ready" ? "; nothing to do" : ""}\n` +
      "next: securechat user add alice@example.org alice\n",
  );
  return 0;
}

interface Prepared {
  readonly outcome: "created" | "upgraded" | "ready";
  /** For people. */
  readonly place: string;
}

async function prepare(database: DatabaseConfig): Promise<Prepared> {
  if (database.kind === "mysql") {
    const { initMysql } = await import("../store/mysql.ts");
    const outcome = await initMysql(database.options);
    return { outcome, place: `${mysqlLocation(database.options)} (MySQL or MariaDB)` };
  }
  const { initSqlite } = await import("../store/sqlite.ts");
  const outcome = initSqlite(database.path);
  return { outcome, place: `${printable(database.path)} (SQLite, mode 0600)` };
}
