/** Values below it, in microseconds, have a bucket each. */
const EXACT = 128;

/** Buckets of each power of two above: a value is told to 1.6 %. */
const STEPS = EXACT / 2;

/** Longer than a day is counted as that. */
const MICROSECONDS_MAX = 2 ** 37;

const BUCKETS = bucketOf(MICROSECONDS_MAX) + 1;

/**
 * How long things took, in bounded memory however many there are: buckets that widen with the value, as
 * in HdrHistogram.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const times = new LatencyHistogram();
 * for (let ms = 1; ms <= 100; ms++) times.add(ms);
 * const median = times.percentile(50);
 * assert.ok(median >= 50 && median <= 51);
 * assert.equal(times.percentile(100), 100);
 * ```
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #longestMs = 0;

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** The longest, ms; 0 without any. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /**
   * Adds a time.
   *
   * @param ms Milliseconds; less than none counts as none.
   */
  add(ms: number): void {
    const microseconds = Math.min(Math.max(Math.round(ms * 1000), 0), MICROSECONDS_MAX);
    const bucket = bucketOf(microseconds);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#longestMs = Math.max(this.#longestMs, ms);
  }

  /**
   * The time within which a share of all was.
   *
   * @param percent 0 to 100.
   * @returns Milliseconds, the upper end of the bucket; 0 without any.
   */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil(this.#count * percent / 100));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted) return Math.min(endOf(bucket) / 1000, this.#longestMs);
    }
    return this.#longestMs;
  }
}

function bucketOf(microseconds: number): number {
  if (microseconds < EXACT) return microseconds;
  const power = Math.floor(Math.log2(microseconds)) - Math.log2(STEPS);
  return EXACT + (power - 1) * STEPS + Math.floor(microseconds / 2 ** power) - STEPS;
}

/** The last value of a bucket. */
function endOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const power = Math.floor((bucket - EXACT) / STEPS) + 1;
  return ((bucket - EXACT) % STEPS + STEPS + 1) * 2 ** power - 1;
}
