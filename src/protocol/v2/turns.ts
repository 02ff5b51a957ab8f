/**
 * Work that is done one after the other although each piece may wait: what is numbered when its turn
 * comes is signed, and leaves, in the order of the numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const turns = new Turns();
 * const done: number[] = [];
 * const slow = turns.take(async () => {
 *   await Promise.resolve();
 *   done.push(1);
 * });
 * await Promise.all([slow, turns.take(() => done.push(2))]);
 * assert.deepEqual(done, [1, 2]);
 * ```
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does a piece of work after all that were asked for before it, whether those failed or not.
   *
   * @param work The work.
   * @returns What it gives, or the error that it throws.
   */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined); // the caller has the error; the next turn does not care
    return turn;
  }
}
