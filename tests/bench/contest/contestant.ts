/**
 * A chat server that is compared with others, and what it takes to drive it.
 *
 * @module
 */

/** What listeners are told. */
export type OnText = (listener: number, text: string) => void;

/** One that runs, with everybody in one room. */
export interface Contest extends AsyncDisposable {
  /** The server's process. */
  readonly pid: number;
  /** Says something as the speaker. */
  say(text: string): void;
  /** How many connections are still there, the speaker's not counted. */
  readonly listening: number;
}

/** One that can be started. */
export interface Contestant {
  readonly name: string;
  /** What was set otherwise than by default. */
  readonly settings: string;
  /** What it says of its version. */
  version(): Promise<string>;
  /**
   * Starts the server, and lets listeners and a speaker in.
   *
   * @param plan A folder of its own, and how many listen.
   * @returns It, once everybody is in the room.
   */
  start(plan: {
    readonly folder: string;
    readonly listeners: number;
    readonly onText: OnText;
  }): Promise<Contest>;
}
