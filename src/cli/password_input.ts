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

/** What those options said. */
export interface PasswordOptions {
  readonly passwordFile: string | undefined;
  /** The first line of standard input is the password. */
  readonly passwordStdin: boolean;
  /** Whether a new password is set: then a prompt asks twice. */
  readonly isNew?: boolean;
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
  const { passwordFile, passwordStdin, isNew = false, signal } = options;
  if (passwordFile !== undefined && passwordStdin) {
    throw refused("--password-file and --password-stdin exclude each other", "give one of them");
  }
  if (passwordFile !== undefined) return checked(await fromFile(io, passwordFile));
  if (passwordStdin) return checked(await firstLine(io));
  return await fromPrompt(io, { isNew, asking: signal === undefined ? {} : { signal } });
}

interface Prompt {
  readonly isNew: boolean;
  readonly asking: AskOptions;
}

async function fromPrompt(io: Io, { isNew, asking }: Prompt): Promise<string> {
  const question = isNew ? "New password: " : "Password: ";
  for (let tries = 1;; tries++) {
    const password = checked(await io.input.askSecret(question, asking));
    if (!isNew || await io.input.askSecret("The same again: ", asking) === password) {
      return password;
    }
    if (tries === TRIES_MAX) {
      throw refused("the two that were typed differ", "run the command again");
    }
    progress(io, "the two differ: once more");
  }
}

async function fromFile(io: Io, path: string): Promise<string> {
  const { bytes, exposed } = await readPrivate(path, { maxBytes: FILE_MAX_BYTES });
  if (exposed) {
    const name = printable(path);
    warn(io, `others can read the password in ${name}: chmod 600 ${name}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.split(/\r?\n/, 1)[0] ?? "";
  } catch (error) {
    throw new ChatError("FORMAT", `cannot read password from "${printable(path)}": not UTF-8`, {
      cause: error,
      hint: "the first line of the file is the password",
    });
  }
}

async function firstLine(io: Io): Promise<string | undefined> {
  for await (const line of io.input.lines()) return line;
  return undefined;
}

function checked(password: string | undefined): string {
  if (password === undefined || password === "") {
    throw refused("it is empty", "type one, or give it with --password-file or --password-stdin");
  }
  if (new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES) {
    throw refused(`it is longer than ${PASSWORD_MAX_BYTES} bytes`, "choose a shorter one");
  }
  return password;
}

function refused(state: string, hint: string): ChatError {
  return new ChatError("USAGE", `cannot use password: ${state}`, { hint });
}
