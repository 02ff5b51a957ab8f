/**
 * What a verification claims about a file, for comparisons: all that somebody has signed.
 *
 * @module
 */

import { firstError } from "../../src/transcript/v1/report.ts";
import type { ChainTrust } from "../../src/transcript/v2/chain_lives.ts";
import type { RoomEntry, RoomReport } from "../../src/transcript/v2/room_report.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";

/** A report with the entries that it speaks of. */
export interface Claims {
  readonly report: RoomReport;
  readonly entries: readonly RoomEntry[];
}

/** Verifies, and keeps the entries. */
export async function claimsOf(bytes: Uint8Array, trust: ChainTrust): Promise<Claims> {
  const entries: RoomEntry[] = [];
  const onEntry = (entry: RoomEntry) => void entries.push(entry);
  const { report } = await verifyRoom(bytes, { ...trust, onEntry });
  return { report, entries };
}

/** Line and code of what makes a file INVALID. */
export function faultOf(report: RoomReport): string | undefined {
  const error = firstError(report);
  return error && `${error.line} ${error.code}`;
}

/**
 * What a file claims that the original does not bear out. Whoever has less (a tail, a head) may claim
 * less and wider times, never something else.
 */
export function lies(original: Claims, other: Claims): readonly string[] {
  const { report: honest } = original;
  const { report } = other;
  if (report.verdict === "INVALID") return [];
  const isWhole = report.verdict === "VALID";
  const told = other.entries.flatMap((entry) => {
    const real = original.entries[entry.index - honest.from];
    const isReal = real !== undefined &&
      JSON.stringify(essence(entry)) === JSON.stringify(essence(real));
    const isLater = real !== undefined && (entry.placedMs >= real.placedMs || !entry.isHeaded);
    return isReal && isLater ? [] : [`entry ${entry.index}`];
  });
  const parties = report.parties.flatMap(({ fingerprint, role, isOwner, entries, signedOver }) => {
    const real = honest.parties.find((one) => one.fingerprint === fingerprint);
    const isReal = real?.role === role && real.isOwner === isOwner &&
      entries <= real.entries && signedOver <= real.signedOver;
    return isReal ? [] : [`party ${fingerprint}`];
  });
  const closed = report.sessions.flatMap((session) => {
    const real = honest.sessions.find((one) => one.session === session.session);
    const isReal = real !== undefined && (!session.isClosed || same(session, real));
    return isReal ? [] : [`session ${session.session}`];
  });
  const place = ["role", "room", "log", "session", "from"] as const;
  return [
    ...told,
    ...parties,
    ...closed,
    ...place.filter((key) => report[key] !== honest[key]),
    ...isWhole && (report.root !== honest.root || report.size !== honest.size) ? ["end"] : [],
    ...isWhole && report.parties.length !== honest.parties.length ? ["people"] : [],
    ...isWhole && !same(report.sessions, honest.sessions) ? ["sessions"] : [],
  ];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function essence({ index, kind, author, fingerprint, seq, session, ts, text }: RoomEntry) {
  return { index, kind, author, fingerprint, seq, session, ts, text };
}
