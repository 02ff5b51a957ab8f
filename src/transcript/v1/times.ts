import type { Role } from "../../pki/validate.ts";
import type { TranscriptFile } from "./reader.ts";
import { type EntryReport, type Finding, warningAt } from "./report.ts";

/** How far the clocks of two honest sides may differ, milliseconds. */
/** Latest moment that ECMA-262 §21.4.1.1 can write as a date, milliseconds. */
const DATE_MAX_MS = 8.64e15;
const CLOCK_TOLERANCE_MS = 300_000;

/**
 * Compares the entries' times with the session's, as the header and footer tell it.
 *
 * Every time in a transcript is a claim of somebody's clock, so this gives warnings, one for each
 * author. The original's header has no time zone and is compared with nothing.
 *
 * @param file The transcript.
 * @param entries Its entries.
 * @returns Warnings.
 */
export function checkTimes(
  file: TranscriptFile,
  entries: readonly EntryReport[],
): readonly Finding[] {
  const started = epochOf(file.started?.value) ?? -Infinity;
  const ended = epochOf(file.ended?.value) ?? Infinity;
  const warned = new Set<Role>();
  const findings: Finding[] = [];
  for (const { line, author, ts } of entries) {
    if (author === undefined || ts === undefined || warned.has(author)) continue;
    const isEarly = ts < started - CLOCK_TOLERANCE_MS;
    if (!isEarly && ts <= ended + CLOCK_TOLERANCE_MS) continue;
    warned.add(author);
    const state = isEarly ? "before the session began" : "after the session ended";
    findings.push(warningAt(line, `the ${author}'s time is ${state}: the clocks differed`));
  }
  return findings;
}

/**
 * A time of header or footer.
 *
 * @param text ISO 8601.
 * @returns Milliseconds since the Unix epoch, or nothing without a time zone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(epochOf("1970-01-01T00:00:01Z"), 1000);
 * assert.equal(epochOf("1970-01-01T00:00:01.5"), undefined);
 * ```
 */
export function epochOf(text: string | undefined): number | undefined {
  if (text === undefined || !/(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * A time as text.
 *
 * @param ms Milliseconds since the Unix epoch, 0 to 2^53-1.
 * @returns ISO 8601, or the number where the calendar ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isoTime(0), "1970-01-01T00:00:00.000Z");
 * assert.equal(isoTime(9e15), "9000000000000000 ms");
 * ```
 */
export function isoTime(ms: number): string {
  return ms <= DATE_MAX_MS ? new Date(ms).toISOString() : `${ms} ms`;
}
