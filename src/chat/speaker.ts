/** How often it is told how far it is, ms. */
const TOLD_MS = 1_000;

/** When something is said. */
export interface SpeakerOptions {
  /** How often a second, evenly; 0: never. */
  readonly rate: number;
  readonly seconds: number;
  /** Ends it early. */
  readonly stop: AbortSignal;
  /** Milliseconds of a clock that only goes forward. */
  tick(): number;
}

/**
 * Says something at a steady rate for some time. What is due at a time when this process is busy is said
 * as soon as it can be, and counts from when it was due: else a server that stalls would look fast.
 */
export class Speaker {
  readonly #options: SpeakerOptions;

  /** @param options When. */
  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /**
   * Runs until the time is over or it is stopped.
   *
   * @param say Called for each statement with its number, from 0, and when it was due.
   * @param onSecond Called each second with how many have passed.
   * @returns How long it took, s.
   */
  async run(
    say: (number: number, dueMs: number) => void,
    onSecond: (seconds: number) => void,
  ): Promise<number> {
    const { rate, seconds, stop, tick } = this.#options;
    const startMs = tick();
    const endMs = startMs + seconds * 1000;
    const all = rate * seconds;
    const dueOf = (number: number) => startMs + number * 1000 / rate;
    let toldMs = startMs;
    for (let number = 0; !stop.aborted;) {
      const nowMs = tick();
      for (; number < all && dueOf(number) <= nowMs; number++) say(number, dueOf(number));
      if (nowMs - toldMs >= TOLD_MS) {
        toldMs += TOLD_MS;
        onSecond(Math.floor((toldMs - startMs) / 1000));
      }
      if (nowMs >= endMs) break;
      const nextMs = Math.min(number < all ? dueOf(number) : endMs, toldMs + TOLD_MS, endMs);
      await pause(nextMs - tick(), stop);
    }
    return (tick() - startMs) / 1000;
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  stop.addEventListener("abort", wake, { once: true });
  const timer = setTimeout(wake, Math.max(ms, 0));
  await promise;
  clearTimeout(timer);
  stop.removeEventListener("abort", wake);
}
