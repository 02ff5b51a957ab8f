import type { ErrorCode } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";

/** How a connection ended that never signed in. */
export class Outcome {
  #isSignedIn = false;
  #code: ErrorCode | undefined;

  /**
   * Something happened to it.
   *
   * @param event It.
   */
  note(event: SessionEvent): void {
    if (event.kind === "signed_in") this.#isSignedIn = true;
    if (event.kind === "ended") this.#code = event.error?.code ?? "CONNECTION";
  }

  /** Why it ended; nothing if it had signed in, or goes on. */
  get code(): ErrorCode | undefined {
    return this.#isSignedIn ? undefined : this.#code;
  }
}
