/**
 * One person of the demo: a terminal of their own, whose lines are shown with their name.
 *
 * @module
 */

import type { Io, TextOut } from "../src/cli/io.ts";
import { print } from "./print.ts";

/** Who runs what. */
export interface ActorOptions {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether somebody is there to be asked. */
  readonly isAsked?: boolean;
}

type Main = (args: readonly string[], io: Io) => Promise<number>;

/** A person at a terminal. */
export class Actor {
  readonly #options: ActorOptions;
  readonly #typed: string[] = [];
  readonly #stop = new AbortController();
  #seen = "";
  #shown = 0;
  #hasEnded = false;
  #wake = Promise.withResolvers<void>();

  /** @param options Who runs what. */
  constructor(options: ActorOptions) {
    this.#options = options;
  }

  /** All that the terminal has shown. */
  get seen(): string {
    return this.#seen;
  }

  /** Runs the command and shows it; returns its exit status. */
  async run(main: Main): Promise<number> {
    const { name, args } = this.#options;
    print(`\n${name.padStart(7)} $ securechat ${args.map(quoted).join(" ")}`);
    const status = await main(args, this.#io());
    this.#show(true);
    this.#hasEnded = true;
    this.#awake();
    return status;
  }

  /** Types a line. */
  types(line: string): void {
    this.#typed.push(line);
    this.#awake();
  }

  /**
   * Waits until the terminal shows something.
   *
   * @throws {Error} If the command ends without showing it.
   */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#seen);
      if (match !== null) return match;
      if (this.#hasEnded) throw new Error(`${this.#options.name} never saw ${pattern}`);
      await this.#wake.promise;
    }
  }

  #io(): Io {
    const screen: TextOut = {
      isTerminal: true,
      write: (text) => {
        this.#seen += text;
        this.#show(false);
        this.#awake();
      },
    };
    return {
      out: screen,
      err: screen,
      input: {
        isTerminal: this.#options.isAsked ?? true,
        lines: () => this.#lines(),
        ask: () => Promise.resolve(undefined),
        askSecret: () => Promise.resolve(undefined),
      },
      env: () => undefined,
      now: Date.now,
      stop: this.#stop.signal,
    };
  }

  async *#lines(): AsyncIterable<string> {
    while (!this.#hasEnded) {
      const line = this.#typed.shift();
      if (line === undefined) await this.#wake.promise;
      else yield line;
    }
  }

  /** Prints what is whole, line by line, so that terminals do not mix within a line. */
  #show(isLast: boolean): void {
    const end = isLast ? this.#seen.length : this.#seen.lastIndexOf("\n") + 1;
    const text = this.#seen.slice(this.#shown, end).replace(/\n$/, "");
    if (end <= this.#shown) return;
    this.#shown = end;
    for (const line of text.split("\n")) print(`${this.#options.name.padStart(7)} | ${line}`);
  }

  #awake(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}
