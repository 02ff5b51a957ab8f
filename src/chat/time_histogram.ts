/** Upper bounds of the buckets, seconds: from a fast disk to one that hangs. */
export const BOUNDS_SECONDS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
] as const;

/** How long things took, in fixed buckets: an addition costs no memory. */
export class TimeHistogram {
  readonly #counts: number[] = BOUNDS_SECONDS.map(() => 0);
  #count = 0;
  #sum = 0;

  /**
   * Counts one.
   *
   * @param seconds How long it took.
   */
  add(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    const place = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    if (place >= 0) this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** All together, seconds. */
  get sum(): number {
    return this.#sum;
  }

  /** For each bound how many took at most so long. */
  get upTo(): readonly (readonly [number, number])[] {
    let sum = 0;
    return BOUNDS_SECONDS.map((bound, index) => [bound, sum += this.#counts[index] ?? 0] as const);
  }
}

/** How long a server's rooms take. */
export interface RoomTimes {
  /** From an entry's place in the log to the disk. */
  readonly flush: TimeHistogram;
  /** From an entry's place in the log until it is queued to everybody. */
  readonly delivery: TimeHistogram;
}
