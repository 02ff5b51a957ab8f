/**
 * Ctrl-C and SIGTERM as an AbortSignal.
 *
 * @module
 */

/** What asks a program to end; Windows knows only Ctrl-C. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** One wish may come as two signals: `timeout` sends one to the process and one to its group, ms. */
const SAME_WISH_MS = 300;

/** The wish to stop, from wherever it comes. */
export class StopSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = (): void => this.abort();
  #isListening = false;

  /**
   * The signal. From the first use on, Ctrl-C and SIGTERM abort it instead of ending the process; a
   * second one then ends the process as usual.
   */
  get signal(): AbortSignal {
    if (!this.#isListening && !this.#controller.signal.aborted) {
      this.#isListening = true;
      for (const name of SIGNALS) Deno.addSignalListener(name, this.#stop);
    }
    return this.#controller.signal;
  }

  /** Stops, for reasons other than a signal: Ctrl-C in raw mode, a reader that has gone. */
  abort(): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort(new DOMException("stopped", "AbortError"));
    const again = setTimeout(() => this[Symbol.dispose](), SAME_WISH_MS);
    Deno.unrefTimer(again);
  }

  /** Gives Ctrl-C and SIGTERM their usual effect back. */
  [Symbol.dispose](): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    for (const name of SIGNALS) Deno.removeSignalListener(name, this.#stop);
  }
}
