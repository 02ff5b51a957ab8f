/**
 * The world of a real process: its three streams, its environment, its clock, its signals.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import type { AskOptions, Io, Keys, TextIn, TextOut } from "./io.ts";
import { LineReader } from "./line_reader.ts";
import { SecretLine } from "./secret_line.ts";
import { StopSignal } from "./stop_signal.ts";
import { textStream } from "./text_stream.ts";

const NEWLINE = 0x0a;
const COLUMNS_USUAL = 80;

/** The process's world; disposing it lets the process end. */
export interface ProcessIo extends Io, Disposable {}

/**
 * Opens the world of this process. Nothing is read, and Ctrl-C keeps its usual effect, until a
 * command asks for it.
 *
 * @returns The world; dispose it when the command has ended, since a pending read of standard input
 * would keep the process alive.
 */
export function processIo(): ProcessIo {
  const stop = new StopSignal();
  const mayColour = (readEnvironment("NO_COLOR", "") ?? "") === "";
  const options = { mayColour, onBroken: () => stop.abort() };
  const err = textStream(Deno.stderr, options);
  const reader = new LineReader(Deno.stdin);
  return {
    out: textStream(Deno.stdout, options),
    err,
    input: terminalInput({ reader, err, stop }),
    env: (name) => readEnvironment(name),
    now: () => Date.now(),
    get stop() {
      return stop.signal;
    },
    ...Deno.build.os === "windows" ? {} : { onHangup },
    [Symbol.dispose]() {
      stop[Symbol.dispose]();
      if (reader.isReading) Deno.stdin.close();
    },
  };
}

function onHangup(act: () => void): Disposable {
  Deno.addSignalListener("SIGHUP", act);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGHUP", act) };
}

/** Reads one variable; one that this program was not permitted to read is an error, not a default. */
function readEnvironment(name: string, forbidden?: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (forbidden !== undefined) return forbidden;
    throw new ChatError("CONFIG", `cannot read ${name} from the environment: no permission`, {
      cause: error,
      hint: "start securechat through its deno.json tasks, or with --allow-env",
    });
  }
}

interface InputParts {
  readonly reader: LineReader;
  /** Prompts go where a person looks even when the result is piped away. */
  readonly err: TextOut;
  readonly stop: StopSignal;
}

function terminalInput({ reader, err, stop }: InputParts): TextIn {
  const isTerminal = Deno.stdin.isTerminal();
  return {
    isTerminal,
    async *lines() {
      for (;;) {
        const line = await reader.nextLine();
        if (line === undefined) return;
        yield line;
      }
    },
    bytes: () => Deno.stdin.readable,
    async ask(question, { signal } = {}) {
      err.write(question);
      try {
        return await unlessAborted(reader.nextLine(), signal);
      } catch (error) {
        err.write("\n"); // what is said next does not belong to the question
        throw error;
      }
    },
    async askSecret(question, options = {}) {
      if (!isTerminal) throw noTerminal();
      err.write(question);
      return await readSecret({ reader, err, stop }, options);
    },
    ...(isTerminal ? { openKeys: () => openKeys(reader) } : {}),
  };
}

/** Raw mode in which Ctrl-C is still a signal (termios ISIG). */
function openKeys(reader: LineReader): Keys {
  Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
  const keys: Keys = {
    nextByte: () => reader.nextByte(),
    get hasMore() {
      return reader.hasWaiting;
    },
    columns,
    [Symbol.dispose]: () => {
      Deno.stdin.setRaw(false);
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", onResize);
    },
  };
  const onResize = () => keys.onResize?.();
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", onResize);
  return keys;
}

/** A terminal that does not tell its width, or has gone, counts as the usual one. */
function columns(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS_USUAL;
  } catch {
    return COLUMNS_USUAL;
  }
}

/** Waits for input until a signal gives it up; what is typed later waits for the next prompt. */
async function unlessAborted<T>(input: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await input;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([input, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * The error of a prompt where nobody can answer.
 *
 * @returns USAGE, to be thrown.
 */
export function noTerminal(): ChatError {
  return new ChatError("USAGE", "cannot ask for a password: standard input is not a terminal", {
    hint: "give it with --password-file FILE or --password-stdin",
  });
}

/** Reads a line without echo. Whatever happens, the terminal gets its mode back. */
async function readSecret(
  { reader, err, stop }: InputParts,
  options: AskOptions,
): Promise<string | undefined> {
  // Taken before raw mode, so that SIGTERM cannot leave the terminal raw.
  const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal];
  const signal = AbortSignal.any(signals);
  signal.throwIfAborted();
  const line = new SecretLine();
  Deno.stdin.setRaw(true);
  try {
    const outcome = await unlessAborted(typeSecret(line, reader), signal);
    if (outcome === "stop") stop.abort();
    signal.throwIfAborted();
    return outcome === "end" ? undefined : line.text();
  } finally {
    Deno.stdin.setRaw(false);
    line.wipe();
    err.write("\n");
  }
}

async function typeSecret(line: SecretLine, reader: LineReader): Promise<"done" | "stop" | "end"> {
  for (;;) {
    const byte = await reader.nextByte();
    if (byte === undefined) return "end";
    const outcome = line.press(byte);
    if (byte === 0x0d) reader.skip(NEWLINE);
    if (outcome !== "more") return outcome;
  }
}
