/**
 * Cuts standard input into lines or single bytes, with a bound. What was read and not yet used waits
 * here, so that a prompt and the lines after it may arrive in one piece.
 *
 * @module
 */

import { concat } from "../bytes/concat.ts";
import { ChatError } from "../errors.ts";

/** Longest line that is accepted, bytes without its end. */
export const LINE_MAX_BYTES = 65_536;

const CHUNK_BYTES = 65_536;
const NEWLINE = 0x0a;

/** Where bytes come from: `Deno.stdin`, or a test. */
export interface ByteSource {
  /** Fills at most the buffer; nothing at the end of input. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** Reads lines from a source of bytes. */
export class LineReader {
  readonly #source: ByteSource;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #waiting: Uint8Array = new Uint8Array(0);
  #isReading = false;
  #lines = 0;

  /** @param source Read only when a line or byte is asked for. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Whether a read is under way. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Whether bytes have been read that nobody has asked for yet. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Reads one line.
   *
   * @returns The line without `\n` or `\r\n`, or nothing at the end of input.
   * @throws {ChatError} FORMAT if it is longer than 64 KiB or not UTF-8.
   */
  async nextLine(): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const end = this.#waiting.indexOf(NEWLINE);
      const part = end === -1 ? this.#waiting : this.#waiting.subarray(0, end);
      this.#waiting = end === -1 ? new Uint8Array(0) : this.#waiting.subarray(end + 1);
      length += part.length;
      if (length > LINE_MAX_BYTES) throw this.#fault(`longer than ${LINE_MAX_BYTES} bytes`);
      parts.push(part);
      if (end !== -1) return this.#decode(concat(...parts));
      if (!await this.#fill()) return length === 0 ? undefined : this.#decode(concat(...parts));
    }
  }

  /**
   * Reads one byte, for prompts that see every key.
   *
   * @returns The byte, or nothing at the end of input.
   */
  async nextByte(): Promise<number | undefined> {
    if (this.#waiting.length === 0 && !await this.#fill()) return undefined;
    const byte = this.#waiting[0];
    this.#waiting = this.#waiting.subarray(1);
    return byte;
  }

  /** Drops one byte if it waits and is this one: the second half of a pasted `\r\n`. */
  skip(byte: number): void {
    if (this.#waiting[0] === byte) this.#waiting = this.#waiting.subarray(1);
  }

  async #fill(): Promise<boolean> {
    const buffer = new Uint8Array(CHUNK_BYTES);
    this.#isReading = true;
    try {
      const length = await this.#source.read(buffer);
      this.#waiting = buffer.subarray(0, length ?? 0);
      return length !== null;
    } catch (error) {
      // Closed under a pending read, as at the end of the program: the input ends here.
      if (error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource) {
        return false;
      }
      throw error;
    } finally {
      this.#isReading = false;
    }
  }

  #decode(bytes: Uint8Array): string {
    this.#lines++;
    try {
      const line = this.#decoder.decode(bytes);
      const text = this.#lines === 1 && line.startsWith("\ufeff") ? line.slice(1) : line;
      return text.endsWith("\r") ? text.slice(0, -1) : text;
    } catch {
      this.#lines--;
      throw this.#fault("not UTF-8");
    }
  }

  #fault(state: string): ChatError {
    return new ChatError(
      "FORMAT",
      `cannot read line ${this.#lines + 1} of standard input: it is ${state}`,
      { hint: `give lines of UTF-8 text, at most ${LINE_MAX_BYTES} bytes each` },
    );
  }
}
