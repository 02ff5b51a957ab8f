/**
 * Reads the arguments of one command: a thin layer over Optique that speaks in the house's errors.
 *
 * @module
 */

import { formatMessage, type Message, message, text as plainText } from "@optique/core/message";
import type { NonEmptyString } from "@optique/core/nonempty";
import { type Parser, parseSync } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";

/** What the arguments ask for. */
export type ParsedArgs<T> =
  | { readonly kind: "help" }
  | { readonly kind: "value"; readonly value: T };

/** What is being read, for errors. */
export interface ParseArgsOptions {
  /** The command as typed: "securechat cert issue". */
  readonly command: string;
}

/**
 * Reads a command's arguments.
 *
 * @param parser The command's parser.
 * @param args The arguments after the command's name.
 * @param options The command's name, for errors.
 * @returns What they mean, or "help" if `-h` or `--help` is among them (before `--`).
 * @throws {ChatError} USAGE if they mean nothing here; the hint has Optique's "did you mean".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { object } from "@optique/core/constructs";
 * import { option } from "@optique/core/primitives";
 * const parser = object({ force: option("--force") });
 * const options = { command: "x" };
 * assert.deepEqual(parseArgs(parser, ["-h"], options), { kind: "help" });
 * assert.throws(() => parseArgs(parser, ["--forse"], options), { code: "USAGE" });
 * ```
 */
export function parseArgs<T>(
  parser: Parser<"sync", T, unknown>,
  args: readonly string[],
  { command }: ParseArgsOptions,
): ParsedArgs<T> {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) return { kind: "help" };
  const result = parseSync(parser, args);
  if (result.success) return { kind: "value", value: result.value };
  if (args.length === 0) throw usage(command, { state: "it needs arguments" });
  throw usageError(command, result.error);
}

/** Optique's message in the house's grammar; its suggestions go into the hint. */
function usageError(command: string, error: Message): ChatError {
  const [first = "", ...more] = formatMessage(error, { colors: false, quotes: true })
    .split("\n").map((line) => printable(line.replaceAll("`", "").trim()))
    .filter((line) => line !== "");
  const state = first.replace(/(?:^|: )[A-Z](?=[a-z])/g, (start) => start.toLowerCase())
    .replace(/\.$/, "");
  return usage(command, { state, suggestion: suggestionOf(more.join(" ")) });
}

/** "Did you mean --ca?" or "Did you mean one of these? --ca --cn" as one short question. */
function suggestionOf(text: string): string {
  const options = text.match(/--?[a-z][a-z-]*/g) ?? [];
  return options.length === 0 ? "" : `did you mean ${options.join(" or ")}?`;
}

/** Why arguments are refused. */
export interface UsageFault {
  /** What is wrong: "--register and --login exclude each other". */
  readonly state: string;
  /** What was probably meant, where that is known. */
  readonly suggestion?: string;
}

/**
 * An error for arguments that are each right and do not go together.
 *
 * @param command The command as typed.
 * @param fault What is wrong.
 * @returns USAGE, to be thrown.
 */
export function usage(command: string, { state, suggestion = "" }: UsageFault): ChatError {
  const hint = `${suggestion === "" ? "" : `${suggestion}\n`}see: ${command} --help`;
  return new ChatError("USAGE", `cannot run ${command}: ${state}`, { hint });
}

/** A kind of value of an option. */
export interface ValueKind {
  /** What help calls it: "NAME". */
  readonly metavar: NonEmptyString;
  readonly pattern: RegExp;
  /** What is expected, for errors: "a name of letters, digits and . _ @ -". */
  readonly expected: string;
}

/**
 * Text that matches a pattern.
 *
 * @param kind The pattern, and its description in words.
 * @returns A parser of option values.
 */
export function patternValue(kind: ValueKind): ValueParser<"sync", string> {
  return checkedValue({
    ...kind,
    placeholder: "",
    read: (text) => kind.pattern.test(text) ? text : undefined,
  });
}

/** A number of days from now: 1 to 36500, a hundred years. */
export function daysValue(): ValueParser<"sync", number> {
  return wholeNumber({ metavar: "N", min: 1, max: 36_500 });
}

/** A TCP port; 0 lets the system choose. */
export function portValue(): ValueParser<"sync", number> {
  return wholeNumber({ metavar: "PORT", min: 0, max: 65_535 });
}

/** A whole number within bounds. */
export interface NumberKind {
  readonly metavar: NonEmptyString;
  readonly min: number;
  readonly max: number;
}

/**
 * A decimal number, digits alone.
 *
 * @param kind Its bounds.
 * @returns A parser of option values.
 */
export function wholeNumber({ metavar, min, max }: NumberKind): ValueParser<"sync", number> {
  const read = (text: string): number | undefined => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return checkedValue({
    metavar,
    placeholder: min,
    expected: `a whole number from ${min} to ${max}`,
    read,
  });
}

/** A kind of value, and the function that reads it. */
export interface CheckedKind<T> {
  readonly metavar: NonEmptyString;
  readonly expected: string;
  /** Any value of the type; Optique asks for one. */
  readonly placeholder: T;
  read(text: string): T | undefined;
}

/**
 * A value that a function reads.
 *
 * @param kind What it is called, what is expected in words, and the function, which returns nothing for text
 * that is none.
 * @returns A parser of option values.
 */
export function checkedValue<T extends string | number>(
  kind: CheckedKind<T>,
): ValueParser<"sync", T> {
  const { metavar, placeholder, expected } = kind;
  return {
    mode: "sync",
    metavar,
    placeholder,
    parse(text) {
      const value = kind.read(text);
      if (value !== undefined) return { success: true, value };
      return { success: false, error: message`${text} is not ${plainText(expected)}` };
    },
    format: String,
  };
}
