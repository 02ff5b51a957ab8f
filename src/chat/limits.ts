/**
 * The limits of a connection and of a server: each with its unit and its reason.
 *
 * @module
 */

/** Limits that a test may lower; nobody raises them at run time. */
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
};

/** A client waits longer for a server that is busy with others: nobody else depends on its time. */
export const CLIENT_LIMITS: Limits = { ...LIMITS, stepMs: 30_000 };
