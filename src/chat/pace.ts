/**
 * How fast one session may say things. What comes too fast is refused with the time at which there is
 * room for it, which is kept free: the n-th of many is told the time of n, and none is signed in vain.
 *
 * @module
 */

import type { Limit } from "../protocol/v2/room_member.ts";
import type { Limits } from "./limits.ts";
import { Rate } from "./rate.ts";

/** Places that are kept free: as many as a client has under way (PROTOCOL-2 §6). */
const KEPT_MAX = 1_024;

/** A clock of the other side that is a little fast is no fault, ms. */
const EARLY_MS = 50;

/** A kept place is given up so long after its time, ms: else places would add up to a burst. */
const KEPT_FOR_MS = 5_000;

/** What is signed anew may name a larger tree or a later time, bytes. */
const GROWN_BYTES = 64;

/** When a statement may come, and what was paid for it. */
interface Kept {
  readonly atMs: number;
  readonly bytes: number;
}

/** The limits that matter here. */
export type PaceLimits = Pick<
  Limits,
  "statementsPerSecond" | "statementsBurst" | "statementBytesPerSecond"
>;

/** See the module. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  readonly #rate = new Rate();
  /** By place in a room; in the order of their times. */
  readonly #kept = new Map<string, Kept>();

  /** @param limits How fast; looked at each time. @param now Milliseconds of a clock that only goes forward. */
  constructor(limits: PaceLimits, now: () => number = () => performance.now()) {
    [this.#limits, this.#now] = [limits, now];
  }

  /**
   * A statement has come, which is in its turn.
   *
   * @param place Its room and number.
   * @param bytes Its size.
   * @returns Why it is refused, and for how long; nothing if it may be taken.
   */
  limitOf(place: string, bytes: number): Limit | undefined {
    const nowMs = this.#now();
    this.#giveUp(nowMs);
    const kept = this.#kept.get(place);
    if (kept !== undefined && kept.bytes + GROWN_BYTES < bytes) {
      this.#kept.delete(place); // that was paid for something smaller
    } else if (kept !== undefined) {
      if (kept.atMs > nowMs + EARLY_MS) return this.#refusal(kept.atMs - nowMs);
      this.#kept.delete(place);
      return undefined;
    }
    const { statementsPerSecond, statementsBurst, statementBytesPerSecond } = this.#limits;
    const usualMs = 1_000 / statementsPerSecond;
    const costMs = Math.max(usualMs, bytes * 1_000 / statementBytesPerSecond);
    const limit = { costMs, burstMs: statementsBurst * usualMs };
    const waitMs = this.#rate.waitMs(nowMs, limit);
    if (waitMs === 0) {
      this.#rate.take(nowMs, limit);
      return undefined;
    }
    if (this.#kept.size < KEPT_MAX) {
      this.#rate.take(nowMs, limit);
      this.#kept.set(place, { atMs: nowMs + waitMs, bytes });
    }
    return this.#refusal(waitMs);
  }

  #giveUp(nowMs: number): void {
    for (const [place, { atMs }] of this.#kept) {
      if (atMs + KEPT_FOR_MS > nowMs) return;
      this.#kept.delete(place);
    }
  }

  #refusal(waitMs: number): Limit {
    const { statementsPerSecond, statementsBurst, statementBytesPerSecond } = this.#limits;
    const message = `statements_per_second is ${statementsPerSecond}, statements_burst ` +
      `${statementsBurst}, statement_bytes_per_second ${statementBytesPerSecond}`;
    return { message, retryMs: Math.ceil(waitMs) };
  }
}
