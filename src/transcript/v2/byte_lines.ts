import { ChatError } from "../../errors.ts";

/** Where a file's bytes come from. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array>;

/** One line of a file, as it came. */
export interface ByteLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line feed; not to be kept without a copy. */
  readonly bytes: Uint8Array;
  /** The same as text, where it is known that all of it is ASCII. */
  readonly text: string | undefined;
  /** False for a last line without line feed: whoever wrote it was interrupted. */
  readonly isEnded: boolean;
}

/** The longest honest lines are a header with two chains, and an end with a message that failed. */
export const LINE_MAX_BYTES = 262_144;

const NEWLINE = 0x0a;

/**
 * Splits bytes into lines, holding one line and one chunk at a time.
 *
 * @param source The bytes.
 * @returns The lines, in order, by the chunk that ends them: within one there is no turn of the event
 * loop.
 * @throws {ChatError} FORMAT for a line above {@link LINE_MAX_BYTES}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const chunks = await Array.fromAsync(readByteLines(new Uint8Array([1, 10, 2])), (one) => [...one]);
 * const lines = chunks.flat();
 * assert.deepEqual(lines.map(({ number, isEnded }) => [number, isEnded]), [[1, true], [2, false]]);
 * ```
 */
export async function* readByteLines(
  source: ByteSource,
): AsyncGenerator<Iterable<ByteLine>, void> {
  const lines = new Lines();
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    yield lines.of(chunk);
  }
  yield lines.last();
}

/** Splits chunk after chunk. */
class Lines {
  #number = 1;
  #rest: Uint8Array<ArrayBufferLike> = new Uint8Array();

  /** The lines that a chunk ends, to be taken before the next chunk. */
  *of(chunk: Uint8Array): Generator<ByteLine, void> {
    const text = asciiOf(chunk);
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      const isWhole = this.#rest.length === 0;
      const bytes = joined(this.#rest, chunk.subarray(from, to), this.#number);
      const known = isWhole ? text?.slice(from, to) : undefined;
      yield { number: this.#number, bytes, text: known, isEnded: true };
      this.#rest = new Uint8Array();
      from = to + 1;
      this.#number++;
    }
    if (from < chunk.length) this.#rest = joined(this.#rest, chunk.slice(from), this.#number);
  }

  /** What is left without a line feed. */
  *last(): Generator<ByteLine, void> {
    const bytes = this.#rest;
    if (bytes.length === 0) return;
    yield { number: this.#number, bytes, text: undefined, isEnded: false };
  }
}

const decoder = new TextDecoder();

/** A chunk is decoded at once: line by line it takes ten times as long. */
function asciiOf(chunk: Uint8Array): string | undefined {
  const text = decoder.decode(chunk);
  return text.length === chunk.length && !text.includes("\ufffd") ? text : undefined;
}

function joined(first: Uint8Array, second: Uint8Array, number: number): Uint8Array {
  const length = first.length + second.length;
  if (length > LINE_MAX_BYTES) {
    const text = `cannot read line ${number}: over ${LINE_MAX_BYTES} bytes`;
    throw new ChatError("FORMAT", text);
  }
  if (first.length === 0) return second;
  const whole = new Uint8Array(length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
