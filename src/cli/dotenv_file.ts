/**
 * Reads `.env` of the current folder.
 *
 * The grammar is `util.parseEnv`'s; lines that it would skip without a word are an error here, since a
 * skipped line is a setting that somebody believes in.
 *
 * @module
 */

import { parseEnv } from "node:util";
import { ChatError } from "../errors.ts";
import { readPrivate } from "../store/private_file.ts";

/** Where the settings of a folder are. */
export const DOTENV_FILE = ".env";

/** Values by name. */
export type DotenvValues = Readonly<Record<string, string | undefined>>;

const DOTENV_MAX_BYTES = 65_536;

const HINT = "lines are NAME=value, # starts a comment; .env.example shows every name";

/** One whole line, or a quoted value over several: all that `util.parseEnv` reads as written. */
const STATEMENT =
  /^[ \t]*(?:#.*|(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`|[^"'`\s#].*|)[ \t]*(?:#.*)?)?\r?(?:\n|$)/;

/**
 * Reads `.env`.
 *
 * @param path Where it is.
 * @returns The values by name; none if there is no such file.
 * @throws {ChatError} CONFIG if it cannot be read, is longer than 64 KiB or is not lines of NAME=value.
 */
export async function readDotenv(path = DOTENV_FILE): Promise<DotenvValues> {
  let bytes: Uint8Array;
  try {
    bytes = (await readPrivate(path, { maxBytes: DOTENV_MAX_BYTES })).bytes;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    if (error.code === "NO_INPUT") return {};
    throw new ChatError("CONFIG", error.message, { cause: error, hint: error.hint });
  }
  return parseDotenv(bytes);
}

/**
 * Parses the contents of a `.env` file.
 *
 * @param bytes UTF-8 text.
 * @returns The values by name.
 * @throws {ChatError} CONFIG with the first line that is not NAME=value. The line is not quoted: it may
 * hold a password.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parse = (text: string) => parseDotenv(new TextEncoder().encode(text));
 * assert.equal(parse("# port\nSERVER_PORT=7000\n").SERVER_PORT, "7000");
 * assert.throws(() => parse("SERVER_PORT 7000\n"), { code: "CONFIG" });
 * ```
 */
export function parseDotenv(bytes: Uint8Array): DotenvValues {
  const text = decode(bytes);
  let rest = text;
  while (rest !== "") {
    const statement = STATEMENT.exec(rest)?.[0];
    if (statement === undefined) {
      const line = text.slice(0, text.length - rest.length).split("\n").length;
      throw broken(`line ${line} is not NAME=value, or its quotation mark is not closed`);
    }
    rest = rest.slice(statement.length);
  }
  return parseEnv(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw broken("it is not UTF-8 text", error);
  }
}

function broken(state: string, cause?: unknown): ChatError {
  return new ChatError("CONFIG", `cannot read ${DOTENV_FILE}: ${state}`, { cause, hint: HINT });
}
