/**
 * `securechat user passwd`: changes the password of an account.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { passwordHash } from "../crypto/password.ts";
import { ChatError } from "../errors.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { withStore } from "./open_store.ts";
import { passwordParsers, readPassword } from "./password_input.ts";

const COMMAND = "securechat user passwd";

/** What `securechat user passwd --help` prints. */
export const help = `${COMMAND}: changes the password of an account

Usage:
  securechat user passwd EMAIL [--password-file FILE | --password-stdin]

The new password is asked for twice without echo, unless an option says where it
is. The account keeps its salt, which clients may remember.

Options:
  --password-file FILE    the first line of FILE is the new password
                          (default: ask on the terminal)
  --password-stdin        the first line of standard input is the new password
  -h, --help              this text

Exit status:
  0 changed, 1 no such account, or the database does not answer,
  2 wrong use or setting, 4 no such file

Examples:
  $ securechat user passwd alice@example.org
  $ securechat user passwd alice@example.org --password-stdin < new.txt
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  ...passwordParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the password is changed.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if there is no such account; DATABASE; NO_INPUT or FILE for
 * the password's file.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { email } = parsed.value;
  const { database } = await readConfig(io);
  await withStore(database, async (store) => {
    const account = await store.find(email);
    if (account === undefined) throw unknown(email);
    const password = await readPassword(io, { ...parsed.value, isNew: true });
    const pwdHash = passwordHash(account.salt, password);
    if (!await store.setPwdHash(account.email, pwdHash)) throw unknown(email);
    io.out.write(
      `changed the password of ${printable(account.email)} in ${printable(store.location)}\n` +
        `next: securechat connect --login --email ${printable(account.email)}\n`,
    );
  });
  return 0;
}

function unknown(email: string): ChatError {
  return new ChatError("ACCOUNT", `cannot change password: there is no account "${email}"`);
}
