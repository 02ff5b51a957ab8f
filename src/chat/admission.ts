/**
 * Who may hold a connection that has not signed in: so many in all, so many from one address.
 *
 * A connection beyond its address's share waits, unread, until a place is free: many people behind
 * one address all get in, one after the other, and an address that holds its places shut out only
 * itself.
 *
 * @module
 */

import { addressKey } from "../store/address_key.ts";
import type { Limits } from "./limits.ts";

/** A place for one connection; give it back when it has signed in or ended. */
export interface Place {
  release(): void;
}

interface Share {
  held: number;
  readonly waiting: Array<(place: Place | undefined) => void>;
}

/**
 * Hands out places.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { LIMITS } from "./limits.ts";
 * const admission = new Admission({ ...LIMITS, unauthenticatedPerAddress: 1, waitingPerAddress: 0 });
 * const first = await admission.enter("192.0.2.1");
 * assert.ok(first);
 * assert.equal(await admission.enter("192.0.2.1"), undefined);
 * first.release();
 * assert.ok(await admission.enter("192.0.2.1"));
 * ```
 */
export class Admission {
  readonly #limits: Limits;
  readonly #shares = new Map<string, Share>();
  #held = 0;
  #isClosed = false;

  /** @param limits The numbers of places. */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Asks for a place.
   *
   * @param peerAddress The peer's IP address; an IPv6 subscriber's addresses count as one.
   * @returns The place, at once or as soon as one is free; nothing when all are taken, too many
   * wait, none was free within the time to sign in, or the door is closed.
   */
  enter(peerAddress: string): Promise<Place | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const address = addressKey(peerAddress);
    const share = this.#shares.get(address) ?? { held: 0, waiting: [] };
    this.#shares.set(address, share);
    if (share.held < this.#limits.unauthenticatedPerAddress) {
      if (this.#held >= this.#limits.unauthenticated) {
        this.#forget(address, share);
        return Promise.resolve(undefined);
      }
      return Promise.resolve(this.#take(address, share));
    }
    if (share.waiting.length >= this.#limits.waitingPerAddress) return Promise.resolve(undefined);
    return this.#wait(share);
  }

  #wait(share: Share): Promise<Place | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        share.waiting.splice(share.waiting.indexOf(admit), 1);
        resolve(undefined);
      }, this.#limits.signInMs);
      function admit(place: Place | undefined): void {
        clearTimeout(timer);
        resolve(place);
      }
      share.waiting.push(admit);
    });
  }

  #take(address: string, share: Share): Place {
    share.held++;
    this.#held++;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        share.held--;
        this.#held--;
        const next = share.waiting.shift();
        if (next !== undefined) next(this.#take(address, share));
        this.#forget(address, share);
      },
    };
  }

  #forget(address: string, share: Share): void {
    if (share.held === 0 && share.waiting.length === 0) this.#shares.delete(address);
  }

  /** Turns away everybody who waits, and everybody who still comes. */
  close(): void {
    this.#isClosed = true;
    for (const share of this.#shares.values()) {
      for (const admit of share.waiting.splice(0)) admit(undefined);
    }
  }
}
