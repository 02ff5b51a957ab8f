/**
 * The tables of the embedded store, by the format that brought them (PRAGMA user_version). Formats
 * only add: what an earlier one made stays as it is.
 *
 * @module
 */

// NOCASE folds ASCII letters, which is what e-mail addresses are made of.
const CREATE_USERS = `CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  pwd_hash TEXT NOT NULL CHECK (length(pwd_hash) = 64 AND pwd_hash NOT GLOB '*[^0-9a-f]*'),
  created_at INTEGER NOT NULL
) STRICT`;

const CREATE_KEY_ACCOUNTS = `CREATE TABLE key_accounts (
  id INTEGER PRIMARY KEY,
  key_hash TEXT NOT NULL UNIQUE CHECK (length(key_hash) = 64 AND key_hash NOT GLOB '*[^0-9a-f]*'),
  email TEXT NOT NULL,
  email_folded BLOB NOT NULL UNIQUE,
  username TEXT NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  pwd_hash BLOB NOT NULL CHECK (length(pwd_hash) = 32),
  created_ms INTEGER NOT NULL
) STRICT`;

/** The statement at index n makes format n + 1 of format n; format 0 is an empty file. */
export const SQLITE_FORMATS: readonly string[] = [CREATE_USERS, CREATE_KEY_ACCOUNTS];
