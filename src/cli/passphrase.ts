/**
 * Passphrases of private keys: asked for, or read from a file or standard input, as passwords are.
 *
 * @module
 */

import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import type { Io } from "./io.ts";
import { readPassword } from "./password_input.ts";
import { progress } from "./report.ts";

/** The options of commands that use the CA's key. */
export const passphraseParsers = {
  passphraseFile: optional(option("--passphrase-file", string({ metavar: "FILE" }))),
  passphraseStdin: option("--passphrase-stdin"),
};

/** What those options said. */
export interface PassphraseOptions {
  readonly passphraseFile: string | undefined;
  /** The first line of standard input is the passphrase. */
  readonly passphraseStdin: boolean;
}

/**
 * Whether the options give a passphrase.
 *
 * @param options What was said.
 * @returns Whether nobody needs to be asked.
 */
export function isPassphraseGiven({ passphraseFile, passphraseStdin }: PassphraseOptions): boolean {
  return passphraseFile !== undefined || passphraseStdin;
}

/**
 * Reads the passphrase of a key.
 *
 * @param io The world.
 * @param options Where it is from; without any, the terminal is asked, twice if it is new.
 * @returns The passphrase, 1 to 1024 bytes of UTF-8.
 * @throws {ChatError} As `readPassword` does.
 */
export async function readPassphrase(
  io: Io,
  options: PassphraseOptions & { readonly isNew?: boolean },
): Promise<string> {
  const { passphraseFile, passphraseStdin, isNew = false } = options;
  const source = { passwordFile: passphraseFile, passwordStdin: passphraseStdin };
  return await readPassword(io, { ...source, isNew, noun: "passphrase" });
}

/**
 * Decides with the person whether a new CA's key is encrypted.
 *
 * @param io The world: only a terminal is asked.
 * @param options The passphrase, if it is given, and the file that the key will be in.
 * @returns The passphrase, or nothing for a key that only its file's mode protects, which is then said.
 * @throws {ChatError} As `readPassword` does.
 */
export async function chooseCaPassphrase(
  io: Io,
  { path, ...options }: PassphraseOptions & { readonly path: string },
): Promise<string | undefined> {
  if (isPassphraseGiven(options)) return await readPassphrase(io, { ...options, isNew: true });
  const name = printable(path);
  if (io.input.isTerminal && await isWanted(io)) {
    return await readPassphrase(io, { ...options, isNew: true });
  }
  progress(io, `${name} is not encrypted: whoever copies it can be anybody in your chat`);
  return undefined;
}

/** Yes unless a person says no. */
async function isWanted(io: Io): Promise<boolean> {
  progress(
    io,
    "A passphrase encrypts the CA's key; every command that signs will ask for it. Without\n" +
      "one, whoever copies the key's file can be anybody in your chat.",
  );
  for (;;) {
    const answer = (await io.input.ask("Encrypt the CA's key? [Y/n] "))?.trim().toLowerCase();
    if (answer === "n" || answer === "no") return false;
    // The end of input is no answer: the prompt that follows refuses it.
    if (answer === undefined || ["", "y", "yes"].includes(answer)) return true;
  }
}
