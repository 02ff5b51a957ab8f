/**
 * The limits that an operator sets: their names, bounds and reasons. docs/operations.md has the same
 * table; a test compares the two.
 *
 * @module
 */

import type { Limits } from "./limits.ts";

/** A limit of the table. */
export interface LimitRow {
  readonly key: keyof Limits;
  readonly least: number;
  readonly greatest: number;
  /** What it is for. */
  readonly reason: string;
}

/** By the name that the operator writes, and that a refusal tells. */
export const LIMIT_TABLE = {
  connections: {
    key: "connections",
    least: 1,
    greatest: 1_000_000,
    reason: "open connections in all: each is a file descriptor and some 100 KB",
  },
  connections_per_address: {
    key: "connectionsPerAddress",
    least: 1,
    greatest: 1_000_000,
    reason: "open connections of one address: no one machine takes all of them",
  },
  unauthenticated: {
    key: "unauthenticated",
    least: 1,
    greatest: 100_000,
    reason: "connections that have not signed in, all together",
  },
  unauthenticated_per_address: {
    key: "unauthenticatedPerAddress",
    least: 1,
    greatest: 100_000,
    reason: "the same of one address; those beyond wait for their turn",
  },
  waiting_per_address: {
    key: "waitingPerAddress",
    least: 0,
    greatest: 100_000,
    reason: "how many of one address wait for that",
  },
  handshakes_per_second: {
    key: "handshakesPerSecond",
    least: 1,
    greatest: 100_000,
    reason:
      "new connections a second of one address: a handshake costs some 5 ms of processor time",
  },
  handshakes_burst: {
    key: "handshakesBurst",
    least: 1,
    greatest: 1_000_000,
    reason:
      "how many may come at once: people behind one address come back together after a restart",
  },
  handshakes_of_all_per_second: {
    key: "handshakesOfAllPerSecond",
    least: 1,
    greatest: 100_000,
    reason: "new connections a second of all addresses: the chat goes on while many come",
  },
  handshakes_of_all_burst: {
    key: "handshakesOfAllBurst",
    least: 1,
    greatest: 1_000_000,
    reason: "how many of all addresses may come at once",
  },
  statements_per_second: {
    key: "statementsPerSecond",
    least: 1,
    greatest: 1_000_000,
    reason: "messages a second of one session: each is sent to everybody in the room",
  },
  statements_burst: {
    key: "statementsBurst",
    least: 1,
    greatest: 1_000_000,
    reason: "how many may come at once: pasted output passes",
  },
  statement_bytes_per_second: {
    key: "statementBytesPerSecond",
    least: 32_768,
    greatest: 1_000_000_000,
    reason: "bytes of messages a second of one session, with a burst as long as that of messages",
  },
  penalty_min_seconds: {
    key: "penaltyMinSeconds",
    least: 0,
    greatest: 86_400,
    reason: "an address is shut out once its penalties are so long: one slip shuts nobody out",
  },
  penalty_max_seconds: {
    key: "penaltyMaxSeconds",
    least: 0,
    greatest: 86_400,
    reason: "no penalty is longer; 0 turns penalties off",
  },
} as const satisfies Readonly<Record<string, LimitRow>>;

/** A name of the table. */
export type LimitName = keyof typeof LIMIT_TABLE;
