/**
 * `securechat ca init`: makes the CA of a team.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { createCa } from "../pki/issue.ts";
import { KEY_TYPES, type KeyType } from "../pki/key_type.ts";
import { parsePermittedName } from "../pki/permitted_names.ts";
import { checkedValue, daysValue, parseArgs, patternValue, usage } from "./args.ts";
import { beginBooks, ledgerPath, putAwayBooks } from "./books.ts";
import {
  describeFiles,
  makeFolder,
  refuseOverwrite,
  writeIdentityFiles,
} from "./identity_files.ts";
import type { Io } from "./io.ts";
import { chooseCaPassphrase, passphraseParsers } from "./passphrase.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat ca init";
const DEFAULT_OUT = "certs";
const PERMITTED_MAX = 32;

/** What `securechat ca init --help` prints. */
export const help = `${COMMAND}: makes the certificate authority of your team

Usage:
  securechat ca init [--name NAME] [--out FOLDER] [OPTIONS]

Makes FOLDER/ca-cert.pem, which every server and client needs, and
FOLDER/ca-key.pem. Whoever has that key can be anybody in your chat: keep it off
the machines that only chat. FOLDER/ca-ledger.jsonl are the CA's books: every
certificate that it issues is written there first.

On a terminal the command asks whether to encrypt the key. Without a terminal
the key is not encrypted unless a passphrase is given.

Options:
  --name NAME       the CA's name, 1 to 64 characters (default: SecureChat CA)
  --out FOLDER      where the files go; made with mode 0700 (default: certs)
  --days N          its life in days, 1 to 36500 (default: 3650)
  --key-type TYPE   rsa-2048, rsa-3072, rsa-4096, ec-p256 or ed25519 (default:
                    rsa-4096)
  --permit-domain NAME   the CA may sign hosts and mailboxes of this domain and
                    below it, or addresses of a network (10.0.0.0/8), and those
                    of localhost; nothing else but bare user names of clients;
                    may be repeated (default: every name)
  --key-size BITS   2048, 3072 or 4096: the same as --key-type rsa-BITS
  --passphrase-file FILE   encrypts the key: the passphrase is the first line of
  --passphrase-stdin       FILE, or of standard input
  --force           replace files that are there; what the old CA signed is then
                    worth nothing; its books are kept under another name
  -h, --help        this text

Exit status:
  0 done, 1 refused (a file is there), 2 wrong use

Examples:
  $ securechat ca init
  $ securechat ca init --name "Team CA" --out team --days 1825
  $ securechat ca init --permit-domain chat.example --permit-domain 10.0.0.0/8
`;

const nameValue = patternValue({
  metavar: "NAME",
  // 64 is ub-common-name of RFC 5280 Appendix A.1. The X.509 library takes quotation marks and a leading
  // # for RFC 4514 syntax and would make another name of them.
  pattern: /^[^\s\p{C}"#](?:[^\p{C}\p{Zl}\p{Zp}"]{0,62}[^\s\p{C}"])?$/u,
  expected: 'a name of 1 to 64 printable characters without "',
});

const permittedValue = checkedValue({
  metavar: "NAME",
  placeholder: "",
  expected: "a domain as chat.example, or a network as 10.0.0.0/8",
  read: (text) => parsePermittedName(text) === undefined ? undefined : text,
});

/** The options. */
export const parser = object({
  name: withDefault(option("--name", nameValue), "SecureChat CA"),
  out: withDefault(option("--out", string({ metavar: "FOLDER" })), DEFAULT_OUT),
  days: withDefault(option("--days", daysValue()), 3650),
  keyType: optional(option("--key-type", choice(KEY_TYPES))),
  keySize: optional(option("--key-size", choice([2048, 3072, 4096]))),
  permitted: multiple(option("--permit-domain", permittedValue), { max: PERMITTED_MAX }),
  ...passphraseParsers,
  force: option("--force"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the CA is made.
 * @throws {ChatError} USAGE; EXISTS if a file is there; FILE if the system refuses.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { name, out, days, force } = parsed.value;
  const keyType = chosenKeyType(parsed.value);
  const paths = { cert: `${out}/ca-cert.pem`, key: `${out}/ca-key.pem` };
  const ledger = ledgerPath(paths.key);
  await refuseOverwrite([paths.key, paths.cert, ledger], { force });
  const passphrase = await chooseCaPassphrase(io, { ...parsed.value, path: paths.key });
  const [, bits] = keyType.split("rsa-");
  if (bits) progress(io, `making a key of ${bits} bits, which may take some seconds`);
  const permitted = parsed.value.permitted.flatMap((text) => parsePermittedName(text) ?? []);
  const issued = await createCa({ name, keyType, days, nowMs: io.now(), permitted });
  await makeFolder(out);
  await putAwayBooks(io, ledger);
  const keeper = { ca: issued.certificate, caKey: issued.key, path: ledger };
  await beginBooks(keeper, { nowMs: io.now() });
  await writeIdentityFiles(issued, { paths, force, passphrase });
  const where = out === DEFAULT_OUT ? "" : ` --ca ${paths.cert} --ca-key ${paths.key}`;
  io.out.write(
    `made the CA "${printable(name)}"\n${describeFiles(issued, { paths, passphrase })}` +
      `books        ${printable(ledger)} (mode 0600)\n` +
      `next: securechat cert issue --cn chat.example --type server${printable(where)}\n`,
  );
  return 0;
}

interface KeyOptions {
  readonly keyType: KeyType | undefined;
  readonly keySize: 2048 | 3072 | 4096 | undefined;
}

function chosenKeyType({ keyType, keySize }: KeyOptions): KeyType {
  if (keySize === undefined) return keyType ?? "rsa-4096";
  if (keyType === undefined || keyType === `rsa-${keySize}`) return `rsa-${keySize}`;
  throw usage(COMMAND, { state: `--key-size ${keySize} and --key-type ${keyType} differ` });
}
