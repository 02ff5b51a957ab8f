/**
 * What every account store offers. The server knows this interface alone; `sqlite.ts` and
 * `mysql.ts` implement it.
 *
 * An account is what protocol 1 stores (PROTOCOL-1 "Users table"): address, name, salt, and the
 * hash that the client computes. Addresses and names are unique without regard to letter case.
 *
 * @module
 */

/** An account as it is stored. */
export interface Account {
  readonly email: string;
  readonly username: string;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** SHA-256(salt || password), 32 bytes. */
  readonly pwdHash: Uint8Array;
}

/** An account and when it was made. */
export interface StoredAccount extends Account {
  readonly createdAt: Date;
}

/** Accounts, wherever they are. Every method throws DATABASE when the store does not answer. */
export interface AccountStore {
  /** Where the accounts are, for people: a path, or user@host/database. Never a password. */
  readonly location: string;
  /**
   * Adds an account.
   *
   * @returns "exists" if the address or the name is taken; nothing is changed then.
   */
  add(account: Account): Promise<"added" | "exists">;
  /** The account of an address, without regard to letter case. */
  find(email: string): Promise<StoredAccount | undefined>;
  /** All accounts, oldest first. */
  list(): Promise<readonly StoredAccount[]>;
  /**
   * Removes the account of an address.
   *
   * @returns Whether there was one.
   */
  remove(email: string): Promise<boolean>;
  /**
   * Replaces the password hash; the salt stays, since clients may remember it.
   *
   * @returns Whether there is such an account.
   */
  setPwdHash(email: string, pwdHash: Uint8Array): Promise<boolean>;
  /** Ends all connections. */
  close(): Promise<void>;
}
