/**
 * `securechat user rebind`: binds an account of protocol 2 to a new key.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { LeafAccount } from "../pki/leaf_account.ts";
import type { StoredKeyAccount } from "../store/key_accounts.ts";
import { readAccountCertificate } from "./account_certificate.ts";
import { parseArgs } from "./args.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { withStores } from "./open_store.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat user rebind";

/** What `securechat user rebind --help` prints. */
export const help = `${COMMAND}: binds an account to a new key

Usage:
  securechat user rebind EMAIL --cert FILE [--yes]

An account of protocol 2 belongs to the key of its owner's certificate. Who has
a new key cannot log in (CERT_MISMATCH) until this is done; from then on the old
key has no account. A renewed certificate of the same key needs nothing.

Make sure that FILE is from the account's owner. Shows its CN and asks.

Options:
  --cert FILE    the owner's new certificate
  --yes          do not ask
  -h, --help     this text

Exit status:
  0 bound, 1 refused: no such account, the key has another account, not wanted,
  or the database does not answer; 2 wrong use or setting, 4 no such file

Examples:
  $ securechat user rebind alice@example.org --cert alice-cert.pem
  $ securechat user rebind alice@example.org --cert alice-cert.pem --yes
`;

/** The options. */
export const parser = object({
  email: argument(string({ metavar: "EMAIL" })),
  cert: option("--cert", string({ metavar: "FILE" })),
  yes: option("--yes"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the account is bound, 1 when the person says no.
 * @throws {ChatError} USAGE; CONFIG; NO_INPUT, FILE, FORMAT or BAD_CERT for the certificate; ACCOUNT if
 * there is no such account or the key has another one; DATABASE.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { cert, yes } = parsed.value;
  const { database } = await readConfig(io);
  return await withStores(database, async ({ keyAccounts }) => {
    const account = await keyAccounts.findByEmail(parsed.value.email);
    if (account === undefined) throw refused(parsed.value.email, "protocol 2 has no such account");
    const { email } = account;
    const leaf = await readAccountCertificate(cert, email);
    progress(io, comparison(account, leaf));
    if (!yes && !await isWanted(io)) {
      progress(io, "nothing is changed");
      return 1;
    }
    const binding = { keyHash: leaf.keyHash, username: leaf.commonName };
    const outcome = await keyAccounts.rebind(email, binding);
    if (outcome === "key_taken") throw refused(email, "the key belongs to another account");
    if (outcome === "unknown") throw refused(email, "the account was removed meanwhile");
    io.out.write(
      `bound ${printable(email)} to the key of "${leaf.commonName}" in ` +
        `${printable(keyAccounts.location)}\nnext: securechat user list\n`,
    );
    return 0;
  });
}

function refused(email: string, state: string): ChatError {
  return new ChatError("ACCOUNT", `cannot bind "${email}" to a key: ${state}`);
}

function comparison(account: StoredKeyAccount, leaf: LeafAccount): string {
  const isSame = account.keyHash === leaf.keyHash;
  return `account  "${account.username}", key ${account.keyHash}\n` +
    `new      "${leaf.commonName}", key ${isSame ? "the same" : leaf.keyHash}`;
}

async function isWanted(io: Io): Promise<boolean> {
  if (!io.input.isTerminal) {
    const state = "standard input is not a terminal";
    throw new ChatError("USAGE", `cannot ask whether to bind the account: ${state}`, {
      hint: "look at the certificate (securechat cert show FILE), then say --yes",
    });
  }
  const answer = await io.input.ask("Bind the account to this key? [y/N] ");
  return ["y", "yes"].includes(answer?.trim().toLowerCase() ?? "");
}
