import type { AccountStore } from "../store/accounts.ts";
import type { KeyAccountStore } from "../store/key_accounts.ts";
import { isNamed } from "../store/mysql_faults.ts";
import type { DatabaseConfig } from "./config.ts";

/**
 * Opens the account store that the settings name. Only its own driver is loaded.
 *
 * @param database Which one.
 * @returns The store; close it.
 * @throws {ChatError} DATABASE if the embedded store cannot be opened; the other one is asked later.
 */
export async function openStore(database: DatabaseConfig): Promise<AccountStore> {
  if (database.kind === "sqlite") {
    const { openSqliteStore } = await import("../store/sqlite.ts");
    return openSqliteStore(database.path);
  }
  const { openMysqlStore } = await import("../store/mysql.ts");
  return openMysqlStore(database.options);
}

/**
 * Opens protocol 2's accounts in the store that the settings name.
 *
 * @param database Which one.
 * @returns The accounts; close them.
 * @throws {ChatError} DATABASE as {@link openStore}.
 */
export async function openKeyAccounts(database: DatabaseConfig): Promise<KeyAccountStore> {
  if (database.kind === "sqlite") {
    const { openSqliteKeyAccounts } = await import("../store/sqlite.ts");
    return openSqliteKeyAccounts(database.path);
  }
  const { openMysqlKeyAccounts } = await import("../store/mysql.ts");
  return openMysqlKeyAccounts(database.options);
}

/** The accounts of both protocols. */
export interface BothStores {
  /** Protocol 1's. */
  readonly store: AccountStore;
  /** Protocol 2's. */
  readonly keyAccounts: KeyAccountStore;
}

/**
 * Opens both tables for one piece of work and closes them whatever happens.
 *
 * @param database Where they are.
 * @param work What to do with them.
 * @returns What the work returned.
 * @throws {ChatError} DATABASE if the store does not answer; whatever the work throws.
 */
export async function withStores<T>(
  database: DatabaseConfig,
  work: (stores: BothStores) => Promise<T>,
): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const store = await openStore(database);
  opened.defer(() => store.close());
  const keyAccounts = await openKeyAccounts(database);
  opened.defer(() => keyAccounts.close());
  return await work({ store, keyAccounts });
}

/**
 * What was found among protocol 2's accounts. A database that only an original or an older securechat
 * has prepared lacks their table, and so has none.
 *
 * @param found The search.
 * @param none What stands for no account.
 * @returns What was found.
 * @throws {ChatError} DATABASE if the database fails in any other way.
 */
export async function foundOrNone<T>(found: Promise<T>, none: T): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (isNamed(error, "ER_NO_SUCH_TABLE")) return none;
    throw error;
  }
}
