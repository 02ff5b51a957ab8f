/**
 * Accounts as statements of MySQL and MariaDB. How a statement gets to the database is the
 * runner's business (`mysql.ts`).
 *
 * @module
 */

import { type AccountRow, parseAccountRow, sameEmail } from "./account_row.ts";
import type { Account, AccountStore, StoredAccount } from "./accounts.ts";
import { isNamed } from "./mysql_faults.ts";
import type { SqlRunner } from "./sql_runner.ts";

// Seconds since the epoch mean the same in every time zone of a connection.
const SELECT = "SELECT id, email, username, salt, pwd_hash, " +
  "CAST(UNIX_TIMESTAMP(created_at) * 1000 AS UNSIGNED) AS created_ms FROM users";

/** An account store of MySQL, which can be asked whether it is fit for use. */
export interface MysqlStore extends AccountStore {
  /**
   * Looks once whether the database answers and the table is there, so that a server fails when it
   * starts and not when the first user comes.
   *
   * @throws {ChatError} DATABASE with the remedy if not.
   */
  prepare(): Promise<void>;
}

/** The store over a runner. */
export class MysqlAccounts implements MysqlStore {
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

  async prepare(): Promise<void> {
    await this.#runner.run(`${SELECT} LIMIT 0`);
  }

  async add(account: Account): Promise<"added" | "exists"> {
    const { email, username, salt, pwdHash } = account;
    const insert = "INSERT INTO users (email, username, salt, pwd_hash) VALUES (?, ?, ?, ?)";
    try {
      await this.#runner.runOnce(insert, [email, username, salt, pwdHash.toHex()]);
      return "added";
    } catch (error) {
      if (isNamed(error, "ER_DUP_ENTRY")) return "exists";
      throw error;
    }
  }

  async find(email: string): Promise<StoredAccount | undefined> {
    const row = await this.#findRow(email);
    return row === undefined ? undefined : parseAccountRow(row, this.location);
  }

  async list(): Promise<readonly StoredAccount[]> {
    const { rows } = await this.#runner.run(`${SELECT} ORDER BY created_at, id`);
    return rows.map((row) => parseAccountRow(row, this.location));
  }

  async remove(email: string): Promise<boolean> {
    const id = await this.#findId(email);
    if (id === undefined) return false;
    return (await this.#runner.runOnce("DELETE FROM users WHERE id = ?", [id])).matched > 0;
  }

  async setPwdHash(email: string, pwdHash: Uint8Array): Promise<boolean> {
    const id = await this.#findId(email);
    if (id === undefined) return false;
    const update = "UPDATE users SET pwd_hash = ? WHERE id = ?";
    return (await this.#runner.run(update, [pwdHash.toHex(), id])).matched > 0;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  /** The usual collations also take "é" for "e" and ignore trailing spaces: not so here. */
  async #findRow(email: string): Promise<AccountRow | undefined> {
    const { rows } = await this.#runner.run(`${SELECT} WHERE email = ?`, [email]);
    return rows.find(({ email: stored }) => typeof stored === "string" && sameEmail(stored, email));
  }

  async #findId(email: string): Promise<number | undefined> {
    const row = await this.#findRow(email);
    return row === undefined ? undefined : Number(row.id);
  }
}
