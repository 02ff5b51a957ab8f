/**
 * Who may connect: so many connections in all and from one address, so many new ones a second, and none
 * from an address that has misbehaved. Whoever is refused is told which limit it was, its value, and when
 * to try again. Exempt addresses pass.
 *
 * @module
 */

import { type ChatError, type ErrorCode } from "../errors.ts";
import { addressKey } from "../store/address_key.ts";
import { type AddressRange, isInRange } from "./address_range.ts";
import { limitError } from "./limit_error.ts";
import type { Limits } from "./limits.ts";
import { faultOf, Penalties } from "./penalties.ts";
import { perSecond, Rate } from "./rate.ts";

/** Addresses whose rates are remembered; those that are idle are forgotten first. */
const ADDRESSES_MAX = 65_536;

interface Known {
  open: number;
  readonly rate: Rate;
}

/** A connection that was let in. */
export interface Visit {
  /**
   * It has ended.
   *
   * @param code Why, if it had not signed in and the server did not stop; nothing else counts.
   */
  end(code?: ErrorCode): void;
}

/** See the module. */
export class Doorkeeper {
  readonly #limits: Limits;
  readonly #exempt: () => readonly AddressRange[];
  readonly #now: () => number;
  readonly #all = new Rate();
  readonly #addresses = new Map<string, Known>();
  readonly #penalties: Penalties;
  #open = 0;

  /**
   * @param limits Looked at each time.
   * @param exempt Addresses that no limit here is for.
   * @param now Milliseconds of a clock that only goes forward.
   */
  constructor(
    limits: Limits,
    exempt: () => readonly AddressRange[],
    now: () => number = () => performance.now(),
  ) {
    [this.#limits, this.#exempt, this.#now] = [limits, exempt, now];
    this.#penalties = new Penalties(limits);
  }

  /**
   * Somebody connects.
   *
   * @param address IP address.
   * @returns The visit.
   * @throws {ChatError} LIMIT, with what he is told.
   */
  enter(address: string): Visit {
    if (this.#exempt().some((range) => isInRange(address, range))) return { end: () => undefined };
    const key = addressKey(address);
    const nowMs = this.#now();
    const known = this.#known(key, nowMs);
    const error = this.#refusal({ key, known, nowMs });
    if (error !== undefined) throw error;
    const limits = this.#limits;
    known.rate.take(nowMs, perSecond(limits.handshakesPerSecond, limits.handshakesBurst));
    this.#all.take(nowMs, perSecond(limits.handshakesOfAllPerSecond, limits.handshakesOfAllBurst));
    known.open++;
    this.#open++;
    return { end: (code) => this.#leave({ key, known }, code) };
  }

  #leave({ key, known }: { key: string; known: Known }, code: ErrorCode | undefined): void {
    known.open--;
    this.#open--;
    const fault = code === undefined ? undefined : faultOf(code);
    if (fault !== undefined) this.#penalties.add(key, fault, this.#now());
  }

  #refusal(
    { key, known, nowMs }: { readonly key: string; readonly known: Known; readonly nowMs: number },
  ): ChatError | undefined {
    const limits = this.#limits;
    const leftMs = this.#penalties.leftMs(key, nowMs);
    if (leftMs > 0) {
      return limitError("penalty_min_seconds", limits, {
        waitMs: leftMs,
        why: "this address has failed too often",
      });
    }
    const soon = { waitMs: 10_000 };
    if (this.#open >= limits.connections) return limitError("connections", limits, soon);
    if (known.open >= limits.connectionsPerAddress) {
      return limitError("connections_per_address", limits, soon);
    }
    const own = perSecond(limits.handshakesPerSecond, limits.handshakesBurst);
    const ownMs = known.rate.waitMs(nowMs, own);
    if (ownMs > 0) return limitError("handshakes_per_second", limits, { waitMs: ownMs });
    const all = perSecond(limits.handshakesOfAllPerSecond, limits.handshakesOfAllBurst);
    const allMs = this.#all.waitMs(nowMs, all);
    return allMs > 0
      ? limitError("handshakes_of_all_per_second", limits, { waitMs: allMs })
      : undefined;
  }

  #known(key: string, nowMs: number): Known {
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    if (this.#addresses.size >= ADDRESSES_MAX) this.#forget(nowMs);
    const fresh = { open: 0, rate: new Rate() };
    this.#addresses.set(key, fresh);
    return fresh;
  }

  #forget(nowMs: number): void {
    for (const [key, { open, rate }] of this.#addresses) {
      if (open === 0 && rate.isIdle(nowMs)) this.#addresses.delete(key);
    }
  }
}
