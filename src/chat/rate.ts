/** How fast something may come. */
export interface RateLimit {
  /** Milliseconds that one costs. */
  readonly costMs: number;
  /** Milliseconds' worth that may come at once; one always may. */
  readonly burstMs: number;
}

/**
 * A rate with a burst, by the generic cell rate algorithm (ITU-T I.371, Annex A): one number instead of
 * a bucket that is filled.
 */
export class Rate {
  /** When all that was taken would have come, had it come evenly, ms. */
  #paidToMs = -Infinity;

  /** Whether it is as if nothing had ever been taken. */
  isIdle(nowMs: number): boolean {
    return this.#paidToMs <= nowMs;
  }

  /**
   * When the next one may come.
   *
   * @param nowMs Now, of a clock that only goes forward.
   * @param limit How fast.
   * @returns Milliseconds to wait; 0: now.
   */
  waitMs(nowMs: number, { costMs, burstMs }: RateLimit): number {
    const paidTo = Math.max(this.#paidToMs, nowMs) + costMs;
    return Math.max(0, paidTo - nowMs - Math.max(burstMs, costMs));
  }

  /** Takes one, now or in its time. */
  take(nowMs: number, { costMs }: RateLimit): void {
    this.#paidToMs = Math.max(this.#paidToMs, nowMs) + costMs;
  }
}

/**
 * A limit of so many a second, with a burst.
 *
 * @param perSecond How many a second.
 * @param burst How many at once.
 * @returns The limit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [rate, limit] = [new Rate(), perSecond(10, 2)];
 * const waits = [0, 0, 0].map(() => {
 *   const waitMs = rate.waitMs(0, limit);
 *   rate.take(0, limit);
 *   return waitMs;
 * });
 * assert.deepEqual(waits, [0, 0, 100]);
 * assert.equal(rate.waitMs(200, limit), 0);
 * ```
 */
export function perSecond(perSecond: number, burst: number): RateLimit {
  const costMs = 1_000 / perSecond;
  return { costMs, burstMs: burst * costMs };
}
