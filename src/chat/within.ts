/**
 * Waits for a promise, but no longer than a time.
 *
 * @param promise What is waited for; its error counts as its end.
 * @param ms The time, milliseconds.
 * @returns Whether it came in time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(await within(Promise.resolve(), 1000), true);
 * assert.equal(await within(new Promise<void>(() => {}), 1), false);
 * ```
 */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const inTime = promise.then(() => true, () => true);
  const result = await Promise.race([inTime, late]);
  clearTimeout(timer);
  return result;
}
