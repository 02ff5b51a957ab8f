import { SHA256_BYTES } from "../../crypto/digest.ts";

const FIRST_CAPACITY = 4;

/**
 * A list of hashes in one buffer: 32 bytes each, where an array of byte strings takes some 200.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const list = new HashList(10);
 * list.push(new Uint8Array(32).fill(7));
 * assert.deepEqual(list.at(10), new Uint8Array(32).fill(7));
 * assert.throws(() => list.at(9), RangeError);
 * ```
 */
export class HashList {
  readonly #first: number;
  #length = 0;
  #bytes = new Uint8Array(FIRST_CAPACITY * SHA256_BYTES);

  /** @param first Index of the first hash. */
  constructor(first: number) {
    this.#first = first;
  }

  /**
   * Adds a hash at the end.
   *
   * @param hash 32 bytes; they are copied.
   */
  push(hash: Uint8Array): void {
    if (hash.length !== SHA256_BYTES) {
      throw new RangeError(`cannot add hash of ${hash.length} bytes, expected ${SHA256_BYTES}`);
    }
    const offset = this.#length * SHA256_BYTES;
    if (offset === this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes.set(hash, offset);
    this.#length++;
  }

  /**
   * A hash.
   *
   * @param index From the first one's on.
   * @returns A view of 32 bytes, not to be changed and not to be kept.
   * @throws {RangeError} if there is no such hash.
   */
  at(index: number): Uint8Array<ArrayBuffer> {
    const place = index - this.#first;
    if (place < 0 || place >= this.#length) {
      throw new RangeError(`cannot take hash ${index}: expected ${this.#first} or a later one`);
    }
    return this.#bytes.subarray(place * SHA256_BYTES, (place + 1) * SHA256_BYTES);
  }
}
