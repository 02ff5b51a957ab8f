import type { SignedItem, VerifyKey } from "./signature.ts";

/** Before an item's signature: number of its key, lengths of signature and data, each a u32. */
export const ITEM_HEADER_BYTES = 12;

/** Most batches need no more: 64 signatures of short statements. */
const FIRST_CAPACITY = 49_152;

/**
 * Signatures to be verified together, in one buffer: what many small byte strings cost, in copies and in
 * collecting them, would be as much as verifying them.
 *
 * An item is `u32 key || u32 length of signature || u32 length of data || signature || data`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateKeyPairSync } from "node:crypto";
 * import { importVerifyKey } from "./signature.ts";
 * const { publicKey } = generateKeyPairSync("ed25519");
 * const key = importVerifyKey(new Uint8Array(publicKey.export({ format: "der", type: "spki" })));
 * const batch = new SignedBatch();
 * batch.add({ key, signature: new Uint8Array([1]) }, new Uint8Array([2]), new Uint8Array([3]));
 * assert.deepEqual([...batch.items()], [
 *   { key, signature: new Uint8Array([1]), data: new Uint8Array([2, 3]) },
 * ]);
 * ```
 */
export class SignedBatch {
  /** Keys in the order of their numbers. */
  readonly keys: VerifyKey[] = [];
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #count = 0;

  /** How many items it has. */
  get count(): number {
    return this.#count;
  }

  /** All items, one after the other; a view. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Adds an item; everything is copied.
   *
   * @param signed The claimed author's key, and the signature.
   * @param first What was signed…
   * @param second …and what was signed behind it.
   */
  add(
    { key, signature }: Pick<SignedItem, "key" | "signature">,
    first: Uint8Array,
    second?: Uint8Array,
  ): void {
    const dataLength = first.length + (second?.length ?? 0);
    const start = this.#reserve(ITEM_HEADER_BYTES + signature.length + dataLength);
    this.#view.setUint32(start, this.#numberOf(key));
    this.#view.setUint32(start + 4, signature.length);
    this.#view.setUint32(start + 8, dataLength);
    const data = start + ITEM_HEADER_BYTES + signature.length;
    this.#bytes.set(signature, start + ITEM_HEADER_BYTES);
    this.#bytes.set(first, data);
    if (second !== undefined) this.#bytes.set(second, data + first.length);
    this.#count++;
  }

  /** The items, as views. */
  *items(): Generator<SignedItem, void> {
    for (let at = 0; at < this.#length;) {
      const key = this.keys[this.#view.getUint32(at)];
      const start = at + ITEM_HEADER_BYTES;
      const middle = start + this.#view.getUint32(at + 4);
      at = middle + this.#view.getUint32(at + 8);
      if (key === undefined) throw new RangeError("unreachable: an item has a key");
      const [signature, data] = [
        this.#bytes.subarray(start, middle),
        this.#bytes.subarray(middle, at),
      ];
      yield { key, signature, data };
    }
  }

  #reserve(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      longer.set(this.#bytes);
      this.#bytes = longer;
      this.#view = new DataView(longer.buffer);
    }
    return start;
  }

  #numberOf(key: VerifyKey): number {
    const known = this.keys.indexOf(key);
    return known >= 0 ? known : this.keys.push(key) - 1;
  }
}
