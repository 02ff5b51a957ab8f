/**
 * How the person signs in: by the options, or by the menu.
 *
 * @module
 */

import type { SignIn } from "../protocol/session.ts";
import { parseEmail, parseUsername } from "./account_names.ts";
import { usage } from "./args.ts";
import type { Io } from "./io.ts";
import { type PasswordOptions, readPassword } from "./password_input.ts";
import { errorLine } from "./report.ts";

/** What the options said. */
export interface SignInFlags extends PasswordOptions {
  readonly register: boolean;
  readonly login: boolean;
  readonly email: string | undefined;
  readonly username: string | undefined;
  /** As typed, for errors. */
  readonly command: string;
  /** Whether a new account has a name of its own; with protocol 2 it is the certificate's. */
  readonly hasName: boolean;
}

/**
 * Chooses a sign-in, once for each connection.
 *
 * @param signal Gives up the prompt when the connection ends.
 * @returns The choice, or nothing when the person wants to leave.
 */
export type SignInChooser = (signal: AbortSignal) => Promise<SignIn | undefined>;

/**
 * Decides how the person will be asked, and asks now for what must not wait for a connection.
 *
 * @param io The world.
 * @param flags The options.
 * @returns The chooser; with options it makes the same choice each time.
 * @throws {ChatError} USAGE if the options do not suffice and nobody can be asked.
 */
export async function signInChooser(io: Io, flags: SignInFlags): Promise<SignInChooser> {
  const isScript = flags.register || flags.login;
  if (!isScript) {
    if (!io.input.isTerminal) {
      const state = "standard input is no terminal, so it needs --register or --login";
      if (flags.hasName) throw usage(flags.command, { state });
      // With protocol 2 the certificate may be the account: the server says so.
      return () =>
        Promise.reject(usage(flags.command, { state: `the server wants a password; ${state}` }));
    }
    return (signal) => askMenu(io, { flags, signal });
  }
  const required = (value: string | undefined, option: string): string => {
    if (value !== undefined) return value;
    throw usage(flags.command, { state: `${option} is missing` });
  };
  const email = parseEmail(required(flags.email, "--email"));
  const isNamed = flags.register && flags.hasName;
  const username = isNamed ? parseUsername(required(flags.username, "--username")) : "";
  const password = await readPassword(io, { ...flags, isNew: flags.register });
  const choice: SignIn = flags.register
    ? { mode: "register", email, username, password }
    : { mode: "login", email, password };
  return () => Promise.resolve(choice);
}

interface Asking {
  readonly flags: SignInFlags;
  readonly signal: AbortSignal;
}

async function askMenu(io: Io, { flags, signal }: Asking): Promise<SignIn | undefined> {
  io.err.write("\n  1  register\n  2  log in\n  q  quit\n");
  for (;;) {
    const choice = (await io.input.ask("Your choice: ", { signal }))?.trim().toLowerCase();
    if (choice === undefined || choice === "q") return undefined;
    if (choice !== "1" && choice !== "2") continue;
    const email = flags.email ??
      await askChecked(io, { question: "E-mail: ", parse: parseEmail, signal });
    if (email === undefined) return undefined;
    if (choice === "2") return await askLogin(io, { email, flags, signal });
    return await askRegister(io, { email, flags, signal });
  }
}

async function askLogin(
  io: Io,
  { email, flags, signal }: Asking & { readonly email: string },
): Promise<SignIn> {
  const password = await readPassword(io, { ...flags, signal });
  return { mode: "login", email, password };
}

async function askRegister(
  io: Io,
  { email, flags, signal }: Asking & { readonly email: string },
): Promise<SignIn | undefined> {
  const question = "User name: ";
  const username = !flags.hasName
    ? ""
    : flags.username ?? await askChecked(io, { question, parse: parseUsername, signal });
  if (username === undefined) return undefined;
  const password = await readPassword(io, { ...flags, isNew: true, signal });
  return { mode: "register", email, username, password };
}

interface Question {
  readonly question: string;
  readonly signal: AbortSignal;
  parse(text: string): string;
}

/** Asks again until the answer is one. */
async function askChecked(io: Io, { question, signal, parse }: Question): Promise<
  string | undefined
> {
  for (;;) {
    const answer = await io.input.ask(question, { signal });
    if (answer === undefined) return undefined;
    try {
      return parse(answer.trim());
    } catch (error) {
      io.err.write(`${errorLine(error)}\n`);
    }
  }
}
