/** At the end of a script's input this side leaves when nothing has been said for so long, ms. */
const QUIET_MS = 300;

/** The others may talk for ever: then this side leaves all the same, ms. */
const QUIET_MAX_MS = 3_000;

/** How often it is looked, ms. */
const LOOK_MS = 30;

/**
 * Knows when something was last said, so that a script's client leaves when all is quiet: a greeting or
 * an answer that is on its way would be dropped behind its last word.
 */
export class Quiet {
  #lastMs = 0;

  /** Something was said. */
  heard(): void {
    this.#lastMs = performance.now();
  }

  /**
   * Waits until nothing has been said for a while, for 3 s at most.
   *
   * @param isOver Whether nothing can come any more.
   */
  async come(isOver: () => boolean): Promise<void> {
    const endMs = performance.now() + QUIET_MAX_MS;
    while (!isOver() && performance.now() < Math.min(endMs, this.#lastMs + QUIET_MS)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
