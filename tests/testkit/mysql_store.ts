import assert from "node:assert/strict";
import { ChatError } from "../../src/errors.ts";
import { openMysqlKeyAccounts, openMysqlStore } from "../../src/store/mysql.ts";
import type { KeyAccountStore } from "../../src/store/key_accounts.ts";
import type { MysqlOptions } from "../../src/store/mysql_options.ts";

/**
 * Opens a store that closes itself.
 *
 * @param options Where its database is.
 * @returns The store, for `await using`.
 */
export function disposable(
  options: MysqlOptions,
): ReturnType<typeof openMysqlStore> & AsyncDisposable {
  const store = openMysqlStore(options);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/**
 * Opens protocol 2's accounts, which close themselves.
 *
 * @param options Where their database is.
 * @returns The store, for `await using`.
 */
export function disposableKeyAccounts(options: MysqlOptions): KeyAccountStore & AsyncDisposable {
  const store = openMysqlKeyAccounts(options);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/**
 * Asserts a DATABASE error of one line, without a password.
 *
 * @param work What must fail.
 * @param hint What its hint must say.
 */
export async function rejectsWith(work: Promise<unknown>, hint: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ChatError);
    assert.equal(error.code, "DATABASE");
    assert.match(error.hint, hint);
    assert.doesNotMatch(error.message + error.hint, /tester-password|wrong-password|\n/);
    return true;
  });
}
