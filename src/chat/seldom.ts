/** Lines of one kind in a second; more would hide everything else, and cost time. */
const PER_SECOND = 10;

/**
 * Keeps what happens very often from being told each time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const seldom = new Seldom();
 * const told = Array.from({ length: 100 }, () => seldom.told(0)).filter((more) => more !== undefined);
 * assert.equal(told.length, 10);
 * assert.equal(seldom.told(1_000), 90);
 * ```
 */
export class Seldom {
  #second = -Infinity;
  #told = 0;
  #kept = 0;

  /**
   * It happened.
   *
   * @param nowMs Now, milliseconds.
   * @returns How many were not told since the last one that was, if this one is to be told.
   */
  told(nowMs: number): number | undefined {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) [this.#second, this.#told] = [second, 0];
    if (this.#told >= PER_SECOND) {
      this.#kept++;
      return undefined;
    }
    this.#told++;
    const kept = this.#kept;
    this.#kept = 0;
    return kept;
  }
}
