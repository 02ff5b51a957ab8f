/**
 * Random choices that a seed repeats: the seed is printed, and `SECURECHAT_FUZZ_SEED` sets it.
 *
 * @module
 */

/** The seed of this run. */
export function runSeed(): number {
  const given = Deno.env.get("SECURECHAT_FUZZ_SEED");
  return given === undefined
    ? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
    : Number(given) >>> 0;
}

/** A generator of 32 bits of state (Weyl sequence with the finalizer of MurmurHash3). */
export class Random {
  #state: number;

  /** @param seed 0 to 2^32-1. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `limit`-1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return Math.floor(((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32 * limit);
  }

  /** One of some values. */
  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError("cannot choose: there is nothing");
    return value;
  }
}
