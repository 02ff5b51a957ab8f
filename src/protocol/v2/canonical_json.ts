/**
 * The JSON of protocol 2: RFC 8785 of objects, arrays, strings, booleans and integers from 0 to 2^53-1.
 *
 * A receiver parses, serialises again and compares, so there is one text for a value and one value for
 * a text: duplicate keys, spaces, other escapes, big numbers and byte-order marks differ and are refused.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";

/** A value of protocol 2. */
export type JsonValue =
  | string
  | number
  | boolean
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** An object of protocol 2. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** Messages hold lists of texts at most; more is nobody's. */
const DEPTH_MAX = 4;

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/**
 * Writes an object.
 *
 * @param value The object.
 * @returns Its RFC 8785 form in UTF-8.
 * @throws {ChatError} FORMAT if it holds a number, text or value that protocol 2 has no form for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = new TextDecoder().decode(encodeCanonicalJson({ type: "x", n: 1, list: ["é"] }));
 * assert.equal(text, '{"list":["é"],"n":1,"type":"x"}');
 * ```
 */
export function encodeCanonicalJson(value: JsonObject): Uint8Array<ArrayBuffer> {
  return utf8Encoder.encode(serialise(value));
}

/**
 * Reads an object.
 *
 * @param bytes The RFC 8785 form, and nothing else.
 * @param maxBytes How long it may be; checked before anything is read.
 * @returns The object.
 * @throws {ChatError} FORMAT if the bytes are anything but the one form of one object.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.deepEqual(decodeCanonicalJson(bytes('{"a":1}'), 99), { a: 1 });
 * for (const text of ["null", '{"a": 1}', '{"a":1,"a":2}', '{"a":1.0}', '{"b":1,"a":1}']) {
 *   assert.throws(() => decodeCanonicalJson(bytes(text), 99), { code: "FORMAT" });
 * }
 * ```
 */
export function decodeCanonicalJson(bytes: Uint8Array, maxBytes: number): JsonObject {
  if (bytes.length > maxBytes) {
    throw new ChatError(
      "FORMAT",
      `cannot read object: ${bytes.length} bytes, expected at most ${maxBytes}`,
    );
  }
  const text = decodeText(bytes);
  const value = parseText(text);
  if (!isObject(value)) throw new ChatError("FORMAT", "cannot read object: not a JSON object");
  // Fatal decoding is one to one, so equal texts are equal bytes.
  if (serialise(value) === text) return value;
  throw new ChatError("FORMAT", "cannot read object: its bytes are not the RFC 8785 form");
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (error) {
    throw new ChatError("FORMAT", "cannot read object: not UTF-8", { cause: error });
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The cause is dropped on purpose: a parser's error quotes what it read, and that may be a password.
    throw new ChatError("FORMAT", "cannot read object: not JSON");
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * RFC 8785 §3.2.2 is ECMAScript's own way of writing, but for the order of keys: what is in order already,
 * as nearly all that comes is, is written by the engine in one go.
 */
function serialise(value: JsonObject): string {
  return isOrdered(value, 1) ? JSON.stringify(value) : write(value);
}

/** Checks that a value has a form; tells whether all keys in it are in the order of RFC 8785 §3.2.3. */
function isOrdered(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      if (value.isWellFormed()) return true;
      throw unwritable("a text that is not Unicode: a surrogate stands alone");
    case "number":
      // RFC 8785 §3.2.2.3 writes these as plain digits; -0 is not one of them.
      if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) return true;
      throw unwritable("a number that is not an integer from 0 to 2^53-1");
    case "boolean":
      return true;
  }
  if (depth > DEPTH_MAX) throw unwritable(`something nested deeper than ${DEPTH_MAX}`);
  if (Array.isArray(value)) return value.map((one) => isOrdered(one, depth + 1)).every(Boolean);
  if (isObject(value)) return areMembersOrdered(value, depth);
  throw unwritable("null");
}

function areMembersOrdered(value: JsonObject, depth: number): boolean {
  let areOrdered = true;
  let before = "";
  for (const key of Object.keys(value)) {
    // JSON.parse makes it a key like others, but code that copies objects key by key would not.
    if (key === "__proto__") throw unwritable("a key __proto__");
    const isKeyOrdered = isOrdered(key, depth) && key >= before;
    areOrdered = isOrdered(value[key], depth + 1) && isKeyOrdered && areOrdered;
    before = key;
  }
  return areOrdered;
}

/** Writes what {@link isOrdered} has checked, in order: keys by their UTF-16 code units, as `sort` does. */
function write(value: JsonValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${write(one)}`).join(",")}}`;
}

function unwritable(what: string): ChatError {
  return new ChatError("FORMAT", `cannot use object: it holds ${what}`);
}
