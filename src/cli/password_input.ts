/**
 * Where a password comes from: a prompt without echo, a file, or standard input. Never an argument or a
 * variable, which other users of a machine can see.
 *
 * @module
 */

import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { readPrivate } from "../store/private_file.ts";
import type { AskOptions, Io } from "./io.ts";
import { progress, warn } from "./report.ts";

const FILE_MAX_BYTES = 4096;
const PASSWORD_MAX_BYTES = 1024;

/** Times that a new password may be typed in two ways. */
const TRIES_MAX = 3;

/** The options that every command with a password has. */
export const passwordParsers = {
  passwordFile: optional(option("--password-file", string({ metavar: "FILE" }))),
  passwordStdin: option("--password-stdin"),
};

/** What is read: a password of an account, or the passphrase of a key. */
type Noun = "password" | "passphrase";

/** What those options said. */
export interface PasswordOptions {
  readonly passwordFile: string | undefined;
  /** The first line of standard input is the password. */
  readonly passwordStdin: boolean;
  /** Whether a new password is set: then a prompt asks twice. */
  readonly isNew?: boolean;
  /** What it is called; the options have the same name. */
  readonly noun?: Noun;
  /** Gives up the prompt. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a password.
 *
 * @param io The world.
 * @param options Where it is from; without any, the terminal is asked.
 * @returns The password, 1 to 1024 bytes of UTF-8.
 * @throws {ChatError} USAGE if there is none or two differ; NO_INPUT or FILE for the file; FORMAT if it
 * is not UTF-8.
 */
export async function readPassword(io: Io, options: PasswordOptions): Promise<string> {
  const { passwordFile, passwordStdin, isNew = false, noun = "password", signal } = options;
  if (passwordFile !== undefined && passwordStdin) {
    const state = `--${noun}-file and --${noun}-stdin exclude each other`;
    throw refused(noun, { state, hint: "give one of them" });
  }
  if (passwordFile !== undefined) return checked(await fromFile(io, passwordFile, noun), noun);
  if (passwordStdin) return checked(await firstLine(io), noun);
  return await fromPrompt(io, { isNew, noun, asking: signal === undefined ? {} : { signal } });
}

interface Prompt {
  readonly isNew: boolean;
  readonly noun: Noun;
  readonly asking: AskOptions;
}

async function fromPrompt(io: Io, { isNew, noun, asking }: Prompt): Promise<string> {
  const question = isNew ? `New ${noun}: ` : `${noun[0]?.toUpperCase()}${noun.slice(1)}: `;
  for (let tries = 1;; tries++) {
    const password = checked(await io.input.askSecret(question, asking), noun);
    if (!isNew || await io.input.askSecret("The same again: ", asking) === password) {
      return password;
    }
    if (tries === TRIES_MAX) {
      throw refused(noun, {
        state: "the two that were typed differ",
        hint: "run the command again",
      });
    }
    progress(io, "the two differ: once more");
  }
}

async function fromFile(io: Io, path: string, noun: Noun): Promise<string> {
  const { bytes, exposed } = await readPrivate(path, { maxBytes: FILE_MAX_BYTES });
  if (exposed) {
    const name = printable(path);
    warn(io, `others can read the ${noun} in ${name}: chmod 600 ${name}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.split(/\r?\n/, 1)[0] ?? "";
  } catch (error) {
    throw new ChatError("FORMAT", `cannot read ${noun} from "${printable(path)}": not UTF-8`, {
      cause: error,
      hint: `the first line of the file is the ${noun}`,
    });
  }
}

async function firstLine(io: Io): Promise<string | undefined> {
  for await (const line of io.input.lines()) return line;
  return undefined;
}

function checked(password: string | undefined, noun: Noun): string {
  if (password === undefined || password === "") {
    const hint = `type one, or give it with --${noun}-file or --${noun}-stdin`;
    throw refused(noun, { state: "it is empty", hint });
  }
  if (new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES) {
    const state = `it is longer than ${PASSWORD_MAX_BYTES} bytes`;
    throw refused(noun, { state, hint: "choose a shorter one" });
  }
  return password;
}

interface Refusal {
  readonly state: string;
  readonly hint: string;
}

function refused(noun: Noun, { state, hint }: Refusal): ChatError {
  return new ChatError("USAGE", `cannot use ${noun}: ${state}`, { hint });
}
