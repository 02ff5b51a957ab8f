/**
 * Objects over records over a socket (PROTOCOL-2 §4): what waits for the other side goes out together,
 * in one record and one write; silence is broken by pings; an end without goodbye is noticed.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import { concat } from "../bytes/concat.ts";
import { type SecureChannel, statusObject } from "../protocol/v2/handshake.ts";
import { encodeMessage } from "../protocol/v2/messages.ts";
import type { FrameStream } from "./frame_stream.ts";
import { within } from "./within.ts";

/** A side that has sent nothing for so long says so, ms. */
const PING_AFTER_MS = 30_000;

/** Without a record for so long the other side is gone, ms. */
const SILENT_MAX_MS = 90_000;

/** A reader that is so far behind is cut, bytes (PROTOCOL-2 §6). */
const BACKLOG_MAX_BYTES = 4_194_304;

/** Last words are given this long to be written, ms. */
const LAST_WORDS_MS = 1_000;

/** Objects of one pump: few enough that nobody else waits long. */
const PUMP_MAX_BYTES = 262_144;

const PING = encodeMessage({ type: "ping" });

/** What a link needs beside the stream. */
export interface SecureLinkOptions {
  readonly stream: FrameStream;
  readonly channel: Pick<SecureChannel, "sealer" | "opener">;
  /** Milliseconds of a clock that only goes forward. */
  readonly tick?: () => number;
}

/** See the module. */
export class SecureLink {
  readonly #stream: FrameStream;
  readonly #channel: SecureLinkOptions["channel"];
  readonly #tick: () => number;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #pumping: Promise<void> | undefined;
  #lastSent: number;
  #lastHeard: number;
  /** Whoever does not listen hears nothing: that is not the other side's silence. */
  #isListening = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What waited was forgotten: what comes behind a gap would look like a lie of this side. */
  #isCut = false;
  #isClosing = false;

  /** @param options Stream and keys; they are this object's from now on. */
  constructor({ stream, channel, tick = performance.now.bind(performance) }: SecureLinkOptions) {
    this.#stream = stream;
    this.#channel = channel;
    this.#tick = tick;
    this.#lastSent = tick();
    this.#lastHeard = this.#lastSent;
    this.#look();
  }

  /** Bytes that wait to be sealed and written. */
  get waitingBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Queues an object. Those of one turn of the event loop share a record.
   *
   * @param object Its bytes; not to be changed afterwards.
   */
  send(object: Uint8Array): void {
    if (this.#isClosing || this.#isCut) return;
    this.#add(object);
    if (this.#queuedBytes > BACKLOG_MAX_BYTES) {
      const text = `cannot send: the other side is ${BACKLOG_MAX_BYTES / 1_048_576} MiB behind`;
      this.#isCut = true;
      this.#forget();
      this.fail(new ChatError("BUSY", text, { hint: "read faster, then connect again" }));
    }
  }

  /** Waits until all that was queued has been written. */
  async sent(): Promise<void> {
    await this.#pumping;
  }

  /**
   * The objects of the next record.
   *
   * @param withinMs For how long it is waited, and what for; for ever (but for silence) without it.
   * @returns The objects, or nothing when the stream has ended.
   * @throws {ChatError} TAMPERED, FORMAT, FRAME_TOO_LARGE; TRUNCATED after 90 s of silence; SLOW, BUSY
   * if writing has failed; TIMEOUT.
   */
  async next(
    expected: { readonly withinMs?: number; readonly what?: string } = {},
  ): Promise<readonly Uint8Array[] | undefined> {
    this.#isListening = true;
    const body = await this.#stream.next({ maxBytes: HANDSHAKE_BODY_MAX_BYTES, ...expected })
      .finally(() => this.#isListening = false);
    this.#lastHeard = this.#tick();
    if (body === undefined) return undefined;
    return this.#channel.opener.open(body);
  }

  /** Stops reading: {@link next} throws the error. */
  fail(error: ChatError): void {
    this.#stream.fail(error);
  }

  /**
   * Ends the link: last words, then the socket is closed and the keys are gone.
   *
   * @param error Told to the other side by its code; nothing is told without it.
   */
  async close(error?: ChatError): Promise<void> {
    if (error !== undefined && !this.#isClosing) this.#add(statusObject(error));
    this.#isClosing = true;
    clearTimeout(this.#timer);
    const isOut = this.#pumping === undefined || await within(this.#pumping, LAST_WORDS_MS);
    this.#forget();
    await this.#stream.close(isOut ? LAST_WORDS_MS : 0);
    this.#channel.sealer.wipe();
    this.#channel.opener.wipe();
  }

  #add(object: Uint8Array): void {
    this.#queue.push(object);
    this.#queuedBytes += object.length;
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    await Promise.resolve(); // what is sent in the same turn shares the first record
    try {
      while (this.#queue.length > 0) {
        const frames = this.#channel.sealer.sealAll(this.#take());
        await this.#stream.write(concat(...frames));
        this.#lastSent = this.#tick();
      }
    } catch (thrown) {
      this.#forget();
      this.fail(asChatError(thrown));
    } finally {
      this.#pumping = undefined;
    }
  }

  #forget(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #take(): readonly Uint8Array[] {
    let bytes = 0;
    let count = 0;
    for (const object of this.#queue) {
      if (count > 0 && bytes + object.length > PUMP_MAX_BYTES) break;
      bytes += object.length;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** One timer for both clocks, set for whichever rings first. */
  #look(): void {
    if (this.#isClosing) return;
    const now = this.#tick();
    if (!this.#isListening) this.#lastHeard = now;
    if (now - this.#lastHeard >= SILENT_MAX_MS) {
      const text = `cannot go on: nothing came for ${SILENT_MAX_MS / 1000} s`;
      return this.fail(new ChatError("TRUNCATED", text));
    }
    if (now - this.#lastSent >= PING_AFTER_MS) this.send(PING);
    const sendDue = Math.max(this.#lastSent, now - PING_AFTER_MS + 1_000) + PING_AFTER_MS;
    const dueMs = Math.min(sendDue, this.#lastHeard + SILENT_MAX_MS) - now;
    this.#timer = setTimeout(() => this.#look(), Math.max(dueMs, 10));
  }
}
