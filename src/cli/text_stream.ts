/**
 * Standard output and standard error: text in, bytes out, and what happens when nobody reads.
 *
 * @module
 */

import type { TextOut } from "./io.ts";

/** How long a full pipe that does not block is waited for before the next try, milliseconds. */
const RETRY_MS = 2;

/** `Deno.stdout`, `Deno.stderr`, or a test. */
export interface ByteSink {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** How a stream is to be used. */
export interface TextStreamOptions {
  /** Whether NO_COLOR is unset. */
  readonly mayColour: boolean;
  /** Called once, when the reader has gone. */
  onBroken(): void;
}

/**
 * Makes a place to write text to. After the reader has gone (`securechat … | head`) writes do nothing:
 * a broken pipe is a wish to stop, not a fault.
 *
 * @param sink Where the bytes go.
 * @param options Colour, and what to do when the reader has gone.
 * @returns The stream.
 */
export function textStream(sink: ByteSink, options: TextStreamOptions): TextOut {
  const isTerminal = sink.isTerminal();
  let isBroken = false;
  return {
    isTerminal,
    hasColour: isTerminal && options.mayColour,
    write(text: string): void {
      if (isBroken) return;
      isBroken = !writeAll(sink, new TextEncoder().encode(text));
      if (isBroken) options.onBroken();
    },
  };
}

/** Writes everything, or says that the reader has gone. */
function writeAll(sink: ByteSink, bytes: Uint8Array): boolean {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(sink.writeSync(rest));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
  return true;
}
