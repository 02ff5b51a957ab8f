/**
 * A socket as frames: bodies in, frames out, each with a bound on size and time.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { encodeFrame, FrameReader } from "../protocol/frame.ts";
import { closeSocket } from "./close_socket.ts";
import type { Limits } from "./limits.ts";
import { within } from "./within.ts";

/** Small, since a read that waits keeps its buffer: ten thousand idle sessions have one each. */
const READ_BYTES = 1_024;

/** After a read that filled its buffer: more waits, and the next read will not. */
const BUSY_READ_BYTES = 32_768;

/** Last words are given this long to leave the machine, ms. */
const LAST_WORDS_MS = 1_000;

/** How long a frame is waited for, and how large it may be. */
export interface Expected {
  readonly maxBytes: number;
  /** The whole frame, however its bytes trickle in, ms; for ever without it. */
  readonly withinMs?: number;
  /** What is waited for, for the error: "a step of the handshake". */
  readonly what?: string;
}

/** See the module. */
export class FrameStream {
  readonly #conn: Deno.TcpConn;
  readonly #limits: Pick<Limits, "writeMs">;
  readonly #reader = new FrameReader();
  #buffer = new Uint8Array(READ_BYTES);
  #writing: Promise<void> = Promise.resolve();
  /** A read that waits cannot be called back: this ends the waiting for it. */
  #giveUp: (() => void) | undefined;
  #failure: ChatError | undefined;
  #isStalled = false;
  #isClosed = false;

  /**
   * @param conn The socket; it is this object's from now on.
   * @param limits How long a write may take.
   */
  constructor(conn: Deno.TcpConn, limits: Pick<Limits, "writeMs">) {
    this.#conn = conn;
    this.#limits = limits;
    try {
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
    } catch {
      // The peer is gone already: reading finds that out.
    }
  }

  /** The socket, for whoever goes on with it in another way after {@link release}. */
  get conn(): Deno.TcpConn {
    return this.#conn;
  }

  /** Whether the other side stopped in the middle of a frame. */
  get isInsideFrame(): boolean {
    return this.#reader.isInsideFrame;
  }

  /**
   * The next frame's body.
   *
   * @param expected Its bounds.
   * @returns The body, or nothing when the other side has closed, or this side has.
   * @throws {ChatError} TIMEOUT, FRAME_TOO_LARGE, FORMAT; SLOW if writing has failed.
   */
  async next(expected: Expected): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { withinMs, what = "the next frame" } = expected;
    if (withinMs === undefined) return await this.#next(expected);
    const late = setTimeout(() => {
      const text = `cannot wait any longer: ${what} took more than ${withinMs / 1000} s`;
      this.fail(new ChatError("TIMEOUT", text));
    }, withinMs);
    try {
      return await this.#next(expected);
    } finally {
      clearTimeout(late);
    }
  }

  async #next({ maxBytes }: Expected): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const body = this.#reader.next(maxBytes);
      if (body !== undefined) return body;
      const length = await this.#read();
      if (this.#failure !== undefined) throw this.#failure;
      if (length === null || this.#isClosed) return undefined;
      this.#reader.push(this.#buffer.subarray(0, length));
      const nextBytes = length === this.#buffer.length ? BUSY_READ_BYTES : READ_BYTES;
      if (this.#buffer.length !== nextBytes) this.#buffer = new Uint8Array(nextBytes);
    }
  }

  /** A reset is the end of the stream. A race with one long promise would keep each read for ever. */
  async #read(): Promise<number | null> {
    if (this.#isClosed) return null;
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#giveUp = () => resolve(null);
    this.#conn.read(this.#buffer).then(resolve, () => resolve(null));
    const length = await promise;
    this.#giveUp = undefined;
    return length;
  }

  /**
   * Writes a frame, or several behind each other, in the order of the calls.
   *
   * @param bytes Whole frames.
   * @returns When the system has taken them; a failure shows at the next {@link next}.
   */
  write(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(bytes));
    return this.#writing;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#isStalled) return;
    const { writeMs } = this.#limits;
    const stalled = setTimeout(() => {
      this.#isStalled = true;
      this.fail(new ChatError("SLOW", `cannot send: nothing was read for ${writeMs / 1000} s`));
    }, writeMs);
    try {
      let rest = bytes;
      while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
    } catch {
      // The peer is gone: reading finds that out.
    } finally {
      clearTimeout(stalled);
    }
  }

  /**
   * Stops reading: whoever waits for a frame gets the error. What is written goes on.
   *
   * @param error Why.
   */
  fail(error: ChatError): void {
    this.#failure ??= error;
    this.#giveUp?.();
  }

  /**
   * Hands the socket over: what was read and not taken goes with it.
   *
   * @param first Bodies that were taken and are given back.
   * @returns A reader that gives all of it again.
   */
  release(first: readonly Uint8Array[]): FrameReader {
    const reader = new FrameReader();
    for (const body of first) reader.push(encodeFrame(body));
    reader.push(this.#reader.drain());
    return reader;
  }

  /**
   * Lets what was written leave, for a bounded time, and closes the socket.
   *
   * @param lastWordsMs That time; whoever has waited already gives less.
   */
  async close(lastWordsMs = LAST_WORDS_MS): Promise<void> {
    if (this.#isClosed) return;
    const isDrained = await within(this.#writing, lastWordsMs);
    this.#isClosed = true;
    this.#giveUp?.();
    await closeSocket(this.#conn, { isDrained });
  }
}
