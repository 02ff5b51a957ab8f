/** A question is answered no sooner than so long after the last answer, ms. */
const EVERY_MS = 1_000;

/**
 * Questions who is in a room: an answer may be long, so whoever asks all the time is answered once a
 * second, for all rooms that he has asked about.
 */
export class Asking implements Disposable {
  readonly #answer: (room: string) => void;
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = -Infinity;

  /** @param answer Tells who is in a room. */
  constructor(answer: (room: string) => void) {
    this.#answer = answer;
  }

  /**
   * Somebody asks.
   *
   * @param room About which room; one that he is in, so these are few.
   */
  ask(room: string): void {
    this.#asked.add(room);
    const waitMs = this.#lastMs + EVERY_MS - performance.now();
    if (waitMs <= 0) this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), waitMs);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastMs = performance.now();
    const rooms = [...this.#asked];
    this.#asked.clear();
    for (const room of rooms) this.#answer(room);
  }

  /** Answers nothing more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#asked.clear();
  }
}
