/**
 * The JSON of protocol 1: flat objects whose integers may have 617 digits (PROTOCOL-1 "Frame").
 *
 * Printed as Python's `json.dumps` prints it, so that our frames are the original's byte for byte.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";

/** A value in a message. */
export type JsonValue = string | number | bigint | boolean | null;

/** Digits of p, the largest integer in use (2048 bits). */
const INTEGER_MAX_DIGITS = 617;

/** Messages are flat; a receiver that allows a little more stays small and never recurses deeply. */
const DEPTH_MAX = 8;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/**
 * Encodes a message: `{"type": "…", …}`, ASCII only, keys in the order given.
 *
 * @param message A flat object; bigints become bare decimal numbers.
 * @returns UTF-8 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = new TextDecoder().decode(encodeJson({ type: "x", n: 1n, name: "é" }));
 * assert.equal(text, String.raw`{"type": "x", "n": 1, "name": "\u00e9"}`);
 * ```
 */
export function encodeJson(message: Readonly<Record<string, JsonValue>>): Uint8Array<ArrayBuffer> {
  const members = Object.entries(message).map(([name, value]) =>
    `${quote(name)}: ${typeof value === "string" ? quote(value) : String(value)}`
  );
  return utf8Encoder.encode(`{${members.join(", ")}}`);
}

/**
 * Decodes one JSON object without losing a digit.
 *
 * @param body UTF-8 bytes.
 * @returns The object; integers beyond 2^53-1 are bigints.
 * @throws {ChatError} FORMAT if it is not UTF-8, not JSON, not an object, nested too deeply, or
 * holds a number of more than 617 digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = new TextEncoder().encode('{"A": 9007199254740993}');
 * assert.deepEqual(decodeJson(bytes), { A: 9007199254740993n });
 * assert.throws(() => decodeJson(new TextEncoder().encode("[]")), { code: "FORMAT" });
 * ```
 */
export function decodeJson(body: Uint8Array): unknown {
  const text = decodeUtf8(body);
  requireShallow(text);
  try {
    const value: unknown = JSON.parse(text, exactNumber);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new ChatError("FORMAT", "cannot read message: not JSON", { cause: error });
  }
  throw new ChatError("FORMAT", "cannot read message: not a JSON object");
}

/**
 * Decodes UTF-8 strictly.
 *
 * @param bytes UTF-8.
 * @returns The text.
 * @throws {ChatError} FORMAT if the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new ChatError("FORMAT", "cannot read message: not UTF-8", { cause: error });
  }
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Nesting is counted before parsing, so that 100,000 brackets cost one pass over them. */
function requireShallow(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > DEPTH_MAX) {
        throw new ChatError("FORMAT", `cannot read message: nested deeper than ${DEPTH_MAX}`);
      }
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

/** A JSON.parse reviver with source text access (ECMA-262, JSON.parse source text access). */
function exactNumber(
  this: unknown,
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  if (!/^-?\d+$/.test(source) || source.replace("-", "").length > INTEGER_MAX_DIGITS) {
    throw new ChatError(
      "FORMAT",
      `cannot read message: a number that is no integer of at most ${INTEGER_MAX_DIGITS} digits`,
    );
  }
  return BigInt(source);
}
