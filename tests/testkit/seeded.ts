/** Numbers from a seed: xorshift32 (Marsaglia 2003, triple 13, 17, 5). */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1; // neighbours get far-off states
    for (let round = 0; round < 8; round++) this.below(1);
  }

  /** An integer from 0 to `limit`-1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return Math.floor(this.#state / 2 ** 32 * limit);
  }

  readonly bytes = (length: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(length).map(() => this.below(256));

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}
