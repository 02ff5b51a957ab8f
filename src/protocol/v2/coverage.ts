/**
 * Which entries a side has not signed over yet, and since when (PROTOCOL-2 §7).
 *
 * @module
 */

/** A head that is this late is reported as UNSIGNED (PROTOCOL-2 §7). */
export const HEAD_LATE_MS = 60_000;

/** Entries that come within this time count from the first of them. */
const STEP_MS = 1000;

/** More than {@link HEAD_LATE_MS} of steps; beyond it the side is late anyway. */
const STEPS_MAX = 256;

/** Entries of about one moment. */
interface Step {
  readonly sinceMs: number;
  /** Index of the last one. */
  last: number;
}

/**
 * Tells when a head is due. Takes a step a second at most, so a side that never signs costs nothing.
 *
 * @example A head is due a while after the first entry that is not covered
 * ```ts
 * import assert from "node:assert/strict";
 * const coverage = new Coverage(2000);
 * coverage.entry(7, 10_000);
 * assert.equal(coverage.dueAtMs, 12_000);
 * coverage.cover(8, 11_000);
 * assert.equal(coverage.dueAtMs, undefined);
 * ```
 */
export class Coverage {
  readonly #delayMs: number;
  readonly #steps: Step[] = [];
  /** How many entries there are, if the last ones found no step. */
  #leftOut = 0;
  #isReported = false;

  /** @param delayMs How long after an entry a head is due. */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** When a head is due, milliseconds since the Unix epoch; nothing while all is covered. */
  get dueAtMs(): number | undefined {
    const [first] = this.#steps;
    return first === undefined ? undefined : first.sinceMs + this.#delayMs;
  }

  /** When a missing head is to be reported; nothing if that is done, or all is covered. */
  get lateAtMs(): number | undefined {
    const due = this.dueAtMs;
    return due === undefined || this.#isReported ? undefined : due + HEAD_LATE_MS;
  }

  /**
   * An entry was placed, sent or received.
   *
   * @param index Its place, higher than those before.
   * @param nowMs Now.
   */
  entry(index: number, nowMs: number): void {
    const last = this.#steps.at(-1);
    const isOfStep = last !== undefined && nowMs - last.sinceMs < STEP_MS;
    if (isOfStep) last.last = index;
    else if (this.#steps.length < STEPS_MAX) this.#steps.push({ sinceMs: nowMs, last: index });
    else this.#leftOut = index + 1;
  }

  /**
   * The side has signed over the first entries.
   *
   * @param size How many.
   * @param nowMs Now.
   */
  cover(size: number, nowMs: number): void {
    const uncovered = this.#steps.findIndex(({ last }) => last >= size);
    const covered = this.#steps.splice(0, uncovered < 0 ? this.#steps.length : uncovered);
    if (covered.length > 0) this.#isReported = false;
    if (this.#leftOut > size && this.#steps.length < STEPS_MAX) {
      this.#steps.push({ sinceMs: nowMs, last: this.#leftOut - 1 });
      this.#leftOut = 0;
    }
  }

  /**
   * Whether the side is so late that it is to be reported. True once, until something was covered.
   *
   * @param nowMs Now.
   * @returns Whether to report it.
   */
  reportLate(nowMs: number): boolean {
    const late = this.lateAtMs;
    if (late === undefined || nowMs < late) return false;
    this.#isReported = true;
    return true;
  }
}
