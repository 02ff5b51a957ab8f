/**
 * The file that `--keep-session-key` leaves beside a transcript: 32 hex digits and a line end. Whoever
 * has it can read the session, so it is written with mode 0600 and never by default.
 *
 * @module
 */

import { ECB_KEY_BYTES } from "../../crypto/aes_ecb.ts";
import { ChatError } from "../../errors.ts";

/**
 * Where the key of a transcript is kept.
 *
 * @param transcriptPath The transcript.
 * @returns The path of its key.
 */
export function sessionKeyPath(transcriptPath: string): string {
  return `${transcriptPath}.key`;
}

/**
 * Encodes a session key.
 *
 * @param key 16 bytes.
 * @returns The file's text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const key = new Uint8Array(16).fill(171);
 * assert.equal(encodeSessionKey(key), `${"ab".repeat(16)}\n`);
 * assert.deepEqual(parseSessionKey(encodeSessionKey(key), "a.key"), key);
 * ```
 */
export function encodeSessionKey(key: Uint8Array): string {
  if (key.length !== ECB_KEY_BYTES) {
    throw new RangeError(`cannot keep key: ${key.length} bytes, expected ${ECB_KEY_BYTES}`);
  }
  return `${key.toHex()}\n`;
}

/**
 * Reads a session key.
 *
 * @param text The file's text; the line end may be missing, or be that of Windows.
 * @param source Where it is from, for errors.
 * @returns 16 bytes.
 * @throws {ChatError} FORMAT if it is not 32 hex digits. The message never holds any of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseSessionKey("hello", "a.key"), { code: "FORMAT" });
 * ```
 */
export function parseSessionKey(text: string, source: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/\r?\n$/, "");
  if (/^[0-9a-fA-F]{32}$/.test(digits)) return Uint8Array.fromHex(digits);
  throw new ChatError(
    "FORMAT",
    `cannot read session key of ${source}: expected ${2 * ECB_KEY_BYTES} hex digits`,
    { hint: "name the .key file that --keep-session-key wrote beside the transcript" },
  );
}
