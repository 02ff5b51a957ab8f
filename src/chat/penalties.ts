/**
 * Addresses that misbehave are shut out for a while: each fault adds seconds, as sshd's
 * PerSourcePenalties do (sshd_config(5) of OpenSSH 9.8).
 *
 * @module
 */

import type { ErrorCode } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** Addresses that are remembered; of more, the faults count for nothing. */
const SOURCES_MAX = 65_536;

/** Seconds for each kind of end before a session had signed in. */
export const PENALTY_SECONDS = {
  /** Broke the protocol. */
  protocol: 10,
  /** Did not sign in in time. */
  late: 10,
  /** A certificate that is not accepted, or the wrong password. */
  refused: 5,
  /** Left without signing in. */
  silent: 1,
} as const;

/** How an end counts. */
export type Fault = keyof typeof PENALTY_SECONDS;

const REFUSED: readonly ErrorCode[] = [
  ...["BAD_CERT", "REVOKED", "REMOVED", "SIGN_IN", "CERT_MISMATCH", "SIG_FAIL"] as const,
];
const PROTOCOL: readonly ErrorCode[] = [
  ...["FORMAT", "HANDSHAKE", "TAMPERED", "FRAME_TOO_LARGE", "VERSION", "REPLAY"] as const,
];

/**
 * How an end before signing in counts.
 *
 * @param code Why it ended.
 * @returns The fault; nothing for what is not the other side's.
 */
export function faultOf(code: ErrorCode): Fault | undefined {
  if (REFUSED.includes(code)) return "refused";
  if (PROTOCOL.includes(code)) return "protocol";
  if (code === "TIMEOUT") return "late";
  return code === "CONNECTION" || code === "TRUNCATED" ? "silent" : undefined;
}

/** See the module. */
export class Penalties {
  readonly #limits: Pick<Limits, "penaltyMinSeconds" | "penaltyMaxSeconds">;
  /** By address: when its penalties are over, ms. */
  readonly #untilMs = new Map<string, number>();

  /** @param limits From when on, and for how long at most; looked at each time. */
  constructor(limits: Pick<Limits, "penaltyMinSeconds" | "penaltyMaxSeconds">) {
    this.#limits = limits;
  }

  /**
   * Counts a fault.
   *
   * @param key Whose: `addressKey`.
   * @param fault What.
   * @param nowMs Now, of a clock that only goes forward.
   */
  add(key: string, fault: Fault, nowMs: number): void {
    const maxMs = this.#limits.penaltyMaxSeconds * 1_000;
    if (maxMs === 0) return;
    if (this.#untilMs.size >= SOURCES_MAX) this.#forget(nowMs);
    if (this.#untilMs.size >= SOURCES_MAX && !this.#untilMs.has(key)) return;
    const fromMs = Math.max(this.#untilMs.get(key) ?? nowMs, nowMs);
    const untilMs = Math.min(fromMs + PENALTY_SECONDS[fault] * 1_000, nowMs + maxMs);
    this.#untilMs.set(key, untilMs);
  }

  /**
   * For how long an address is shut out.
   *
   * @param key Whose.
   * @param nowMs Now.
   * @returns Milliseconds; 0: it is not.
   */
  leftMs(key: string, nowMs: number): number {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return 0;
    if (untilMs <= nowMs) this.#untilMs.delete(key);
    const leftMs = untilMs - nowMs;
    const isShutOut = leftMs >= Math.max(1, this.#limits.penaltyMinSeconds * 1_000) &&
      this.#limits.penaltyMaxSeconds > 0;
    return isShutOut ? leftMs : 0;
  }

  #forget(nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(key);
  }
}
