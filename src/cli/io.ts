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

/** A terminal in raw mode: every key is seen at once and nothing is echoed. Dispose it. */
export interface Keys extends Disposable {
  /** The next byte, or nothing at the end of input. */
  nextByte(): Promise<number | undefined>;
  /** Whether more bytes have arrived already: a paste is drawn once. */
  readonly hasMore: boolean;
  /** Width of the terminal now. */
  columns(): number;
  /** Is called when the terminal has another size; absent where that cannot be known. */
  onResize?: (() => void) | undefined;
}

/** How a prompt is asked. */
export interface AskOptions {
  /** Gives up the prompt; the terminal gets its mode back. */
  readonly signal?: AbortSignal;
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
  ask(question: string, options?: AskOptions): Promise<string | undefined>;
  /**
   * The same without echo.
   *
   * @throws {ChatError} USAGE where nobody types.
   * @throws {DOMException} AbortError at Ctrl-C, which also aborts `stop`.
   */
  askSecret(question: string, options?: AskOptions): Promise<string | undefined>;
  /** All of it as it comes, instead of {@link lines}; absent where a test has none. */
  bytes?(): AsyncIterable<Uint8Array>;
  /** Every key of the terminal; absent where a test or a pipe has none. Ctrl-C still stops. */
  openKeys?(): Keys;
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
  /** Calls an act at each SIGHUP, until it is disposed; absent where there is no such signal. */
  onHangup?(act: () => void): Disposable;
}
