/**
 * How much sooner than it must a client makes its head (PROTOCOL-2 §7.2).
 *
 * Whoever is in a room gets an entry at the same moment, so all of their heads would be due at the same
 * moment, too: a wave of signatures each half minute, which everybody's words wait behind.
 *
 * @module
 */

import { decodeU32, U32_BYTES } from "../bytes/u32.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { CLIENT_HEAD_MS } from "../protocol/v2/room_rules.ts";

/** Half of the time that a client has for its head. */
export const HEAD_EARLY_MAX_MS: number = CLIENT_HEAD_MS / 2;

/**
 * Draws a time.
 *
 * @returns Milliseconds, 0 to {@link HEAD_EARLY_MAX_MS}, each as likely.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(headEarlyMs() >= 0 && headEarlyMs() <= HEAD_EARLY_MAX_MS);
 * ```
 */
export function headEarlyMs(): number {
  return Math.floor(decodeU32(randomBytes(U32_BYTES)) / 2 ** 32 * (HEAD_EARLY_MAX_MS + 1));
}
