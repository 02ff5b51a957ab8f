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
import { newStoredPassword } from "../crypto/scrypt_password.ts";
import { ChatError } from "../errors.ts";
import type { AccountStore } from "../store/accounts.ts";
import type { KeyAccountStore } from "../store/key_accounts.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { withStores } from "./open_store.ts";
import { passwordParsers, readPassword } from "./password_input.ts";
import { chooseProtocol, logInCommand, protocolParsers } from "./protocol_choice.ts";

const COMMAND = "securechat user passwd";

/** What `securechat user passwd --help` prints. */
export const help = `${COMMAND}: changes the password of an account

Usage:
  securechat user passwd EMAIL [OPTIONS]

The new password is asked for twice without echo, unless an option says where it
is. An account of protocol 1 keeps its salt, which clients may remember.

Options:
  --protocol 1|2          whose account, where the address has one of each
  --password-file FILE    the first line of FILE is the new password
                          (default: ask on the terminal)
  --password-stdin        the first line of standard input is the new password
  -h, --help              this text

Exit status:
  0 changed, 1 no such account or one of each protocol, or the database does not
  answer, 2 wrong use or setting, 4 no such file

Examples:
  $ securechat user passwd alice@example.org
  $ securechat user passwd alice@example.org --password-stdin < new.txt
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  ...protocolParsers,
  ...passwordParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the password is changed.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if there is no such account, or one of each
 * protocol; DATABASE; NO_INPUT or FILE for the password's file.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { email } = parsed.value;
  const { database } = await readConfig(io);
  const ask = () => readPassword(io, { ...parsed.value, isNew: true });
  await withStores(database, async (stores) => {
    const verb = "change the password of";
    const protocol = await chooseProtocol(stores, { ...parsed.value, verb });
    const change = protocol === "1"
      ? changeFirst(stores.store, { email, ask })
      : changeSecond(stores.keyAccounts, { email, ask });
    const { stored, place } = await change;
    io.out.write(
      `changed the password of ${printable(stored)}${place}\n` +
        `next: ${logInCommand(protocol, stored)}\n`,
    );
  });
  return 0;
}

interface Change {
  readonly email: string;
  ask(): Promise<string>;
}

interface Changed {
  /** The address as it is stored. */
  readonly stored: string;
  readonly place: string;
}

async function changeFirst(store: AccountStore, { email, ask }: Change): Promise<Changed> {
  const account = await store.find(email);
  if (account === undefined) throw unknown(email);
  const pwdHash = passwordHash(account.salt, await ask());
  if (!await store.setPwdHash(account.email, pwdHash)) throw unknown(email);
  return { stored: account.email, place: ` in ${printable(store.location)}` };
}

async function changeSecond(store: KeyAccountStore, { email, ask }: Change): Promise<Changed> {
  const account = await store.findByEmail(email);
  if (account === undefined) throw unknown(email);
  const password = await newStoredPassword(await ask());
  if (!await store.setPassword(account.email, password)) throw unknown(email);
  return { stored: account.email, place: ` (protocol 2) in ${printable(store.location)}` };
}

function unknown(email: string): ChatError {
  return new ChatError("ACCOUNT", `cannot change password: there is no account "${email}"`);
}
