import { ChatError } from "../errors.ts";

/** How much work there may be. */
export interface WorkQueueLimits {
  /** Tasks that run at the same time. */
  readonly atOnce: number;
  /** Tasks that wait for one of these places. */
  readonly waiting: number;
}

/**
 * Runs a few tasks at once, lets a few more wait in the order of asking, and refuses the rest.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const queue = new WorkQueue({ atOnce: 1, waiting: 0 });
 * const { promise, resolve } = Promise.withResolvers<void>();
 * const first = queue.run(() => promise);
 * await assert.rejects(queue.run(() => promise), { code: "BUSY" });
 * resolve();
 * await first;
 * assert.equal(await queue.run(() => Promise.resolve(1)), 1);
 * ```
 */
export class WorkQueue {
  readonly #limits: WorkQueueLimits;
  readonly #waiting: Array<() => void> = [];
  #running = 0;

  /** @param limits How much work there may be. */
  constructor(limits: WorkQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a task, at once or as soon as there is a place.
   *
   * @param task The task; its error is its caller's alone.
   * @returns What the task returns.
   * @throws {ChatError} BUSY if too many tasks wait; whatever the task throws.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#takePlace();
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next(); // the place changes hands and is never free in between
    }
  }

  #takePlace(): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return Promise.resolve();
    }
    const { atOnce, waiting } = this.#limits;
    if (this.#waiting.length < waiting) return new Promise((take) => this.#waiting.push(take));
    const state = `${atOnce} are computed and ${waiting} wait`;
    return Promise.reject(new ChatError("BUSY", `cannot check another password: ${state}`));
  }
}
