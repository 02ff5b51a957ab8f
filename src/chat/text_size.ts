import { ChatError } from "../errors.ts";

/** Text of one statement as it is written in JSON, bytes: the rest is below 1,024 (PROTOCOL-2 §6). */
export const TEXT_MAX_BYTES = 32_768 - 1_024;

const encoder = new TextEncoder();

/**
 * How many bytes of a statement a text takes.
 *
 * @param text The words.
 * @returns Bytes, quotation marks and escapes among them.
 */
export function textBytes(text: string): number {
  return encoder.encode(JSON.stringify(text)).length;
}

/**
 * Requires that a text fits in one statement.
 *
 * @param text The words.
 * @throws {ChatError} FRAME_TOO_LARGE if it does not.
 */
export function requireFits(text: string): void {
  const length = textBytes(text);
  if (length <= TEXT_MAX_BYTES) return;
  const state = `the message has ${length} bytes, expected at most ${TEXT_MAX_BYTES}`;
  throw new ChatError("FRAME_TOO_LARGE", `cannot send: ${state}`, {
    hint: "send it in several messages",
  });
}
