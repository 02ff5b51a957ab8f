import { ChatError } from "../../errors.ts";

/** Where a transcript's bytes come from. */
export type TranscriptSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** One line of a file. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its `\n`; bytes that are not UTF-8 are U+FFFD, which no field may hold. */
  readonly text: string;
  /** False for a last line without `\n`: whoever wrote it may have been interrupted. */
  readonly ended: boolean;
}

/** Bounds of what is read. */
export interface LineLimits {
  readonly lineMaxBytes: number;
  readonly totalMaxBytes: number;
}

const NEWLINE = 0x0a;

/**
 * Splits bytes into lines, holding one line and one chunk at a time.
 *
 * @param source The bytes, or text.
 * @param limits Bounds.
 * @returns The lines, in order.
 * @throws {ChatError} FORMAT for a line above its bound, FILE for a file above its bound.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const limits = { lineMaxBytes: 9, totalMaxBytes: 99 };
 * const lines = await Array.fromAsync(readLines("a\nbc", limits));
 * assert.deepEqual(lines, [
 *   { number: 1, text: "a", ended: true },
 *   { number: 2, text: "bc", ended: false },
 * ]);
 * ```
 */
export async function* readLines(
  source: TranscriptSource,
  limits: LineLimits,
): AsyncGenerator<Line, void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let number = 1;
  let total = 0;
  let rest: Uint8Array[] = []; // the parts of a line that goes on in the next chunk
  for await (const chunk of chunksOf(source)) {
    total += chunk.length;
    if (total > limits.totalMaxBytes) throw tooLarge(limits);
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      const parts = [...rest, chunk.subarray(from, to)];
      yield { number, text: decode(decoder, parts, { number, limits }), ended: true };
      number++;
      rest = [];
      from = to + 1;
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
    requireShort(rest, { number, limits });
  }
  if (rest.length > 0) {
    yield { number, text: decode(decoder, rest, { number, limits }), ended: false };
  }
}

/** Which line it is, and its bound. */
interface LineBound {
  readonly number: number;
  readonly limits: LineLimits;
}

async function* chunksOf(source: TranscriptSource): AsyncGenerator<Uint8Array, void> {
  if (typeof source === "string") yield new TextEncoder().encode(source);
  else if (source instanceof Uint8Array) yield source;
  else yield* source;
}

function decode(decoder: TextDecoder, parts: readonly Uint8Array[], bound: LineBound): string {
  requireShort(parts, bound);
  const [first, ...more] = parts;
  if (more.length === 0) return decoder.decode(first);
  return parts.map((part, index) => decoder.decode(part, { stream: index < parts.length - 1 }))
    .join("");
}

function requireShort(parts: readonly Uint8Array[], { number, limits }: LineBound): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= limits.lineMaxBytes) return;
  throw new ChatError(
    "FORMAT",
    `cannot read line ${number}: more than ${limits.lineMaxBytes} bytes`,
  );
}

function tooLarge({ totalMaxBytes }: LineLimits): ChatError {
  return new ChatError(
    "FILE",
    `cannot read transcript: it is larger than ${totalMaxBytes} bytes`,
    { hint: "no session of this program makes such a file: check that it is a transcript" },
  );
}
