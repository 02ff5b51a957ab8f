/**
 * Turns errors into text and an exit status. The only place that does.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, type ChatError, ERRORS } from "../errors.ts";
import type { Io, TextOut } from "./io.ts";
import { paint } from "./style.ts";

/** What shells give a program that Ctrl-C ended: 128 + SIGINT. */
export const STOPPED_STATUS = 130;

/** How deep a chain of causes is followed. */
const CAUSES_MAX = 8;

/**
 * Prints an error with its remedy on standard error.
 *
 * @param io The world.
 * @param thrown The value of a `catch`. The AbortError of a stopped prompt prints nothing.
 * @returns The exit status of the error table, or 130 after Ctrl-C at a prompt.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Io } from "./io.ts";
 * import { ChatError } from "../errors.ts";
 * const lines: string[] = [];
 * const err = { write: (text: string) => void lines.push(text), isTerminal: false };
 * const io = { err, env: () => undefined } as unknown as Io;
 * assert.equal(report(io, new ChatError("USAGE", "cannot go", { hint: "go on" })), 2);
 * assert.deepEqual(lines, ["securechat: error: [USAGE] cannot go\n", "securechat: hint: go on\n"]);
 * ```
 */
export function report(io: Io, thrown: unknown): number {
  if (thrown instanceof DOMException && thrown.name === "AbortError") return STOPPED_STATUS;
  const error = asChatError(thrown);
  const { err } = io;
  const label = paint("error:", { on: err, as: "red" });
  err.write(`securechat: ${label} [${error.code}] ${printable(error.message)}\n`);
  writeLines(err, { label: paint("hint:", { on: err, as: "cyan" }), text: error.hint });
  if (io.env("SECURECHAT_DEBUG") === "1") {
    writeLines(err, { label: "debug:", text: stackOf(error) });
  }
  return ERRORS[error.code].exit;
}

/**
 * An error as one line of a conversation's screen.
 *
 * @param thrown Anything.
 * @returns Code, message and hint, printable.
 */
export function errorLine(thrown: unknown): string {
  const { code, message, hint } = asChatError(thrown);
  return `[${code}] ${printable(message)} (${printable(hint)})`;
}

/**
 * Tells the person what is going on, on standard error.
 *
 * @param io The world.
 * @param text What was done; each line gets the prefix.
 */
export function progress(io: Io, text: string): void {
  for (const line of text.split("\n")) io.err.write(`securechat: ${printable(line)}\n`);
}

/**
 * Tells the person of something that is wrong but stops nothing.
 *
 * @param io The world.
 * @param text What is wrong and what to do; each line gets the prefix.
 */
export function warn(io: Io, text: string): void {
  writeLines(io.err, { label: paint("warning:", { on: io.err, as: "yellow" }), text });
}

function writeLines(
  err: TextOut,
  { label, text }: { readonly label: string; readonly text: string },
): void {
  for (const line of text.split("\n")) err.write(`securechat: ${label} ${printable(line)}\n`);
}

/** The stack of the error and of what caused it. */
function stackOf(error: ChatError): string {
  const stacks: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && stacks.length < CAUSES_MAX) {
    stacks.push(current.stack ?? current.message);
    current = current.cause;
  }
  return stacks.join("\ncaused by ");
}
