import type { SessionEvent } from "../protocol/session.ts";
import { Alarm } from "./alarm.ts";

/** Words that are not back after so long are told of, ms. */
const LONG_MS = 5_000;

/** What it needs of the world. */
export interface OwnWaitingOptions {
  /** Where they are said. */
  readonly room: string;
  now(): number;
  /** Told when words wait for long, and when all have come back. Must not throw. */
  onEvent(event: SessionEvent): void;
}

/**
 * Own words on their way to the server and back. A person whose words take long is told so once, with
 * the server's reason where it gave one, and once more when all of them have come back.
 */
export class OwnWaiting {
  readonly #options: OwnWaitingOptions;
  readonly #alarm: Alarm;
  /** When each was said, in order. */
  readonly #saidMs: number[] = [];
  #reason: string | undefined;
  #hasTold = false;
  /** Nothing is told before: words that came back cannot be seen while this side's disk is full. */
  #quietUntilMs = 0;

  /** @param options Clock, and who is told. */
  constructor(options: OwnWaitingOptions) {
    this.#options = options;
    const { now } = options;
    this.#alarm = new Alarm({ now, dueAtMs: () => this.#dueAtMs, ring: () => this.#look() });
  }

  /** Something was said. */
  said(): void {
    this.#saidMs.push(this.#options.now());
    this.#alarm.set();
  }

  /** The next one came back. */
  cameBack(): void {
    this.#saidMs.shift();
    if (this.#saidMs.length > 0) return this.#alarm.set();
    this.#reason = undefined;
    if (!this.#hasTold) return;
    this.#hasTold = false;
    this.#options.onEvent({ kind: "waiting", room: this.#options.room, count: 0 });
  }

  /**
   * The server takes nothing for now.
   *
   * @param reason Its words.
   * @returns Whether the person does not know yet: a refusal for each word says nothing new.
   */
  refused(reason: string): boolean {
    const isNew = this.#reason !== reason;
    this.#reason = reason;
    return isNew;
  }

  /**
   * This side's disk is full, or no longer.
   *
   * @param isFull Which of the two.
   */
  hold(isFull: boolean): void {
    this.#quietUntilMs = isFull ? Infinity : this.#options.now() + LONG_MS;
    this.#alarm.set();
  }

  /** Nothing is told any more. */
  off(): void {
    this.#alarm.off();
  }

  get #dueAtMs(): number | undefined {
    const [firstMs] = this.#saidMs;
    if (firstMs === undefined || this.#hasTold || this.#quietUntilMs === Infinity) return undefined;
    return Math.max(firstMs + LONG_MS, this.#quietUntilMs);
  }

  #look(): void {
    const dueAtMs = this.#dueAtMs;
    if (dueAtMs !== undefined && dueAtMs <= this.#options.now()) {
      this.#hasTold = true;
      const reason = this.#reason === undefined ? {} : { reason: this.#reason };
      const { room, onEvent } = this.#options;
      onEvent({ kind: "waiting", room, count: this.#saidMs.length, ...reason });
    }
    this.#alarm.set();
  }
}
