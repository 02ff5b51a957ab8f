import type { SignIn } from "../protocol/session.ts";

/** A client's connection as the commands see it, whatever protocol it speaks. */
export interface ChatConnection {
  /** Whether words can be said. */
  readonly isOpen: boolean;
  /** Words that wait: to be signed, and with protocol 2 to come back. */
  readonly waitingTexts: number;
  /** Words that did not reach the other side, since the session ended first. */
  readonly unsentTexts: number;
  /** While this machine's disk is full, and words are refused: ends when there is room, or no session. */
  readonly stalled: Promise<void> | undefined;
  /** Path of the transcript, once the chat is open. */
  readonly transcriptPath: string | undefined;
  /** Runs the session until it has ended and its socket and file are closed. Never throws. */
  run(): Promise<void>;
  /** Gives the person's choice; only after "sign_in_wanted". */
  signIn(request: SignIn): Promise<void>;
  /**
   * Queues words, which are signed, sent and kept in order.
   *
   * @throws {ChatError} CONNECTION when the chat is not open; FRAME_TOO_LARGE when they are too long;
   * FILE while this machine's disk is full.
   */
  say(text: string): void;
  /** Waits until the words that were queued are on their way; with protocol 2, until they came back. */
  said(): Promise<void>;
  /** Leaves in order, within a bounded time. */
  leave(): Promise<void>;
}
