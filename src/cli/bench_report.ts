import { printable } from "../bytes/printable.ts";
import type { LoadResult } from "../chat/load_plan.ts";
import { errorLine } from "./report.ts";

/** Kinds of errors that are told of. */
const ERRORS_SHOWN = 8;

/** A tool that is later than this one time in a hundred measures itself, ms. */
const OWN_LAG_MAX_MS = 100;

/** A result, and what was asked for. */
export interface BenchOutcome {
  readonly result: LoadResult;
  readonly sessions: number;
  readonly rate: number;
}

/**
 * Whether the server kept its word: everything delivered once, in order, and no session failed.
 *
 * @param outcome What came of the test.
 * @returns Whether all is well.
 */
export function isClean({ result }: BenchOutcome): boolean {
  const { lost, duplicated, outOfOrder, errors } = result;
  return lost + duplicated + outOfOrder + errors.length === 0;
}

/**
 * A result for programs.
 *
 * @param outcome What came of the test.
 * @returns One object; README lists its members.
 */
export function benchJson({ result, sessions, rate }: BenchOutcome): object {
  const { delivery, setUp, ownLag, refused } = result;
  return {
    sessions: result.sessions,
    sent: result.sent,
    delivered: result.delivered,
    lost: result.lost,
    duplicated: result.duplicated,
    out_of_order: result.outOfOrder,
    p50_ms: rounded(delivery.percentile(50)),
    p99_ms: rounded(delivery.percentile(99)),
    max_ms: rounded(delivery.longestMs),
    set_up_ms: rounded(setUp.percentile(50)),
    set_up_p99_ms: rounded(setUp.percentile(99)),
    own_lag_p99_ms: rounded(ownLag.percentile(99)),
    wanted: sessions,
    failed: result.errors.length,
    rooms: result.rooms.length,
    rate,
    started: new Date(result.startedMs).toISOString(),
    seconds: rounded(result.seconds),
    limited: refused.get("LIMIT") ?? 0,
    unsigned: refused.get("UNSIGNED") ?? 0,
    transcripts: result.transcripts,
  };
}

/**
 * A result for people.
 *
 * @param outcome What came of the test.
 * @returns Lines, each with its end.
 */
export function benchText({ result, sessions, rate }: BenchOutcome): string {
  const { delivery, setUp, rooms, seconds } = result;
  const place = rooms.length === 1 ? `room ${printable(rooms[0] ?? "")}` : `${rooms.length} rooms`;
  const lines = [
    ["sessions", `${result.sessions} of ${sessions} in ${place}, for ${rounded(seconds)} s`],
    ["set-up", `median ${ms(setUp.percentile(50))}, 99 % within ${ms(setUp.percentile(99))}`],
    ["sent", `${result.sent} statements, ${rate} a second were to be said`],
    ["delivered", `${result.delivered}, each checked by whoever got it`],
    [
      "faults",
      `${result.lost} lost, ${result.duplicated} duplicated, ` +
      `${result.outOfOrder} out of order`,
    ],
    [
      "delivery",
      `median ${ms(delivery.percentile(50))}, 99 % within ` +
      `${ms(delivery.percentile(99))}, longest ${ms(delivery.longestMs)}`,
    ],
  ];
  const shown = delivery.count === 0 ? lines.slice(0, 2) : lines;
  const text = shown.map(([name = "", value]) => `${name.padEnd(11)}${value}\n`).join("");
  return text + result.transcripts.map((path) => `transcript ${printable(path)}\n`).join("");
}

/**
 * What went wrong with sessions, for people.
 *
 * @param result What came of the test.
 * @returns A line a kind of error, with one of its kind in full; the same for what was refused.
 */
export function benchTroubles({ errors, refused, ownLag }: LoadResult): readonly string[] {
  const kinds = Map.groupBy(errors, ({ code }) => code);
  const failures = [...kinds.values()].slice(0, ERRORS_SHOWN).map((some) =>
    `${some.length} ${some.length === 1 ? "session" : "sessions"} failed: ${errorLine(some[0])}`
  );
  const lagMs = ownLag.percentile(99);
  const own = lagMs <= OWN_LAG_MAX_MS ? [] : [
    `this program was busy itself, up to ${ms(lagMs)} late 99 times in 100: take fewer sessions, ` +
    "or a faster or quieter machine",
  ];
  return [...failures, ...[...refused].map(([code, count]) => `${count} times [${code}]`), ...own];
}

function ms(value: number): string {
  return `${rounded(value)} ms`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
