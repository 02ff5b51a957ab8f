import { SHA256_BYTES } from "../../crypto/digest.ts";

const FIRST_CAPACITY = 4;

/** Hashes of a whole chunk: 256 KiB. A list that grows by copying would need three times its size. */
const CHUNK_HASHES = 8192;

/**
 * A list of hashes in few buffers: 32 bytes each, where an array of byte strings takes some 200.
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
  /** All are whole but the last one. */
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #last = new Uint8Array(FIRST_CAPACITY * SHA256_BYTES);
  /** Hashes in the last chunk. */
  #lastLength = 0;

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
    if (this.#lastLength * SHA256_BYTES === this.#last.length) this.#grow();
    this.#last.set(hash, this.#lastLength * SHA256_BYTES);
    this.#lastLength++;
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
    if (!(place >= 0 && place < this.#length)) {
      throw new RangeError(`cannot take hash ${index}: expected ${this.#first} or a later one`);
    }
    const chunk = this.#chunks[Math.floor(place / CHUNK_HASHES)] ?? this.#last;
    const start = place % CHUNK_HASHES * SHA256_BYTES;
    return chunk.subarray(start, start + SHA256_BYTES);
  }

  #grow(): void {
    if (this.#lastLength === CHUNK_HASHES) {
      this.#chunks.push(this.#last);
      this.#last = new Uint8Array(CHUNK_HASHES * SHA256_BYTES);
      this.#lastLength = 0;
      return;
    }
    const longer = new Uint8Array(2 * this.#last.length);
    longer.set(this.#last);
    this.#last = longer;
  }
}
