/**
 * Accounts in MySQL 8 or MariaDB, and the only place that knows the driver.
 *
 * Connections are made when they are needed and again after the database went away: a connection
 * that died in the pool is dropped and the statement tried on another one, where that cannot do it
 * twice. The driver compiles no code at run time (`disableEval`).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import mysql from "mysql2/promise.js";
import type { Pool, PoolConnection } from "mysql2/promise.js";
import { ChatError } from "../errors.ts";
import { MysqlAccounts, type MysqlStore } from "./mysql_accounts.ts";
import { isDeadlock, isLost, isNamed, mysqlFault } from "./mysql_faults.ts";
import type { KeyAccountStore } from "./key_accounts.ts";
import { createDatabaseSql, prepareKeyAccounts, prepareUsers } from "./mysql_schema.ts";
import { mysqlLocation, type MysqlOptions } from "./mysql_options.ts";
import { SqlKeyAccounts } from "./sql_key_accounts.ts";
import {
  parseResult,
  type SchemaOutcome,
  type SqlResult,
  type SqlRunner,
  type SqlValue,
} from "./sql_runner.ts";
import { withLimit } from "./time_limit.ts";

const CONNECT_MS = 5000;
const QUERY_MS = 5000;
const CLOSE_MS = 2000; // a database that is gone says no goodbye
const POOL_CONNECTIONS = 8; // a statement lasts about a millisecond: more than the server can ask
const QUEUE_MAX = 256; // waiting statements; more means that the database does not keep up
const DEADLOCK_TRIES = 10; // each deadlock lets at least one of the rivals through

/** A pool of connections. */
class MysqlRunner implements SqlRunner {
  readonly location: string;
  readonly #pool: Pool;
  #waiting = 0;
  #closed = false;

  /** @param anyDatabase Connects to the server alone, where the database may be missing. */
  constructor(options: MysqlOptions, anyDatabase = false) {
    const { host, port, user, password, database, socketPath } = options;
    this.location = mysqlLocation(options);
    this.#pool = mysql.createPool({
      ...(socketPath === undefined ? { host, port } : { socketPath }),
      ...(anyDatabase ? {} : { database }),
      user,
      password,
      charset: "utf8mb4",
      connectTimeout: CONNECT_MS,
      connectionLimit: POOL_CONNECTIONS,
      disableEval: true,
    });
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    return this.#persist(async () => this.#execute(await this.#take(), sql, values));
  }

  async runOnce(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    const connection = await this.#persist(() => this.#takeAlive());
    try {
      return await this.#execute(connection, sql, values);
    } catch (error) {
      throw mysqlFault(error, this.location);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await withLimit(this.#pool.end(), CLOSE_MS);
    } catch { /* what could not be ended politely is gone anyway */ }
  }

  /** Every try drops one dead connection, so that after a pool of dead ones comes a new one. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = POOL_CONNECTIONS;; tries--) {
      try {
        return await work();
      } catch (error) {
        if (tries === 0 || !isLost(error)) throw mysqlFault(error, this.location);
      }
    }
  }

  async #execute(
    connection: PoolConnection,
    sql: string,
    values: readonly SqlValue[],
  ): Promise<SqlResult> {
    const parameters = values.map((value) =>
      value instanceof Uint8Array ? Buffer.from(value) : value
    );
    try {
      const result = await executeUndisturbed(connection, sql, parameters);
      connection.release();
      return parseResult(result);
    } catch (error) {
      // A statement may still run there: only one that the database refused is known to be over.
      if (isRefusal(error)) connection.release();
      else connection.destroy();
      throw error;
    }
  }

  async #takeAlive(): Promise<PoolConnection> {
    const connection = await this.#take();
    try {
      await withLimit(connection.ping(), QUERY_MS);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async #take(): Promise<PoolConnection> {
    if (this.#closed || this.#waiting >= QUEUE_MAX) {
      const state = this.#closed ? "the store is closed" : "too many requests wait for it";
      throw new ChatError("DATABASE", `cannot use database ${this.location}: ${state}`);
    }
    this.#waiting++;
    const taken = this.#pool.getConnection();
    try {
      return await withLimit(taken, CONNECT_MS);
    } catch (error) {
      // A connection that comes late must not be lost to the pool.
      taken.then((late) => late.release(), () => {});
      throw error;
    } finally {
      this.#waiting--;
    }
  }
}

/**
 * Executes a statement, again where it was the victim of a deadlock: the database has then undone it
 * whole, as rivals for one key must expect (MariaDB and MySQL, ER_LOCK_DEADLOCK).
 */
async function executeUndisturbed(
  connection: PoolConnection,
  sql: string,
  parameters: (SqlValue | Buffer)[],
): Promise<unknown> {
  for (let tries = DEADLOCK_TRIES;; tries--) {
    try {
      return (await withLimit(connection.execute(sql, parameters), QUERY_MS))[0];
    } catch (error) {
      if (tries === 0 || !isDeadlock(error)) throw error;
    }
  }
}

/** Whether the database answered, with an error of its own. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "sqlState" in error && !isLost(error);
}

/**
 * Opens the accounts of a database. Nothing is connected yet: call `prepare()` to know.
 *
 * @param options Where the database is, and as whom.
 * @returns The store; it survives restarts of the database.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const login = { user: "u", password: "", database: "d" };
 * const store = openMysqlStore({ host: "127.0.0.1", port: 3306, ...login });
 * assert.equal(store.location, "u@127.0.0.1/d");
 * await store.close();
 * ```
 */
export function openMysqlStore(options: MysqlOptions): MysqlStore {
  return new MysqlAccounts(new MysqlRunner(options));
}

/**
 * Opens protocol 2's accounts of a database. Nothing is connected yet: call `prepare()` to know.
 *
 * @param options Where the database is, and as whom.
 * @returns The store, with connections of its own; it survives restarts of the database.
 */
export function openMysqlKeyAccounts(options: MysqlOptions): KeyAccountStore {
  return new SqlKeyAccounts(new MysqlRunner(options));
}

/** Makes the database, unless somebody else has just done so. */
async function createDatabase(options: MysqlOptions): Promise<void> {
  const runner = new MysqlRunner(options, true);
  try {
    await runner.run(createDatabaseSql(options.database));
  } finally {
    await runner.close();
  }
}

/**
 * Makes what is missing: the database, if this user may, and the tables of accounts. What an
 * original made stays as it is.
 *
 * @param options Where the database is, and as whom.
 * @returns Whether the tables were made, completed, or were ready.
 * @throws {ChatError} DATABASE if the database cannot be reached or refuses.
 *
 * @example Run again, it changes nothing
 * ```ts ignore
 * await initMysql(options); // "created"
 * await initMysql(options); // "ready"
 * ```
 */
export async function initMysql(options: MysqlOptions): Promise<SchemaOutcome> {
  const runner = new MysqlRunner(options);
  try {
    return await prepareTables(runner);
  } catch (error) {
    if (!isNamed(error, "ER_BAD_DB_ERROR")) throw error;
    await createDatabase(options);
    return await prepareTables(runner);
  } finally {
    await runner.close();
  }
}

async function prepareTables(runner: SqlRunner): Promise<SchemaOutcome> {
  const outcomes = [await prepareUsers(runner), await prepareKeyAccounts(runner)];
  const [first = "ready", ...others] = outcomes;
  return others.every((outcome) => outcome === first) ? first : "upgraded";
}
