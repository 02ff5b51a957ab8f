import { SHA256_BYTES } from "../../crypto/digest.ts";

const PLACES = 256;

/**
 * Hashes that were asked for lately, in two buffers. Each member of each room has one of these, and as
 * objects of their own its hashes would be most of what a client's memory holds, and most of what the
 * collector of garbage looks through.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const recent = new RecentHashes();
 * recent.keep(7, new Uint8Array(32).fill(1));
 * assert.deepEqual(recent.find(7), new Uint8Array(32).fill(1));
 * assert.equal(recent.find(8), undefined);
 * ```
 */
export class RecentHashes {
  /** At a key modulo {@link PLACES}: the key, counted from 1, so that 0 is nobody's. */
  #keys: Float64Array | undefined;
  #hashes = new Uint8Array();

  /**
   * Finds a hash.
   *
   * @param key A whole number, 0 or more.
   * @returns A view of 32 bytes, not to be changed and not to be kept; nothing if it is not there any
   * more.
   */
  find(key: number): Uint8Array<ArrayBuffer> | undefined {
    const place = key % PLACES;
    return this.#keys?.[place] === key + 1 ? this.#at(place) : undefined;
  }

  /**
   * Keeps a hash, instead of another one.
   *
   * @param key A whole number, 0 or more.
   * @param hash 32 bytes; they are copied.
   * @returns As {@link find}.
   */
  keep(key: number, hash: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#keys === undefined) {
      this.#keys = new Float64Array(PLACES);
      this.#hashes = new Uint8Array(PLACES * SHA256_BYTES);
    }
    const place = key % PLACES;
    this.#keys[place] = key + 1;
    this.#hashes.set(hash, place * SHA256_BYTES);
    return this.#at(place);
  }

  #at(place: number): Uint8Array<ArrayBuffer> {
    return this.#hashes.subarray(place * SHA256_BYTES, (place + 1) * SHA256_BYTES);
  }
}
