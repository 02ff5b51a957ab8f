/**
 * The frame of both protocols: `u32 big-endian length || body` (PROTOCOL-1 "Frame").
 *
 * The body's meaning is the protocol's business; its size is checked here, before a byte of it is
 * kept.
 *
 * @module
 */

import { decodeU32, U32_BYTES } from "../bytes/u32.ts";
import { ChatError } from "../errors.ts";

/** Largest body before sign-in, bytes (docs/protocol-1.md "Limits"). */
export const HANDSHAKE_BODY_MAX_BYTES = 65_536;

/** Largest body of protocol 1 after sign-in, bytes. */
export const CHAT_BODY_MAX_BYTES = 262_144;

const FIRST_BUFFER_BYTES = 1024;

/**
 * Makes a frame: header and body in one buffer, for one write.
 *
 * @param body 1 byte to 256 KiB.
 * @returns The frame.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(encodeFrame(new Uint8Array([7])), new Uint8Array([0, 0, 0, 1, 7]));
 * ```
 */
export function encodeFrame(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(U32_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, U32_BYTES);
  return frame;
}

/**
 * Cuts a stream of bytes into frame bodies.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const reader = new FrameReader();
 * reader.push(new Uint8Array([0, 0, 0, 1, 7, 0]));
 * assert.deepEqual(reader.next(16), new Uint8Array([7]));
 * assert.equal(reader.next(16), undefined);
 * ```
 */
export class FrameReader {
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #start = 0;
  #end = 0;

  /** Whether a frame has begun and is not whole: an end of stream now cuts it. */
  get isInsideFrame(): boolean {
    return this.#end > this.#start;
  }

  /**
   * Takes bytes of the stream. Call {@link next} until it gives nothing before pushing more: then
   * what is held is bounded by one frame and one chunk.
   *
   * @param chunk Bytes; they are copied.
   */
  push(chunk: Uint8Array): void {
    const held = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const size = Math.max(this.#buffer.length, FIRST_BUFFER_BYTES);
      const target = held + chunk.length <= size / 2 ? this.#buffer : new Uint8Array(
        Math.max(size * 2, held + chunk.length),
      );
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next whole body.
   *
   * @param maxBytes Largest body that is accepted now.
   * @returns A copy of the body, or nothing until more bytes come.
   * @throws {ChatError} FRAME_TOO_LARGE as soon as a header says so; FORMAT for an empty body.
   */
  next(maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
    const held = this.#buffer.subarray(this.#start, this.#end);
    if (held.length < U32_BYTES) return undefined;
    const length = decodeU32(held);
    if (length === 0) {
      throw new ChatError("FORMAT", "cannot read frame: its body is empty");
    }
    if (length > maxBytes) {
      throw new ChatError(
        "FRAME_TOO_LARGE",
        `cannot read frame: its body has ${length} bytes, expected at most ${maxBytes}`,
      );
    }
    if (held.length < U32_BYTES + length) return undefined;
    this.#start += U32_BYTES + length;
    const body = held.slice(U32_BYTES, U32_BYTES + length);
    if (this.#start === this.#end) this.#rest();
    return body;
  }

  /**
   * Gives back what was pushed and makes no taken body.
   *
   * @returns A copy of the bytes; the reader is empty afterwards.
   */
  drain(): Uint8Array<ArrayBuffer> {
    const rest = this.#buffer.slice(this.#start, this.#end);
    this.#rest();
    return rest;
  }

  /** An idle session keeps no more than the first buffer. */
  #rest(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#buffer.length > FIRST_BUFFER_BYTES) this.#buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  }
}
