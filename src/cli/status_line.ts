import { printable } from "../bytes/printable.ts";
import type { Io } from "./io.ts";

/** Drawn anew no sooner than this, ms. */
const EVERY_MS = 200;

const CLEAR = "\r\x1b[K";

/** One line on standard error that tells how far a long task is; only where a person looks. */
export class StatusLine implements Disposable {
  readonly #err: Io["err"];
  #shownMs = -Infinity;
  #isShown = false;

  /** @param io The world. */
  constructor({ err }: Pick<Io, "err">) {
    this.#err = err;
  }

  /**
   * Draws the line, unless it was drawn a moment ago.
   *
   * @param text How far it is.
   */
  show(text: string): void {
    const nowMs = performance.now();
    if (!this.#err.isTerminal || nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    this.#isShown = true;
    this.#err.write(`${CLEAR}securechat: ${printable(text)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) this.#err.write(CLEAR);
    this.#isShown = false;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
