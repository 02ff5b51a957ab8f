/**
 * What went wrong between us and MySQL or MariaDB, in words with a remedy. The database's own words
 * stay in `cause`: they may quote what nobody else should read.
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

const UNREACHED: Fault = {
  state: "nothing answers there",
  hint: "start the database (systemctl start mariadb), or correct DB_HOST and DB_PORT",
};
const UNKNOWN_HOST: Fault = { state: "the host is unknown", hint: "correct DB_HOST" };
const DENIED: Fault = {
  state: "access denied",
  hint: "correct DB_USER and DB_PASSWORD, or make the user: scripts/setup_mysql.sh",
};
const NO_RIGHTS: Fault = {
  state: "this user lacks the rights",
  hint: "give DB_USER its rights on the database: scripts/setup_mysql.sh",
};
const NO_DATABASE: Fault = {
  state: "there is no such database",
  hint: "make it: securechat db init, or correct DB_NAME",
};
const NO_TABLE: Fault = {
  state: "a table of accounts is missing or incomplete",
  hint: "make it: securechat db init",
};
const SLOW: Fault = {
  state: "it did not answer in time",
  hint: "look at the load and the network of the database, then try again",
};
const LOST: Fault = {
  state: "it ended the connection",
  hint: "look whether the database was stopped, and at its log, then try again",
};
const FULL: Fault = {
  state: "it serves too many connections",
  hint: "wait a moment, or raise max_connections of the database",
};
const NOT_ALLOWED: Fault = {
  state: "this program was started without the permission to reach it",
  hint: "run the compiled program, or add --allow-net=HOST:PORT of the database",
};
const READ_ONLY: Fault = {
  state: "it is read-only",
  hint: "name the primary server in DB_HOST, or end the read-only mode",
};

/** Names of system errors, of mysql2 and of the server (MySQL error reference). */
const FAULTS: Readonly<Record<string, Fault>> = {
  NotCapable: NOT_ALLOWED,
  ECONNREFUSED: UNREACHED,
  EHOSTUNREACH: UNREACHED,
  ENETUNREACH: UNREACHED,
  ENOENT: UNREACHED, // the socket
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ER_ACCESS_DENIED_ERROR: DENIED,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: DENIED,
  ER_HOST_NOT_PRIVILEGED: DENIED,
  ER_HOST_IS_BLOCKED: DENIED,
  ER_NOT_SUPPORTED_AUTH_MODE: DENIED,
  AUTH_SWITCH_PLUGIN_ERROR: DENIED,
  ER_DBACCESS_DENIED_ERROR: NO_RIGHTS,
  ER_TABLEACCESS_DENIED_ERROR: NO_RIGHTS,
  ER_COLUMNACCESS_DENIED_ERROR: NO_RIGHTS,
  ER_SPECIFIC_ACCESS_DENIED_ERROR: NO_RIGHTS,
  ER_BAD_DB_ERROR: NO_DATABASE,
  ER_NO_SUCH_TABLE: NO_TABLE,
  ER_BAD_FIELD_ERROR: NO_TABLE,
  ER_CON_COUNT_ERROR: FULL,
  ER_TOO_MANY_USER_CONNECTIONS: FULL,
  ER_LOCK_WAIT_TIMEOUT: SLOW,
  ETIMEDOUT: SLOW,
  PROTOCOL_SEQUENCE_TIMEOUT: SLOW,
  ER_OPTION_PREVENTS_STATEMENT: READ_ONLY,
  ER_READ_ONLY_MODE: READ_ONLY,
  PROTOCOL_CONNECTION_LOST: LOST,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  ER_SERVER_SHUTDOWN: LOST,
  ER_CONNECTION_KILLED: LOST,
  ER_CLIENT_INTERACTION_TIMEOUT: LOST,
};

/** The name of an error; a fatal one without a name is mysql2's "connection is closed". */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof Deno.errors.NotCapable) return "NotCapable";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "fatal" in error && error.fatal === true ? "PROTOCOL_CONNECTION_LOST" : "";
}

/**
 * Whether a connection had died, so that another one may succeed.
 *
 * @param error What mysql2 threw.
 * @returns False also for a server that was not reached at all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isLost(Object.assign(new Error(), { code: "EPIPE" })), true);
 * assert.equal(isLost(Object.assign(new Error(), { code: "ECONNREFUSED" })), false);
 * ```
 */
export function isLost(error: unknown): boolean {
  return FAULTS[nameOf(error)] === LOST;
}

/**
 * Whether a statement was undone so that another one's can go on; it may be tried again.
 *
 * @param error What mysql2 threw.
 * @returns Whether the database chose it as the victim of a deadlock.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isDeadlock(Object.assign(new Error(), { code: "ER_LOCK_DEADLOCK" })), true);
 * ```
 */
export function isDeadlock(error: unknown): boolean {
  return nameOf(error) === "ER_LOCK_DEADLOCK";
}

/**
 * Whether the database has this error's name.
 *
 * @param error What mysql2 threw, or a ChatError that keeps it as its cause.
 * @param name Such as "ER_DUP_ENTRY".
 * @returns Whether it is that error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const taken = Object.assign(new Error(), { code: "ER_DUP_ENTRY" });
 * assert.equal(isNamed(taken, "ER_DUP_ENTRY"), true);
 * ```
 */
export function isNamed(error: unknown, name: string): boolean {
  return nameOf(error instanceof ChatError ? error.cause : error) === name;
}

/**
 * Words a failure.
 *
 * @param error What was thrown; a ChatError is returned as it is.
 * @param location Where the database is, without a password.
 * @returns A DATABASE error of one line with the remedy for its cause.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const gone = mysqlFault(Object.assign(new Error(), { code: "ECONNREFUSED" }), "u@h/d");
 * assert.equal(gone.code, "DATABASE");
 * ```
 */
export function mysqlFault(error: unknown, location: string): ChatError {
  if (error instanceof ChatError) return error;
  const name = nameOf(error);
  const fault = FAULTS[name];
  const unknown = /^[A-Z][A-Z0-9_]*$/.test(name) ? `it reports ${name}` : "an unknown error";
  const message = `cannot use database ${printable(location)}: ${fault?.state ?? unknown}`;
  return new ChatError("DATABASE", message, {
    ...(fault === undefined ? {} : { hint: fault.hint }),
    cause: error,
  });
}
