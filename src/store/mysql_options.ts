import { printable } from "../bytes/printable.ts";

const MYSQL_PORT = 3306; // registered with IANA

/** How to reach a database. */
export interface MysqlOptions {
  /** Name or address of the host. */
  readonly host: string;
  /** TCP port, usually 3306. */
  readonly port: number;
  /** Name of the database's user. */
  readonly user: string;
  /** The user's password; never printed. */
  readonly password: string;
  /** Name of the database. */
  readonly database: string;
  /** Unix socket, in place of host and port. */
  readonly socketPath?: string;
}

/**
 * Where a database is, for people.
 *
 * @param options How to reach it.
 * @returns `user@host/database`, with the port where it is not 3306; never the password.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const place = { host: "db", port: 3306, user: "u", password: "secret", database: "d" };
 * assert.equal(mysqlLocation(place), "u@db/d");
 * ```
 */
export function mysqlLocation(options: MysqlOptions): string {
  const port = options.port === MYSQL_PORT ? "" : `:${options.port}`;
  const place = options.socketPath ?? `${options.host}${port}`;
  return printable(`${options.user}@${place}/${options.database}`);
}
