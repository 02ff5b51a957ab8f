/**
 * A world in memory, to call commands with.
 *
 * @module
 */

import type { Io, TextIn } from "../../src/cli/io.ts";
import { noTerminal } from "../../src/cli/terminal.ts";

/** What a test puts into the world. */
export interface MemoryIoOptions {
  /** The environment; nothing else is set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly stdin?: string;
  /** Answers to prompts, in order; with them, standard input is a terminal. */
  readonly answers?: readonly string[];
  /** The clock, milliseconds since the Unix epoch. */
  readonly nowMs?: number;
  readonly stop?: AbortSignal;
}

/** A world that remembers what was written. */
export interface MemoryIo extends Io {
  /** Everything written to standard output so far. */
  stdout(): string;
  /** Everything written to standard error so far, prompts included. */
  stderr(): string;
}

/**
 * Makes a world.
 *
 * @param options What is in it.
 * @returns The world.
 */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  let out = "";
  let err = "";
  const writeErr = (text: string) => void (err += text);
  return {
    out: { isTerminal: false, write: (text) => void (out += text) },
    err: { isTerminal: options.answers !== undefined, write: writeErr },
    input: memoryInput(options, writeErr),
    env: (name) => options.env?.[name],
    now: () => options.nowMs ?? Date.now(),
    stop: options.stop ?? new AbortController().signal,
    stdout: () => out,
    stderr: () => err,
  };
}

function memoryInput(options: MemoryIoOptions, show: (text: string) => void): TextIn {
  const lines = (options.stdin ?? "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const answers = [...options.answers ?? []];
  const ask = (question: string) => {
    show(question);
    return Promise.resolve(answers.shift());
  };
  return {
    isTerminal: options.answers !== undefined,
    async *lines() {
      for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
        await Promise.resolve();
        yield line;
      }
    },
    async *bytes() {
      await Promise.resolve();
      yield new TextEncoder().encode(options.stdin ?? "");
    },
    ask,
    askSecret: async (question) => {
      if (options.answers === undefined) throw noTerminal();
      const answer = await ask(question);
      show("\n");
      return answer;
    },
  };
}
