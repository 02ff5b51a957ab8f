/**
 * A strict reader of DER (X.690 §10): definite and shortest lengths, one-byte tags, shortest integers,
 * booleans of 00 or FF. What BER would allow beside it is refused, so that a certificate has one reading.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";

/** Universal tags (X.680 §8.4) and the bits of context tags. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visible: 0x1a,
  universal: 0x1c,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: its tag byte, what it holds, and all its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly full: Uint8Array;
}

/**
 * The tag byte of a context-specific field.
 *
 * @param number Its number, 0 to 30.
 * @param constructed Whether it holds other values.
 * @returns The byte.
 */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/**
 * The error for bytes that are not what they should be.
 *
 * @param what What was read.
 * @returns FORMAT, to be thrown.
 */
export function malformed(what: string): ChatError {
  return new ChatError("FORMAT", `cannot read DER: ${what}`);
}

/**
 * Reads exactly one value.
 *
 * @param bytes The value and nothing behind it.
 * @param what Its name, for the error.
 * @returns The value.
 * @throws {ChatError} FORMAT if it is not DER.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(readDer(new Uint8Array([2, 1, 5]), "number").tag, 2);
 * assert.throws(() => readDer(new Uint8Array([2, 0x81, 1, 5]), "number"), { code: "FORMAT" });
 * ```
 */
export function readDer(bytes: Uint8Array, what: string): DerValue {
  const value = readAt(bytes, 0, what);
  if (value.full.length !== bytes.length) throw malformed(`bytes behind ${what}`);
  return value;
}

function readAt(bytes: Uint8Array, start: number, what: string): DerValue {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw malformed(`${what} is cut short`);
  if ((tag & 0x1f) === 0x1f) throw malformed(`${what} has a tag of several bytes`);
  let length = first;
  let offset = start + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw malformed(`${what} has no definite length`);
    length = 0;
    for (const byte of bytes.subarray(offset, offset + count)) length = length * 256 + byte;
    if (length < 0x80 || bytes[offset] === 0) throw malformed(`${what} has a padded length`);
    offset += count;
  }
  if (offset + length > bytes.length) throw malformed(`${what} is cut short`);
  const end = offset + length;
  return { tag, content: bytes.subarray(offset, end), full: bytes.subarray(start, end) };
}

/** Walks the values inside a constructed one, in order. */
export class DerCursor {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #offset = 0;

  /**
   * @param content What the constructed value holds.
   * @param what Its name, for errors.
   */
  constructor(content: Uint8Array, what: string) {
    this.#bytes = content;
    this.#what = what;
  }

  /** Whether all was read. */
  get isDone(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** Takes the next value, of any tag. */
  next(): DerValue {
    const value = readAt(this.#bytes, this.#offset, this.#what);
    this.#offset += value.full.length;
    return value;
  }

  /** Takes the next value, which must have the tag. */
  take(tag: number): DerValue {
    const value = this.next();
    if (value.tag !== tag) throw malformed(`${this.#what} has an unexpected field`);
    return value;
  }

  /** Takes the next value if it has the tag. */
  takeIf(tag: number): DerValue | undefined {
    return this.#bytes[this.#offset] === tag ? this.next() : undefined;
  }

  /** A cursor over the SEQUENCE that comes next. */
  sequence(what: string): DerCursor {
    return new DerCursor(this.take(TAG.sequence).content, what);
  }

  /** All values that are left. */
  rest(): readonly DerValue[] {
    const values: DerValue[] = [];
    while (!this.isDone) values.push(this.next());
    return values;
  }

  /** Refuses anything that is left. */
  end(): void {
    if (!this.isDone) throw malformed(`${this.#what} has more fields than it may`);
  }
}

/**
 * A cursor over a SEQUENCE that is the whole of some bytes.
 *
 * @param bytes DER.
 * @param what Its name, for errors.
 * @returns The cursor.
 * @throws {ChatError} FORMAT if it is not one SEQUENCE.
 */
export function openSequence(bytes: Uint8Array, what: string): DerCursor {
  const value = readDer(bytes, what);
  if (value.tag !== TAG.sequence) throw malformed(`${what} is not a SEQUENCE`);
  return new DerCursor(value.content, what);
}

/**
 * The dotted text of an OBJECT IDENTIFIER.
 *
 * @param content Its content octets.
 * @returns "2.5.29.15".
 * @throws {ChatError} FORMAT if an arc is padded, cut or too large.
 */
export function oidText(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of content) {
    if (fresh && byte === 0x80) throw malformed("object identifier with a padded arc");
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 256) throw malformed("object identifier too large");
    fresh = byte < 0x80;
    if (!fresh) continue;
    arcs.push(arc);
    arc = 0;
  }
  const first = arcs[0];
  if (first === undefined || !fresh) throw malformed("object identifier is cut short");
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...arcs.slice(1)].join(".");
}

/**
 * The content of an INTEGER, checked to be the shortest.
 *
 * @param value An INTEGER or ENUMERATED, however tagged.
 * @returns Its octets, two's complement, big-endian.
 * @throws {ChatError} FORMAT if it is empty or padded.
 */
export function integerBytes(value: DerValue): Uint8Array {
  const [first, second] = value.content;
  if (first === undefined) throw malformed("empty integer");
  const padded = second !== undefined &&
    ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (padded) throw malformed("padded integer");
  return value.content;
}

/**
 * A small, non-negative INTEGER.
 *
 * @param value An INTEGER, however tagged.
 * @returns 0 to 2^31-1.
 * @throws {ChatError} FORMAT if it is negative or larger.
 */
export function smallInteger(value: DerValue): number {
  const bytes = integerBytes(value);
  if ((bytes[0] ?? 0) >= 0x80 || bytes.length > 4) throw malformed("integer out of range");
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/**
 * A BOOLEAN that is written although its default is FALSE, so it must say TRUE (X.690 §11.5).
 *
 * @param value The field, or nothing.
 * @returns Whether it is there.
 * @throws {ChatError} FORMAT if it says FALSE or something else.
 */
export function defaultFalse(value: DerValue | undefined): boolean {
  if (value === undefined) return false;
  if (value.content.length === 1 && value.content[0] === 0xff) return true;
  throw malformed("boolean that is not TRUE");
}

/**
 * The octets of a BIT STRING; the unused bits of the last one must be zero.
 *
 * @param value A BIT STRING, however tagged.
 * @returns The octets and how many bits of the last one are unused.
 * @throws {ChatError} FORMAT if it is not DER.
 */
export function bitString(
  value: DerValue,
): { readonly bytes: Uint8Array; readonly unused: number } {
  const unused = value.content[0];
  const bytes = value.content.subarray(1);
  if (unused === undefined || unused > 7) throw malformed("bit string without a head");
  const last = bytes.at(-1);
  if (last === undefined ? unused > 0 : (last & ((1 << unused) - 1)) !== 0) {
    throw malformed("bit string with stray bits");
  }
  return { bytes, unused };
}

/**
 * A BIT STRING of named bits as a number, bit 0 lowest.
 *
 * @param value A BIT STRING of at most 16 bits.
 * @returns The bits.
 * @throws {ChatError} FORMAT if it is not DER or longer.
 */
export function namedBits(value: DerValue): number {
  const { bytes } = bitString(value);
  if (bytes.length > 2) throw malformed("bit string with too many named bits");
  let bits = 0;
  for (let i = 0; i < bytes.length * 8; i++) {
    if (((bytes[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0) bits |= 1 << i;
  }
  return bits;
}
