/**
 * Counts failures by key and tells how long the next attempt must wait: 1 s after the first failure
 * that counts, twice as long after each further one, 60 s at most.
 *
 * Nothing here reads a clock or waits.
 *
 * @module
 */

const DELAY_FIRST_MS = 1000;
const DELAY_MAX_MS = 60_000;
const FORGET_MS = 15 * 60_000;

/** How many keys are kept unless it is said otherwise; about 1 MB. */
export const KEYS_MAX = 10_000;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

/** What is forgiven, and what is remembered. */
export interface RecentFailuresOptions {
  /** Failures that cost nothing. */
  readonly free: number;
  /** How many keys are kept; what was touched longest ago is dropped first. */
  readonly keysMax?: number;
}

/**
 * A map that drops what was touched longest ago when it is full, and forgets with time.
 *
 * @example Each failure doubles the delay
 * ```ts
 * import assert from "node:assert/strict";
 * const failures = new RecentFailures({ free: 0 });
 * failures.add("key", 0);
 * assert.equal(failures.delayMs("key", 0), 1000);
 * failures.add("key", 1000);
 * assert.equal(failures.delayMs("key", 1000), 2000);
 * ```
 */
export class RecentFailures {
  readonly #free: number;
  readonly #max: number;
  readonly #entries = new Map<string, Failures>();

  /** @param options What is forgiven, and what is remembered. */
  constructor({ free, keysMax = KEYS_MAX }: RecentFailuresOptions) {
    this.#free = free;
    this.#max = keysMax;
  }

  /**
   * How many failures a key has.
   *
   * @param key The key.
   * @param nowMs Now, milliseconds since the Unix epoch.
   * @returns The number, 0 when the last was 15 minutes ago.
   */
  count(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return 0;
    if (nowMs - entry.lastMs < FORGET_MS) return entry.count;
    this.#entries.delete(key);
    return 0;
  }

  /**
   * Sets how many failures a key has.
   *
   * @param key The key.
   * @param count The number; 0 forgets the key.
   * @param nowMs When the last of them was.
   */
  set(key: string, count: number, nowMs: number): void {
    this.#entries.delete(key); // so that it becomes the youngest
    if (count <= 0) return;
    this.#entries.set(key, { count, lastMs: nowMs });
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value!);
  }

  /**
   * Counts a failure, or an attempt that is about to be checked.
   *
   * @param key The key.
   * @param nowMs Now.
   * @returns Takes it back, as when the attempt could not be checked: the key then waits no longer
   * than before.
   */
  add(key: string, nowMs: number): () => void {
    const count = this.count(key, nowMs) + 1;
    const before = this.#entries.get(key);
    this.set(key, count, nowMs);
    const made = this.#entries.get(key);
    return () => {
      const entry = this.#entries.get(key);
      if (entry === undefined) return;
      const lastMs = entry === made ? before?.lastMs : undefined;
      this.set(key, entry.count - 1, lastMs ?? entry.lastMs);
    };
  }

  /**
   * How long the next attempt must wait.
   *
   * @param key The key.
   * @param nowMs Now.
   * @returns Milliseconds, 0 to 60,000.
   */
  delayMs(key: string, nowMs: number): number {
    const beyond = this.count(key, nowMs) - this.#free;
    if (beyond <= 0) return 0;
    const delay = Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** (beyond - 1));
    const sinceMs = Math.max(0, nowMs - (this.#entries.get(key)?.lastMs ?? 0)); // clocks go back
    return Math.max(0, delay - sinceMs);
  }
}
