/**
 * Waits.
 *
 * @param ms For how long.
 */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
