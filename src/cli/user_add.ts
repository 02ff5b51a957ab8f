/**
 * `securechat user add`: adds an account.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { passwordHash, SALT_BYTES } from "../crypto/password.ts";
import { newStoredPassword } from "../crypto/scrypt_password.ts";
import { ChatError } from "../errors.ts";
import { readAccountCertificate } from "./account_certificate.ts";
import { parseEmail, parseUsername } from "./account_names.ts";
import { parseArgs, usage } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { type BothStores, withStores } from "./open_store.ts";
import { passwordParsers, readPassword } from "./password_input.ts";
import { logInCommand, protocolParsers } from "./protocol_choice.ts";

const COMMAND = "securechat user add";

/** What `securechat user add --help` prints. */
export const help = `${COMMAND}: adds an account

Usage:
  securechat user add EMAIL --cert FILE [OPTIONS]
  securechat user add EMAIL USERNAME [OPTIONS]

With --cert it is an account of protocol 2, which belongs to the key of its
owner's certificate, and its name is the certificate's CN. With USERNAME it is
one of protocol 1.

The password is asked for twice without echo, unless an option says where it is.
It is never an argument: other users of this machine could see it.

Options:
  --protocol 1|2          whose account it is (default: 2 with --cert, else 1)
  --cert FILE             protocol 2: the owner's certificate
  --password-file FILE    the first line of FILE is the password
                          (default: ask on the terminal)
  --password-stdin        the first line of standard input is the password
  -h, --help              this text

Exit status:
  0 added, 1 the address, the name or the key is taken, the certificate is not a
  client's, or the database does not answer; 2 wrong use or setting,
  4 no such file

Examples:
  $ securechat user add bob@example.org --cert bob-cert.pem
  $ securechat user add alice@example.org alice
  $ securechat user add alice@example.org alice --password-file alice.txt
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  username: optional(argument(string({ metavar: "USERNAME" }))),
  ...protocolParsers,
  cert: optional(option("--cert", string({ metavar: "FILE" }))),
  ...passwordParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the account is there.
 * @throws {ChatError} USAGE; CONFIG; ACCOUNT if the address, the name or the key is taken; DATABASE;
 * NO_INPUT or FILE for a file; FORMAT or BAD_CERT for the certificate.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { cert, username } = parsed.value;
  const protocol = parsed.value.protocol ?? (cert === undefined ? "1" : "2");
  const email = parseEmail(parsed.value.email);
  const plan = protocol === "2"
    ? await planSecond(email, { cert, username })
    : planFirst(email, { cert, username });
  const { database } = await readConfig(io);
  const password = await readPassword(io, { ...parsed.value, isNew: true });
  await withStores(database, async (stores) => {
    await plan.add(stores, password);
    io.out.write(
      `added ${printable(email)} (${plan.shown}) to ${printable(stores.store.location)}\n` +
        `next: ${logInCommand(protocol, email)}\n`,
    );
  });
  return 0;
}

/** What is to be added, once the password is known. */
interface Plan {
  /** What the account is called, printable. */
  readonly shown: string;
  add(stores: BothStores, password: string): Promise<void>;
}

interface Given {
  readonly username: string | undefined;
  readonly cert: string | undefined;
}

function planFirst(email: string, given: Given): Plan {
  if (given.cert !== undefined) throw usage(COMMAND, { state: "--cert needs --protocol 2" });
  if (given.username === undefined) throw usage(COMMAND, { state: "USERNAME is missing" });
  const username = parseUsername(given.username);
  return {
    shown: printable(username),
    async add({ store }, password) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const account = { email, username, salt, pwdHash: passwordHash(salt, password) };
      if (await store.add(account) === "added") return;
      throw taken(`${email} (${username})`, "there is an account with this address or this name");
    },
  };
}

async function planSecond(email: string, { cert, username }: Given): Promise<Plan> {
  if (cert === undefined) throw usage(COMMAND, { state: "--protocol 2 needs --cert FILE" });
  if (username !== undefined) {
    throw usage(COMMAND, { state: "USERNAME and --protocol 2 exclude each other: the CN counts" });
  }
  const { keyHash, commonName } = await readAccountCertificate(cert, email);
  return {
    shown: `${commonName}, protocol 2`,
    async add({ keyAccounts }, text) {
      const password = await newStoredPassword(text);
      const account = { keyHash, email, username: commonName, password };
      const outcome = await keyAccounts.insert(account);
      if (outcome === "added") return;
      const whose = outcome === "key_taken" ? "this certificate's key" : "this address";
      throw taken(`${email} (protocol 2)`, `there is an account with ${whose}`);
    },
  };
}

function taken(who: string, state: string): ChatError {
  return new ChatError("ACCOUNT", `cannot add ${who}: ${state}`);
}
