/** Longest sleep before the clock is looked at again, ms: longer ones a timer does not count. */
const LOOK_MS = 60_000;

/** When an alarm rings, and what it does. */
export interface AlarmOptions {
  /** When it is due, milliseconds since the Unix epoch; nothing while it is not. */
  dueAtMs(): number | undefined;
  now(): number;
  /** Called when it may be due, or a minute has passed; sets the alarm again if it goes on. */
  ring(): void;
}

/**
 * One timer for something that is due at a time which others decide.
 *
 * @example An alarm that is off stays off
 * ```ts
 * import assert from "node:assert/strict";
 * let rings = 0;
 * const alarm = new Alarm({ dueAtMs: () => 0, now: () => 0, ring: () => void rings++ });
 * alarm.set();
 * alarm.off();
 * alarm.set();
 * await new Promise((resolve) => setTimeout(resolve, 5));
 * assert.equal(rings, 0);
 * ```
 */
export class Alarm {
  readonly #options: AlarmOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOff = false;

  /** @param options When it rings, and what it does. */
  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Sets the alarm, unless it is set already. */
  set(): void {
    const dueAtMs = this.#options.dueAtMs();
    if (dueAtMs === undefined || this.#timer !== undefined || this.#isOff) return;
    const waitMs = Math.min(Math.max(dueAtMs - this.#options.now(), 0), LOOK_MS);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#options.ring();
    }, waitMs);
  }

  /** It rings no more, whoever sets it. */
  off(): void {
    this.#isOff = true;
    clearTimeout(this.#timer);
  }
}
