/**
 * Accounts of protocol 2 as statements that SQLite, MySQL and MariaDB all understand. How a
 * statement gets to the database is the runner's business (`sqlite.ts`, `mysql.ts`).
 *
 * The address is stored twice: as it was given, and folded, as bytes. So no collation of a database
 * decides which addresses are one.
 *
 * @module
 */

import type { StoredPassword } from "../crypto/scrypt_password.ts";
import { foldEmail } from "./account_row.ts";
import { parseKeyAccountRow, requireKeyAccount, requireKeyBinding } from "./key_account_row.ts";
import type { KeyAccount, KeyAccountStore, KeyBinding, StoredKeyAccount } from "./key_accounts.ts";
import { isNamed } from "./mysql_faults.ts";
import { isTaken } from "./sqlite_faults.ts";
import type { SqlRunner } from "./sql_runner.ts";

const SELECT = "SELECT key_hash, email, username, salt, pwd_hash, created_ms FROM key_accounts";

/** The store over a runner. */
export class SqlKeyAccounts implements KeyAccountStore {
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

  find(keyHash: string): Promise<StoredKeyAccount | undefined> {
    return this.#findOne("key_hash = ?", keyHash);
  }

  findByEmail(email: string): Promise<StoredKeyAccount | undefined> {
    return this.#findOne("email_folded = ?", foldedBytes(email));
  }

  async insert(account: KeyAccount): Promise<"added" | "key_taken" | "email_taken"> {
    requireKeyAccount(account);
    const { keyHash, email, username, password: { salt, hash } } = account;
    const insert = "INSERT INTO key_accounts " +
      "(key_hash, email, email_folded, username, salt, pwd_hash, created_ms) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?)";
    const values = [keyHash, email, foldedBytes(email), username, salt, hash, Date.now()];
    try {
      await this.#runner.runOnce(insert, values);
      return "added";
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const isKeyTaken = await this.#findOne("key_hash = ?", keyHash) !== undefined;
      return isKeyTaken ? "key_taken" : "email_taken";
    }
  }

  async list(): Promise<readonly StoredKeyAccount[]> {
    const { rows } = await this.#runner.run(`${SELECT} ORDER BY created_ms, id`);
    return rows.map((row) => parseKeyAccountRow(row, this.location));
  }

  async remove(email: string): Promise<boolean> {
    const remove = "DELETE FROM key_accounts WHERE email_folded = ?";
    return (await this.#runner.runOnce(remove, [foldedBytes(email)])).matched > 0;
  }

  async rebind(
    email: string,
    binding: KeyBinding,
  ): Promise<"rebound" | "unknown" | "key_taken"> {
    requireKeyBinding(email, binding);
    const update = "UPDATE key_accounts SET key_hash = ?, username = ? WHERE email_folded = ?";
    const values = [binding.keyHash, binding.username, foldedBytes(email)];
    try {
      return (await this.#runner.run(update, values)).matched > 0 ? "rebound" : "unknown";
    } catch (error) {
      if (isDuplicate(error)) return "key_taken";
      throw error;
    }
  }

  async setPassword(email: string, { salt, hash }: StoredPassword): Promise<boolean> {
    const update = "UPDATE key_accounts SET salt = ?, pwd_hash = ? WHERE email_folded = ?";
    return (await this.#runner.run(update, [salt, hash, foldedBytes(email)])).matched > 0;
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  async #findOne(
    where: string,
    value: string | Uint8Array,
  ): Promise<StoredKeyAccount | undefined> {
    const { rows: [row] } = await this.#runner.run(`${SELECT} WHERE ${where}`, [value]);
    return row === undefined ? undefined : parseKeyAccountRow(row, this.location);
  }
}

function foldedBytes(email: string): Uint8Array {
  return new TextEncoder().encode(foldEmail(email));
}

/** Whether either kind of database refused a value that must be unique. */
function isDuplicate(error: unknown): boolean {
  return isNamed(error, "ER_DUP_ENTRY") || isTaken(error);
}
