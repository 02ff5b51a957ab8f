/**
 * What every store of protocol 2's accounts offers (PROTOCOL-2 §5).
 *
 * An account belongs to a key: it is looked up by the hash of the public key in the client's leaf and
 * by nothing else, so nobody can guess at an account without its key. Unique are the key and the
 * e-mail address (without regard to letter case), by which the operator names an account. The
 * username is the CN that the CA vouched for and need not be unique: two people may have one name,
 * and a CN is no key.
 *
 * Protocol 1's accounts (`accounts.ts`) are another table, which nothing here reads or writes.
 *
 * @module
 */

import type { StoredPassword } from "../crypto/scrypt_password.ts";

/** An account as it is stored. */
export interface KeyAccount {
  /** SHA-256 of the key's DER SubjectPublicKeyInfo, lower-case hex. */
  readonly keyHash: string;
  readonly email: string;
  /** CN of the certificate that the key was bound with, 1 to 64 printable ASCII characters. */
  readonly username: string;
  readonly password: StoredPassword;
}

/** An account and when it was made. */
export interface StoredKeyAccount extends KeyAccount {
  readonly createdAt: Date;
}

/** What an account is bound to. */
export type KeyBinding = Pick<KeyAccount, "keyHash" | "username">;

/** Accounts of protocol 2. Every method throws DATABASE when the store does not answer. */
export interface KeyAccountStore {
  /** Where the accounts are, for people: a path, or user@host/database. Never a password. */
  readonly location: string;
  /**
   * Looks once whether the store answers and the table is there, so that a server fails when it
   * starts and not when the first user comes.
   *
   * @throws {ChatError} DATABASE with the remedy if not.
   */
  prepare(): Promise<void>;
  /** The account of a key: the only way to one for whoever signs in. */
  find(keyHash: string): Promise<StoredKeyAccount | undefined>;
  /** The account of an address, without regard to letter case: the operator's way. */
  findByEmail(email: string): Promise<StoredKeyAccount | undefined>;
  /**
   * Adds an account.
   *
   * @returns What is taken otherwise, the key before the address; nothing is changed then.
   * @throws {ChatError} FORMAT if a field is not what it must be.
   */
  insert(account: KeyAccount): Promise<"added" | "key_taken" | "email_taken">;
  /** All accounts, oldest first. */
  list(): Promise<readonly StoredKeyAccount[]>;
  /**
   * Removes the account of an address.
   *
   * @returns Whether there was one.
   */
  remove(email: string): Promise<boolean>;
  /**
   * Binds the account of an address to another key; the old key has no account from then on.
   *
   * @returns "key_taken" if the key belongs to another account; nothing is changed then.
   * @throws {ChatError} FORMAT if a field is not what it must be.
   */
  rebind(email: string, binding: KeyBinding): Promise<"rebound" | "unknown" | "key_taken">;
  /**
   * Replaces the password.
   *
   * @returns Whether there is such an account.
   */
  setPassword(email: string, password: StoredPassword): Promise<boolean>;
  /** Ends all connections. */
  close(): Promise<void>;
}
