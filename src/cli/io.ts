/**
 * All that a command knows of the world: so a test can call a command without a process.
 *
 * @module
 */

/** A place to write text to. */
export interface TextOut {
  /** Writes text as it is; the caller ends lines. */
  write(text: string): void;
  /** Whether a person is looking: then prompts, panels and colour make sense. */
  readonly isTerminal: boolean;
  /** Whether colour may be used, see `style.ts`; absent: no. */
  readonly hasColour?: boolean;
}

/** The terminal or stream that is read. */
export interface TextIn {
  /** Whether a person types there. */
  readonly isTerminal: boolean;
  /** Lines without their ends, one at a time, until the end of input. */
  lines(): AsyncIterable<string>;
  /**
   * Asks for one line on the terminal.
   *
   * @returns The line, or nothing at the end of input.
   */
  ask(question: string): Promise<string | undefined>;
  /**
   * The same without echo.
   *
   * @throws {ChatError} USAGE where nobody types.
   * @throws {DOMException} AbortError at Ctrl-C, which also aborts `stop`.
   */
  askSecret(question: string): Promise<string | undefined>;
}

/** What a command is given beside its arguments. */
export interface Io {
  /** The result and nothing else. */
  readonly out: TextOut;
  /** Progress, errors, hints. */
  readonly err: TextOut;
  readonly input: TextIn;
  /** The environment; a command reads it through `cli/config.ts`. */
  env(name: string): string | undefined;
  /** Now, milliseconds since the Unix epoch. */
  now(): number;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
}
