import type { Keys } from "../io.ts";
import { type Key, KeyDecoder } from "./key_decoder.ts";

/** How long an ESC may be the start of more, ms. */
const ESCAPE_MS = 50;

/**
 * The keys of a terminal.
 *
 * @param keys The terminal in raw mode.
 * @returns Each key, and nothing where some bytes were no key or not a whole one; `isLast`: none waits
 * behind it, so that what has changed is to be drawn.
 */
export async function* keyStream(
  keys: Keys,
): AsyncGenerator<{ readonly key: Key | undefined; readonly isLast: boolean }> {
  const decoder = new KeyDecoder();
  let next = keys.nextByte();
  for (;;) {
    const byte = await (decoder.isInDoubt ? soon(next) : next);
    if (byte === undefined) return;
    const key = byte === "late" ? decoder.settle() : decoder.take(byte);
    const isLast = !keys.hasMore;
    if (byte !== "late") next = keys.nextByte();
    if (key !== undefined || isLast) yield { key, isLast };
  }
}

async function soon(next: Promise<number | undefined>): Promise<number | undefined | "late"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ESCAPE_MS);
  });
  try {
    return await Promise.race([next, late]);
  } finally {
    clearTimeout(timer);
  }
}
