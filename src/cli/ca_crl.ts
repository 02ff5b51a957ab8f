/**
 * `securechat ca crl`: writes the CA's revocation list anew.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { daysValue, parseArgs } from "./args.ts";
import { ledgerPath, readGoodBooks } from "./books.ts";
import { loadCaKey } from "./ca_key.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { loadCa } from "./load_identity.ts";
import { passphraseParsers } from "./passphrase.ts";
import {
  DEFAULT_LIST_DAYS,
  describeList,
  nextStep,
  readOwnList,
  writeRevocationList,
} from "./revocation_list.ts";

const COMMAND = "securechat ca crl";

/** What `securechat ca crl --help` prints. */
export const help = `${COMMAND}: writes the CA's revocation list anew

Usage:
  securechat ca crl [--days N] [--out FILE] [OPTIONS]

Checks the CA's books and makes the list of everything that they say is revoked;
an empty list is good, too. Lists go out of date: run this before the day that
it prints as its next update, and give the file to those who have the old one.

Options:
  --days N        days until the next list is due (default: 30)
  --out FILE      the list (default: CA_CRL, or ca-crl.pem beside
                  the CA's certificate)
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ca-key FILE   its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  -h, --help      this text

Exit status:
  0 written, 1 refused (the books do not hold), 2 wrong use or setting

Examples:
  $ securechat ca crl
  $ securechat ca crl --days 7 --out /srv/chat/ca-crl.pem
`;

/** The options. */
export const parser = object({
  days: withDefault(option("--days", daysValue()), DEFAULT_LIST_DAYS),
  out: optional(option("--out", string({ metavar: "FILE" }))),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  caKey: optional(option("--ca-key", string({ metavar: "FILE" }))),
  ...passphraseParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the list is written.
 * @throws {ChatError} USAGE; CONFIG; FILE or FORMAT for a file; LEDGER if the books do not hold or lack
 * what the list that is there has; EXISTS if something else is there; BAD_CERT if the CA may sign none.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { days, out, ca: caFile, caKey: keyFile, ...passphrase } = parsed.value;
  const config = await readConfig(io, {
    CA_CERT: caFile ?? "",
    CA_KEY: keyFile ?? "",
    CA_CRL: out ?? "",
  });
  const ca = await loadCa(config.ca.cert);
  const books = ledgerPath(config.ca.key);
  await readGoodBooks(io, { ca, path: books });
  const { path } = config.crl;
  await readOwnList(path, ca); // before a passphrase is asked for
  const caKey = await loadCaKey(io, { path: config.ca.key, ...passphrase });
  const keeper = { ca, caKey, path: books };
  const list = await writeRevocationList(keeper, { path, days, nowMs: io.now() });
  io.out.write(describeList(list, path) + nextStep(path));
  return 0;
}
