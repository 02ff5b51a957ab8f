/** Named as the driver names its own, so that both are worded alike. */
class LateError extends Error {
  override readonly name = "LateError";
  readonly code = "ETIMEDOUT";
}

/**
 * Waits for a promise, but not for ever. The work itself goes on; who calls must end it.
 *
 * @param work What is waited for.
 * @param limitMs How long, milliseconds.
 * @returns What `work` gives.
 * @throws {Error} One with `code` "ETIMEDOUT" after `limitMs`, or what `work` throws.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(await withLimit(Promise.resolve(7), 1000), 7);
 * await assert.rejects(withLimit(new Promise(() => {}), 1), { code: "ETIMEDOUT" });
 * ```
 */
export async function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new LateError(`no end within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
