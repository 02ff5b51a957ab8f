/**
 * The clocks of one connection: a handshake step, signing in, the other side's receipt.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import type { Patience } from "../protocol/session.ts";
import type { Limits } from "./limits.ts";

type Timer = ReturnType<typeof setTimeout>;

/** Ends a connection that waits too long. */
export class Deadlines {
  readonly #limits: Limits;
  readonly #onLate: (error: ChatError | undefined) => void;
  #step: Timer | undefined;
  #signIn: Timer | undefined;
  #receipt: Timer | undefined;

  /**
   * @param limits The times.
   * @param onLate Called with TIMEOUT, or with nothing when only a receipt did not come.
   */
  constructor(limits: Limits, onLate: (error: ChatError | undefined) => void) {
    this.#limits = limits;
    this.#onLate = onLate;
  }

  /** A step has been taken: the next one has its whole time, however many bytes it comes in. */
  stepTaken(patience: Patience): void {
    clearTimeout(this.#step);
    if (patience === "step") {
      this.#step = this.#late("a step of the handshake", this.#limits.stepMs);
    }
  }

  /** The peer's person may take this long, from now, to be signed in. */
  signInBegins(): void {
    this.#signIn = this.#late("signing in", this.#limits.signInMs);
  }

  /** The peer has signed in. */
  signInEnds(): void {
    clearTimeout(this.#signIn);
  }

  /** This side's receipt is out: the other side's may take this long. */
  receiptBegins(): void {
    this.#receipt = setTimeout(() => this.#onLate(undefined), this.#limits.receiptMs);
  }

  /** Stops all clocks. */
  clear(): void {
    for (const timer of [this.#step, this.#signIn, this.#receipt]) clearTimeout(timer);
  }

  #late(what: string, ms: number): Timer {
    return setTimeout(() => {
      const text = `cannot wait any longer: ${what} took more than ${ms / 1000} s`;
      this.#onLate(new ChatError("TIMEOUT", text));
    }, ms);
  }
}
