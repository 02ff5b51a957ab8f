/**
 * How long a ban or a mute lasts, as an operator says it and reads it.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Longer is for ever, and is to be said so. */
const DURATION_MAX_MS = 3_650 * UNIT_MS.d;

/**
 * Reads a duration.
 *
 * @param text "90s", "30m", "12h", "7d" or "forever".
 * @param nowMs Now, milliseconds since the Unix epoch.
 * @returns Its end, milliseconds since the Unix epoch; null for ever.
 * @throws {ChatError} USAGE for anything else, and above 3650 days.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(endOf("30m", 1_000), 1_801_000);
 * assert.equal(endOf("forever", 1_000), null);
 * assert.throws(() => endOf("0m", 1_000), { code: "USAGE" });
 * ```
 */
export function endOf(text: string, nowMs: number): number | null {
  if (text === "forever") return null;
  const [, count = "", unit = "s"] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms > 0 && ms <= DURATION_MAX_MS) return nowMs + ms;
  const expected = "expected 90s, 30m, 12h, 7d (at most 3650d) or forever";
  throw new ChatError("USAGE", `cannot use this duration: ${expected}`, {
    hint: "say for how long: ban NAME 12h",
  });
}

/**
 * Tells until when something lasts.
 *
 * @param untilMs Its end, milliseconds since the Unix epoch; null for ever.
 * @returns "until 2026-11-27T02:00:00Z" or "for ever".
 */
export function untilText(untilMs: number | null): string {
  if (untilMs === null) return "for ever";
  return `until ${new Date(untilMs).toISOString().replace(/\.\d{3}Z$/, "Z")}`;
}
