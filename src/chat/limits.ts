/**
 * The limits of a connection and of a server: each with its unit and its reason.
 *
 * @module
 */

/** Limits of a server. Those of `limit_table.ts` an operator sets, and sets anew while it runs. */
export interface Limits {
  /** A whole handshake step of the peer's, however its bytes trickle in, ms. */
  readonly stepMs: number;
  /** From the first byte to being signed in, a person's typing included, ms. */
  readonly signInMs: number;
  /** Waiting for the other side's receipt after our own, ms (PROTOCOL-1 phase 6). */
  readonly receiptMs: number;
  /** One write that the other side does not take, ms. */
  readonly writeMs: number;
  /** Connections that have not signed in, all together. */
  readonly unauthenticated: number;
  /** The same from one address. */
  readonly unauthenticatedPerAddress: number;
  /** Connections that wait for one of these places, from one address. */
  readonly waitingPerAddress: number;
  /** Words that wait to be signed for one peer. */
  readonly waitingTexts: number;
  /** Bytes that wait to be written to one peer. */
  readonly waitingBytes: number;
  /** Open connections, all together, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** New connections a second from one address, and how many of them may come at once. */
  readonly handshakesPerSecond: number;
  readonly handshakesBurst: number;
  /** The same of all addresses together. */
  readonly handshakesOfAllPerSecond: number;
  readonly handshakesOfAllBurst: number;
  /** Statements a second of one session, and how many may come at once. */
  readonly statementsPerSecond: number;
  readonly statementsBurst: number;
  /** Bytes of statements a second of one session; the burst lasts as long as that of statements. */
  readonly statementBytesPerSecond: number;
  /** An address is shut out from so many seconds of penalty on, and for at most so many; 0: never. */
  readonly penaltyMinSeconds: number;
  readonly penaltyMaxSeconds: number;
}

/** docs/protocol-1.md "Limits" gives the reasons. */
export const LIMITS: Limits = {
  stepMs: 10_000,
  signInMs: 120_000,
  receiptMs: 3_000,
  writeMs: 30_000,
  unauthenticated: 256,
  unauthenticatedPerAddress: 16,
  waitingPerAddress: 240,
  waitingTexts: 1_000,
  waitingBytes: 1_048_576,
  connections: 16_384,
  connectionsPerAddress: 4_096,
  handshakesPerSecond: 20,
  handshakesBurst: 200,
  handshakesOfAllPerSecond: 100,
  handshakesOfAllBurst: 2_000,
  statementsPerSecond: 20,
  statementsBurst: 500,
  statementBytesPerSecond: 131_072,
  penaltyMinSeconds: 15,
  penaltyMaxSeconds: 600,
};

/** A client waits longer for a server that is busy with others: nobody else depends on its time. */
export const CLIENT_LIMITS: Limits = { ...LIMITS, stepMs: 30_000 };
