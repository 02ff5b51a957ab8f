import { ChatError } from "../errors.ts";

/**
 * Decodes standard, padded base64 (RFC 4648 §4) and nothing looser: no line breaks, no missing
 * padding, no stray bits in the last character. So what is accepted re-encodes to the same text.
 *
 * @param text The base64 text.
 * @param what What it is, for the error: "ct", "signature of line 7".
 * @returns The bytes.
 * @throws {ChatError} FORMAT if the text is not canonical base64.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(decodeBase64("AQI=", "nonce"), new Uint8Array([1, 2]));
 * assert.throws(() => decodeBase64("AQI", "nonce"), { code: "FORMAT" });
 * ```
 */
export function decodeBase64(text: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    // Strict is padded and without stray bits. White space is skipped even so, which would let two texts
    // mean one value: but then the text is longer than the bytes' own.
    if (text.length === 4 * Math.ceil(bytes.length / 3)) return bytes;
  } catch (error) {
    throw new ChatError("FORMAT", `cannot decode ${what}: not padded base64`, { cause: error });
  }
  throw new ChatError("FORMAT", `cannot decode ${what}: base64 with white space`);
}

/**
 * The same into a place that is there, without an error to be made.
 *
 * @param text The base64 text.
 * @param into Where the bytes go.
 * @returns A view of them; nothing if the text is not canonical base64, or has more than fits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const place = new Uint8Array(4);
 * assert.deepEqual(decodeBase64Into("AQI=", place), new Uint8Array([1, 2]));
 * assert.equal(decodeBase64Into("AQI", place), undefined);
 * assert.equal(decodeBase64Into("AQIDBAU=", place), undefined);
 * ```
 */
export function decodeBase64Into(
  text: string,
  into: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    const { read, written } = into.setFromBase64(text, { lastChunkHandling: "strict" });
    const isWhole = read === text.length && text.length === 4 * Math.ceil(written / 3);
    return isWhole ? into.subarray(0, written) : undefined;
  } catch {
    return undefined;
  }
}
