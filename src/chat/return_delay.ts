import type { ErrorCode } from "../errors.ts";

/** The first delay, ms. */
const FIRST_MS = 500;

/** No delay is longer, ms. */
const MOST_MS = 30_000;

/** Each is drawn from so much around it: else all who were cut off come back in one moment. */
const SPREAD = 0.2;

/** Ends that another try may mend: the line, or a server that is away or has too much to do. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  ...["CONNECTION", "TRUNCATED", "TIMEOUT", "BUSY", "SLOW", "LIMIT"] as const,
]);

/**
 * Whether another try makes sense. A refusal that says who somebody is, or what he did, is not passing;
 * nor is anything that may be an attack: a person looks at that.
 *
 * @param code Why it ended; without it the server ended it in order.
 * @returns Whether it does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isPassing("TRUNCATED"), true);
 * for (const code of ["REVOKED", "BAD_CERT", "FORKED", "TAMPERED"] as const) {
 *   assert.equal(isPassing(code), false);
 * }
 * ```
 */
export function isPassing(code: ErrorCode | undefined): boolean {
  return code === undefined || PASSING.has(code);
}

/**
 * How long to wait before a try.
 *
 * @param tries Which one it will be since the last that held, from 1.
 * @param random From 0 to 1.
 * @returns Milliseconds: doubling from 500 to 30,000, ± 20 %.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(returnDelayMs(1, 0.5), 500);
 * assert.equal(returnDelayMs(3, 0.5), 2_000);
 * assert.equal(returnDelayMs(100, 0.5), 30_000);
 * assert.deepEqual([returnDelayMs(2, 0), returnDelayMs(2, 1)], [800, 1_200]);
 * ```
 */
export function returnDelayMs(tries: number, random: number): number {
  const delayMs = Math.min(FIRST_MS * 2 ** (tries - 1), MOST_MS);
  return Math.round(delayMs * (1 - SPREAD + 2 * SPREAD * random));
}
