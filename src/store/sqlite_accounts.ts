/**
 * Protocol 1's accounts as statements of SQLite. How a statement gets to the file is the runner's
 * business (`sqlite.ts`).
 *
 * @module
 */

import { parseAccountRow } from "./account_row.ts";
import type { Account, AccountStore, StoredAccount } from "./accounts.ts";
import type { SqlRunner } from "./sql_runner.ts";
import { isTaken } from "./sqlite_faults.ts";

const SELECT = "SELECT email, username, salt, pwd_hash, created_at AS created_ms FROM users";

/** The store over a runner. */
export class SqliteAccounts implements AccountStore {
  readonly #runner: SqlRunner;

  /**
   * Wraps a runner.
   *
   * @param runner Is closed with the store.
   */
  constructor(runner: SqlRunner) {
    this.#runner = runner;
  }

  get location(): string {
    return this.#runner.location;
  }

  async add(account: Account): Promise<"added" | "exists"> {
    const { email, username, salt, pwdHash } = account;
    const insert =
      "INSERT INTO users (email, username, salt, pwd_hash, created_at) VALUES (?, ?, ?, ?, ?)";
    try {
      await this.#runner.runOnce(insert, [email, username, salt, pwdHash.toHex(), Date.now()]);
      return "added";
    } catch (error) {
      if (isTaken(error)) return "exists";
      throw error;
    }
  }

  async find(email: string): Promise<StoredAccount | undefined> {
    const { rows: [row] } = await this.#runner.run(`${SELECT} WHERE email = ?`, [email]);
    return row === undefined ? undefined : parseAccountRow(row, this.location);
  }

  async list(): Promise<readonly StoredAccount[]> {
    const { rows } = await this.#runner.run(`${SELECT} ORDER BY created_at, id`);
    return rows.map((row) => parseAccountRow(row, this.location));
  }

  async remove(email: string): Promise<boolean> {
    return (await this.#runner.runOnce("DELETE FROM users WHERE email = ?", [email])).matched > 0;
  }

  async setPwdHash(email: string, pwdHash: Uint8Array): Promise<boolean> {
    const update = "UPDATE users SET pwd_hash = ? WHERE email = ?";
    return (await this.#runner.run(update, [pwdHash.toHex(), email])).matched > 0;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }
}
