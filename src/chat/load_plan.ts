/**
 * What a load test is made of, and what comes of it.
 *
 * @module
 */

import type { ChatError, ErrorCode } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import type { LatencyHistogram } from "./latency_histogram.ts";

/** What a test does. */
export interface LoadPlan {
  readonly sessions: number;
  /** Rooms, over which the sessions are spread evenly. */
  readonly rooms: readonly string[];
  /** Taken if there is one room and the server does not have it. */
  readonly otherRoom: string;
  /** Statements a second in all; 0: the sessions are idle. */
  readonly rate: number;
  readonly seconds: number;
  /** Sessions that are being set up at once. */
  readonly parallel: number;
  /** Members whose transcripts are kept, spread evenly. */
  readonly keep: number;
  readonly transcriptDir: string;
}

/** What a test is made of. */
export interface LoadOptions {
  readonly plan: LoadPlan;
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  /** Of the sessions in turn: one may serve several. */
  readonly identities: readonly OwnIdentity[];
  readonly trust: Trust;
  /** Ends the test in order, and early. */
  readonly stop: AbortSignal;
  now(): number;
  /** Told of what goes on: a phase, and how far it is. */
  onProgress(text: string): void;
}

/** What came of a test. */
export interface LoadResult {
  /** Sessions that were in their rooms to the end. */
  readonly sessions: number;
  readonly rooms: readonly string[];
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  /** From when it was due to when it was checked, ms. */
  readonly delivery: LatencyHistogram;
  /** From dialling to being in the room, ms. */
  readonly setUp: LatencyHistogram;
  /** How late a clock of this process was meanwhile, ms: a tool that is busy makes a server look slow. */
  readonly ownLag: LatencyHistogram;
  /** When the measuring began, milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** How long it was measured, s. */
  readonly seconds: number;
  /** LIMIT and UNSIGNED, by code. */
  readonly refused: ReadonlyMap<ErrorCode, number>;
  /** Of sessions that failed. */
  readonly errors: readonly ChatError[];
  readonly transcripts: readonly string[];
}

/**
 * The sessions whose transcripts are kept: spread evenly, and over the rooms where there are sessions
 * enough.
 *
 * @param plan What the test does.
 * @returns Their numbers, from 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const rooms = ["a", "b"];
 * const plan = { sessions: 12, rooms, keep: 3 };
 * assert.deepEqual([...keptSessions(plan)], [0, 5, 8]);
 * ```
 */
export function keptSessions(
  { sessions, rooms, keep }: Pick<LoadPlan, "sessions" | "rooms" | "keep">,
): ReadonlySet<number> {
  const step = keep === 0 ? 0 : sessions / keep;
  const shift = step >= rooms.length ? 1 : 0;
  const indices = Array.from({ length: keep }, (_, index) => index);
  return new Set(indices.map((one) => Math.floor(one * step) + shift * (one % rooms.length)));
}
