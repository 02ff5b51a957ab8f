/**
 * Answers what clients ask of the accounts: registering, logging in, salts. Whatever goes wrong in
 * the store, the client gets one of a few fixed sentences and never the database's words.
 *
 * @module
 */

import { equalBytes } from "../bytes/equal.ts";
import { printable } from "../bytes/printable.ts";
import { SHA256_BYTES } from "../crypto/digest.ts";
import { decoySalt } from "../crypto/password.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { AccountAnswer, AccountRequest } from "../protocol/session.ts";
import type { AccountStore } from "../store/accounts.ts";
import type { LoginThrottle } from "../store/login_throttle.ts";

/** What the answers depend on. */
export interface AccountsOptions {
  readonly store: AccountStore;
  readonly throttle: LoginThrottle;
  /** Secret behind the salts of unknown addresses, 32 bytes. */
  readonly saltSecret: Uint8Array;
}

/** Who asks, and when. */
export interface Asker {
  /** The peer's IP address. */
  readonly address: string;
  readonly nowMs: number;
}

type LoginRequest = Extract<AccountRequest, { mode: "login" }>;
type RegisterRequest = Extract<AccountRequest, { mode: "register" }>;

const NO_HASH = new Uint8Array(SHA256_BYTES);

/** The accounts as a server's clients see them. */
export class Accounts {
  readonly #options: AccountsOptions;

  /** @param options Store, throttle, secret. */
  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /**
   * Answers a request. Never throws: a store that fails is a refusal too.
   *
   * @param request What is asked.
   * @param asker Who asks.
   * @returns The answer for the session.
   */
  async answer(request: AccountRequest, asker: Asker): Promise<AccountAnswer> {
    try {
      switch (request.mode) {
        case "salt":
          return await this.#salt(request.email);
        case "login":
          return await this.#logIn(request, asker);
        case "register":
          return await this.#register(request, asker);
      }
    } catch (thrown) {
      const text = "BUSY: accounts are unavailable, try again later";
      return { kind: "refused", text, error: asChatError(thrown) };
    }
  }

  async #salt(email: string): Promise<AccountAnswer> {
    const decoy = decoySalt(this.#options.saltSecret, email);
    const account = await this.#options.store.find(email);
    return { kind: "salt", salt: account?.salt ?? decoy };
  }

  async #logIn(request: LoginRequest, { address, nowMs }: Asker): Promise<AccountAnswer> {
    const { store, throttle } = this.#options;
    const key = { account: request.email, address, nowMs };
    const delayMs = throttle.delayMs(key);
    if (delayMs > 0) return tooMany(delayMs);
    // Counted before the store answers, so that attempts at the same moment do not slip through.
    throttle.failed(key);
    const account = await store.find(request.email).catch((thrown: unknown) => {
      throttle.withdrawn(key); // nobody waits longer because the database was down
      throw thrown;
    });
    const isRight = equalBytes(account?.pwdHash ?? NO_HASH, request.pwdHash);
    if (account === undefined || !isRight) {
      const error = new ChatError(
        "SIGN_IN",
        `cannot log in "${printable(request.email)}": no such account or wrong password`,
        { hint: "nothing, unless it goes on: then somebody may be guessing" },
      );
      return { kind: "refused", text: "Invalid credentials", error };
    }
    throttle.succeeded(key);
    const { email, username } = account;
    return { kind: "accepted", email, username, text: "Login successful" };
  }

  async #register(request: RegisterRequest, { address, nowMs }: Asker): Promise<AccountAnswer> {
    const { store, throttle } = this.#options;
    const key = { account: request.email, address, nowMs };
    const delayMs = throttle.delayMs(key);
    if (delayMs > 0) return tooMany(delayMs);
    const { email, username, salt, pwdHash } = request;
    const outcome = await store.add({ email, username, salt, pwdHash });
    if (outcome === "added") {
      return { kind: "accepted", email, username, text: "Registration successful" };
    }
    // Each "exists" tells that an address has an account: guessing is slowed like passwords are.
    throttle.failed(key);
    const error = new ChatError(
      "SIGN_IN",
      `cannot register "${printable(email)}": the address or the name is taken`,
      { hint: "nothing: its owner can log in, others choose another name" },
    );
    return { kind: "refused", text: "User already exists", error };
  }
}

function tooMany(delayMs: number): AccountAnswer {
  const seconds = Math.ceil(delayMs / 1000);
  const text = `BUSY: too many attempts, try again in ${seconds} s`;
  return { kind: "refused", text, error: new ChatError("BUSY", `cannot sign in: ${text}`) };
}
