import type { AccountStore } from "../store/accounts.ts";
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
 * Opens the store for one piece of work and closes it whatever happens.
 *
 * @param database Which one.
 * @param work What to do with it.
 * @returns What the work returned.
 * @throws {ChatError} DATABASE if the store does not answer; whatever the work throws.
 */
export async function withStore<T>(
  database: DatabaseConfig,
  work: (store: AccountStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
