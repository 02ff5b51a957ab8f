/** A pause that can be cut short. */
export class Pause {
  #stop: () => void = () => undefined;

  /**
   * Waits.
   *
   * @param ms For how long.
   * @param signal Cuts it short.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => stop(), ms);
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        resolve();
      };
      signal.addEventListener("abort", stop);
      this.#stop = stop;
    });
  }

  /** Cuts it short. */
  end(): void {
    this.#stop();
  }
}
