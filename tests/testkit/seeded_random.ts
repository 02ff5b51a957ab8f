/**
 * A stream of numbers that a seed alone decides: SHA-256 of seed and counter, which no test should try
 * to guess and every machine repeats.
 */

import { sha256 } from "../../src/crypto/digest.ts";

/** Random choices of a fuzz test. */
export class SeededRandom {
  readonly #seed: string;
  #counter = 0;
  #pool = new Uint8Array();
  #used = 0;

  /** @param seed What decides everything. */
  constructor(seed: string) {
    this.#seed = seed;
  }

  /** @returns A number from 0 to 2^32-1. */
  next(): number {
    if (this.#used + 4 > this.#pool.length) {
      this.#pool = sha256(`${this.#seed}:${this.#counter++}`);
      this.#used = 0;
    }
    const view = new DataView(this.#pool.buffer, this.#used, 4);
    this.#used += 4;
    return view.getUint32(0);
  }

  /** @param end The first number that is too large. @returns A number from 0 below it. */
  below(end: number): number {
    return this.next() % end;
  }

  /** @param items At least one. @returns One of them. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("cannot pick: there is nothing");
    return item;
  }

  /** @param length How many. @returns Random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /**
   * Changes bytes here and there: flips, overwrites, cuts, doubles, inserts, one to four times.
   *
   * @param original What to start from.
   * @returns A changed copy, at least one byte long.
   */
  mutate(original: Uint8Array): Uint8Array<ArrayBuffer> {
    let bytes: number[] = [...original];
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(bytes.length + 1);
      const length = 1 + this.below(16);
      switch (this.below(5)) {
        case 0:
          bytes[Math.min(at, bytes.length - 1)] = this.below(256);
          break;
        case 1:
          bytes.splice(at, length);
          break;
        case 2:
          bytes.splice(at, 0, ...bytes.slice(at, at + length));
          break;
        case 3:
          bytes.splice(at, 0, ...this.bytes(length));
          break;
        default:
          bytes = bytes.slice(0, Math.max(1, at));
      }
      if (bytes.length === 0) bytes = [this.below(256)];
    }
    return Uint8Array.from(bytes);
  }
}
