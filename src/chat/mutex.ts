/**
 * Lets one task at a time run, in the order of asking.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const mutex = new Mutex();
 * const order: number[] = [];
 * await Promise.all([1, 2].map((n) => mutex.run(async () => {
 *   await Promise.resolve();
 *   order.push(n);
 * })));
 * assert.deepEqual(order, [1, 2]);
 * ```
 */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a task after all that were asked for before it.
   *
   * @param task The task; its error is its caller's alone.
   * @returns What the task returns.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
