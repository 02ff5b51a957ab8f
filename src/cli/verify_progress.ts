/**
 * How far a long file is verified, for a person who waits: one row of standard error, which is gone
 * when the result comes.
 *
 * @module
 */

import type { Io } from "./io.ts";
import { STANDARD_INPUT } from "./verify_inputs.ts";

/** Nobody waits for a file that takes less, ms. */
const PATIENCE_MS = 1_000;

/** How often the row is drawn, ms. */
const REDRAW_MS = 200;

const BAR_COLUMNS = 20;

/** Erase the row and go to its start: ECMA-48 §8.3.41. */
const CLEAR_ROW = "\r\x1b[K";

/**
 * A row for how far it is.
 *
 * @param done Bytes that were read.
 * @param total Bytes that there are; nothing where that is unknown.
 * @param elapsedMs Since when it is read.
 * @returns At most 38 columns.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(progressRow(5_000_000, 20_000_000, 2_000), "█████···············  25 %  6 s left");
 * assert.equal(progressRow(5_000_000, undefined, 2_000), "5 MB verified");
 * ```
 */
export function progressRow(done: number, total: number | undefined, elapsedMs: number): string {
  if (total === undefined || total === 0) return `${Math.round(done / 1e6)} MB verified`;
  const part = Math.min(1, done / total);
  const full = Math.round(part * BAR_COLUMNS);
  const bar = "█".repeat(full) + "·".repeat(BAR_COLUMNS - full);
  const left = part === 0 ? "" : `  ${timeLeft(elapsedMs * (1 / part - 1))} left`;
  return `${bar}  ${Math.floor(part * 100)} %${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6_000 ? `${Math.ceil(seconds / 60)} min` : "hours";
}

/**
 * Passes chunks on and shows how many there were, if a person looks and it takes long.
 *
 * @param io The world.
 * @param file The file's path, or `-`.
 * @param chunks Its bytes.
 * @returns The same bytes.
 */
export async function* withProgress(
  io: Io,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  if (!io.err.isTerminal) return yield* chunks;
  const total = file === STANDARD_INPUT ? undefined : await sizeOf(file);
  const startMs = performance.now();
  let [done, drawnMs] = [0, startMs + PATIENCE_MS - REDRAW_MS];
  try {
    for await (const chunk of chunks) {
      done += chunk.length;
      yield chunk;
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS) continue;
      drawnMs = nowMs;
      io.err.write(`${CLEAR_ROW}${progressRow(done, total, nowMs - startMs)}`);
    }
  } finally {
    if (performance.now() - startMs >= PATIENCE_MS) io.err.write(CLEAR_ROW);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(file)).size;
  } catch {
    return undefined; // told when it is read
  }
}
