/**
 * Slows down the guessing of passwords.
 *
 * Failures are counted per account and per address, and each further one doubles the delay. What
 * the numbers weigh up:
 * - The cap of an account is one minute: an attacker gets 1,440 guesses a day, and whoever wants
 *   to lock an owner out makes them wait a minute, not an hour.
 * - From an address from which the owner has logged in before, the account's delay does not count,
 *   only the failures from there: so a distant attacker cannot lock that owner out at all.
 * - The address has more free failures, since a whole office may share it.
 *
 * Nothing here reads a clock or waits. Call `delayMs`; if it is 0 call `failed` *before* the
 * password is checked, and `succeeded` if it was right: so parallel attempts cannot share one free
 * failure.
 *
 * @module
 */

import { addressKey } from "./address_key.ts";
import { KEYS_MAX, RecentFailures } from "./recent_failures.ts";

const ACCOUNT_FREE = 3; // typing errors of a person
const ADDRESS_FREE = 10; // several people behind one address
const KNOWN_MS = 30 * 24 * 60 * 60_000; // a month: an owner's usual places

/** Who tries to log in, and when. */
export interface LoginAttempt {
  /** E-mail address of the account; letter case does not matter. */
  readonly account: string;
  /** IP address of the peer. */
  readonly address: string;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * Counts failed log-ins and tells how long the next one must wait.
 *
 * @example The fourth failure costs a second
 * ```ts
 * import assert from "node:assert/strict";
 * const throttle = new LoginThrottle();
 * const attempt = { account: "alice@example.org", address: "192.0.2.1", nowMs: 0 };
 * for (let failures = 0; failures < 3; failures++) throttle.failed(attempt);
 * assert.equal(throttle.delayMs(attempt), 0);
 * throttle.failed(attempt);
 * assert.equal(throttle.delayMs(attempt), 1000);
 * ```
 */
export class LoginThrottle {
  readonly #accounts: RecentFailures;
  readonly #addresses: RecentFailures;
  readonly #pairs: RecentFailures;
  /** Account and address of past successes, with the time of the last, oldest first. */
  readonly #known = new Map<string, number>();
  readonly #keysMax: number;

  /**
   * Starts without any memory.
   *
   * @param options `keysMax`: how many keys of each kind are kept; the oldest is dropped first.
   */
  constructor(options: { readonly keysMax?: number } = {}) {
    const { keysMax = KEYS_MAX } = options;
    this.#keysMax = keysMax;
    this.#accounts = new RecentFailures({ free: ACCOUNT_FREE, keysMax });
    this.#addresses = new RecentFailures({ free: ADDRESS_FREE, keysMax });
    this.#pairs = new RecentFailures({ free: ACCOUNT_FREE, keysMax });
  }

  /**
   * How long the next attempt must wait.
   *
   * @param attempt Who, from where, when.
   * @returns Milliseconds, 0 to 60,000; 0 means that the password may be checked now.
   */
  delayMs(attempt: LoginAttempt): number {
    const { nowMs } = attempt;
    const { failures, key } = this.#account(attempt);
    return Math.max(
      failures.delayMs(key, nowMs),
      this.#addresses.delayMs(addressKey(attempt.address), nowMs),
    );
  }

  /**
   * Counts a failure, or an attempt that is about to be checked.
   *
   * @param attempt Who, from where, when.
   */
  failed(attempt: LoginAttempt): void {
    const { nowMs } = attempt;
    const { failures, key } = this.#account(attempt);
    const address = addressKey(attempt.address);
    failures.set(key, failures.count(key, nowMs) + 1, nowMs);
    this.#addresses.set(address, this.#addresses.count(address, nowMs) + 1, nowMs);
  }

  /**
   * Takes back an attempt that was counted and could not be checked, as when the store is down.
   *
   * @param attempt Who, from where, when.
   */
  withdrawn(attempt: LoginAttempt): void {
    const { nowMs } = attempt;
    const { failures, key } = this.#account(attempt);
    const address = addressKey(attempt.address);
    failures.set(key, failures.count(key, nowMs) - 1, nowMs);
    this.#addresses.set(address, this.#addresses.count(address, nowMs) - 1, nowMs);
  }

  /**
   * Forgets the account's failures and takes back this attempt's one of the address: no more than
   * that, or an attacker with one account could guess at others without delay.
   *
   * @param attempt Who, from where, when.
   */
  succeeded(attempt: LoginAttempt): void {
    const { nowMs } = attempt;
    const { failures, key } = this.#account(attempt);
    const address = addressKey(attempt.address);
    failures.set(key, 0, nowMs);
    this.#addresses.set(address, this.#addresses.count(address, nowMs) - 1, nowMs);
    const pair = pairKey(attempt);
    this.#known.delete(pair); // so that it becomes the youngest
    this.#known.set(pair, nowMs);
    if (this.#known.size > this.#keysMax) this.#known.delete(this.#known.keys().next().value!);
  }

  /** The counter that holds for this account from this address. */
  #account(attempt: LoginAttempt): { failures: RecentFailures; key: string } {
    const pair = pairKey(attempt);
    const knownMs = this.#known.get(pair);
    if (knownMs !== undefined && attempt.nowMs - knownMs < KNOWN_MS) {
      return { failures: this.#pairs, key: pair };
    }
    return { failures: this.#accounts, key: attempt.account.toLowerCase() };
  }
}

function pairKey(attempt: LoginAttempt): string {
  return `${addressKey(attempt.address)} ${attempt.account.toLowerCase()}`;
}
