/**
 * `securechat user add`: adds an account.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { passwordHash, SALT_BYTES } from "../crypto/password.ts";
import { ChatError } from "../errors.ts";
import { parseEmail, parseUsername } from "./account_names.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { withStore } from "./open_store.ts";
import { passwordParsers, readPassword } from "./password_input.ts";

const COMMAND = "securechat user add";

/** What `securechat user add --help` prints. */
export const help = `${COMMAND}: adds an account

Usage:
  securechat user add EMAIL USERNAME [--password-file FILE | --password-stdin]

The password is asked for twice without echo, unless an option says where it is.
It is never an argument: other users of this machine could see it.

Options:
  --password-file FILE    the first line of FILE is the password
                          (default: ask on the terminal)
  --password-stdin        the first line of standard input is the password
  -h, --help              this text

Exit status:
  0 added, 1 the address or the name is taken, or the database does not answer,
  2 wrong use or setting, 4 no such file

Examples:
  $ securechat user add alice@example.org alice
  $ securechat user add bob@example.org bob --password-file bob.txt
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  username: argument(string({ metavar: "USERNAME" })),
  ...passwordParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the account is there.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if the address or the name is taken; DATABASE; NO_INPUT or
 * FILE for the password's file.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const email = parseEmail(parsed.value.email);
  const username = parseUsername(parsed.value.username);
  const { database } = await readConfig(io);
  const password = await readPassword(io, { ...parsed.value, isNew: true });
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  await withStore(database, async (store) => {
    const account = { email, username, salt, pwdHash: passwordHash(salt, password) };
    if (await store.add(account) === "exists") throw taken(email, username);
    io.out.write(
      `added ${printable(email)} (${printable(username)}) to ${printable(store.location)}\n` +
        `next: securechat connect --login --email ${printable(email)}\n`,
    );
  });
  return 0;
}

function taken(email: string, username: string): ChatError {
  return new ChatError(
    "ACCOUNT",
    `cannot add ${email} (${username}): there is an account with this address or this name`,
  );
}
