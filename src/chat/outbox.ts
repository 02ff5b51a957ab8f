/**
 * Frames on their way to one peer: one write a frame, in order, never more than a bound of bytes.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** Beyond the bound: words are signed several at once, and each frame may be of the largest size. */
const BATCH_MAX_BYTES = 2_097_152;

/** What an outbox writes to. */
export type Writable = Pick<Deno.Conn, "write">;

/** The queue of frames of one connection. */
export class Outbox {
  readonly #conn: Writable;
  readonly #limits: Limits;
  readonly #queue: Uint8Array[] = [];
  readonly #onStall: (error: ChatError) => void;
  #bytes = 0;
  #pumping: Promise<void> | undefined;
  #roomWanted: (() => void)[] = [];
  #closed = false;

  /**
   * @param conn What to write to.
   * @param options Limits; `onStall` is called once if the peer takes nothing for too long.
   */
  constructor(
    conn: Writable,
    options: { readonly limits: Limits; readonly onStall: (error: ChatError) => void },
  ) {
    this.#conn = conn;
    this.#limits = options.limits;
    this.#onStall = options.onStall;
  }

  /** Whether so much waits that nothing more should be said. */
  get isFull(): boolean {
    return this.#bytes > this.#limits.waitingBytes;
  }

  /** Whether more waits than words alone can be: answers to a peer that does not read them. */
  get isOverrun(): boolean {
    return this.#bytes > this.#limits.waitingBytes + BATCH_MAX_BYTES;
  }

  /**
   * Queues a frame. It is written as soon as those before it are.
   *
   * @param frame Header and body; not to be changed afterwards.
   */
  push(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#queue.push(frame);
    this.#bytes += frame.length;
    this.#pumping ??= this.#pump();
  }

  /** Waits until there is room for more, or the outbox is closed. */
  async room(): Promise<void> {
    while (this.isFull && !this.#closed) {
      await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
    }
  }

  /** Waits until all that is queued has been written or given up. */
  async drained(): Promise<void> {
    await this.#pumping;
  }

  /** Forgets what waits. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#bytes = 0;
    this.#wake();
  }

  async #pump(): Promise<void> {
    try {
      for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift()) {
        await this.#write(frame);
        this.#bytes = Math.max(0, this.#bytes - frame.length);
        if (!this.isFull) this.#wake();
      }
    } catch {
      // The peer is gone. The reading side finds that out and ends the session.
      this.close();
    } finally {
      this.#pumping = undefined;
    }
  }

  async #write(frame: Uint8Array): Promise<void> {
    const { writeMs } = this.#limits;
    const stalled = setTimeout(() => {
      this.#onStall(new ChatError("SLOW", `cannot send: nothing was read for ${writeMs / 1000} s`));
    }, writeMs);
    try {
      let rest = frame;
      while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
    } finally {
      clearTimeout(stalled);
    }
  }

  #wake(): void {
    for (const wake of this.#roomWanted.splice(0)) wake();
  }
}
