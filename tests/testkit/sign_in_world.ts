/**
 * A sign-in desk of protocol 2 for tests, over a real SQLite file, with a hasher that counts.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type PasswordHasher,
  type SignInAnswer,
  type SignInAsker,
  SignInDesk,
  type SignInRequest,
} from "../../src/chat/sign_in_desk.ts";
import type { StoredPassword } from "../../src/crypto/scrypt_password.ts";
import type { KeyAccountStore } from "../../src/store/key_accounts.ts";
import { openSqliteKeyAccounts } from "../../src/store/sqlite.ts";
import { sampleKeyHash } from "./key_account_contract.ts";
import { inTempFolder } from "./temp_folder.ts";

/** Alice's address. */
export const EMAIL = "alice@example.test";

/** Alice's password. */
export const PASSWORD = "correct horse";

/** Who has an account. */
export const ALICE: SignInAsker = {
  keyHash: sampleKeyHash("alice"),
  commonName: "Alice",
  emails: [],
  nowMs: 0,
};

/** Who has a key of her own and no account. */
export const MALLORY: SignInAsker = {
  ...ALICE,
  keyHash: sampleKeyHash("mallory"),
  commonName: "Mallory",
};

/** A hasher whose hash is quick, and that counts what it was asked. */
export class CountingHasher implements PasswordHasher {
  /** Hashes computed or begun. */
  calls = 0;
  /** Most that were computed at once. */
  most = 0;
  #running = 0;

  async make(password: string): Promise<StoredPassword> {
    const salt = new Uint8Array(16);
    return { salt, hash: await this.#hash(password) };
  }

  async isRight(password: string, { hash }: StoredPassword): Promise<boolean> {
    return (await this.#hash(password)).toHex() === hash.toHex();
  }

  async #hash(password: string) {
    this.calls++;
    this.#running++;
    this.most = Math.max(this.most, this.#running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.#running--;
    const bytes = new Uint8Array(32);
    new TextEncoder().encodeInto(password.normalize("NFC"), bytes);
    return bytes;
  }
}

/**
 * A request with Alice's address and password.
 *
 * @param type What is asked.
 * @param change What is different.
 * @returns The request.
 */
export function request(
  type: SignInRequest["type"],
  change: Partial<SignInRequest> = {},
): SignInRequest {
  return { type, email: EMAIL, password: PASSWORD, ...change };
}

/**
 * What an answer comes to.
 *
 * @param answer The answer.
 * @returns "accepted", or the error's code.
 */
export function codeOf(answer: SignInAnswer): string {
  return answer.kind === "refused" ? answer.error.code : answer.kind;
}

/** A desk with what it stands on. */
export interface DeskWorld {
  readonly desk: SignInDesk;
  readonly store: KeyAccountStore;
  readonly hasher: CountingHasher;
}

/**
 * Runs a test at a desk with one account, Alice's, which costs no hash so far.
 *
 * @param work The test.
 */
export function withDesk(work: (world: DeskWorld) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const store = openSqliteKeyAccounts(`${folder}/accounts.db`);
    const hasher = new CountingHasher();
    const desk = new SignInDesk({ store, hasher });
    try {
      assert.equal(codeOf(await desk.answer(request("register"), ALICE)), "accepted");
      hasher.calls = 0;
      await work({ desk, store, hasher });
    } finally {
      await store.close();
    }
  });
}
