/**
 * `securechat cert issue`: makes a certificate for a server or a client.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { issueLeaf } from "../pki/issue.ts";
import { KEY_TYPES } from "../pki/key_type.ts";
import type { Role } from "../pki/validate.ts";
import { checkedValue, daysValue, parseArgs, patternValue } from "./args.ts";
import { ledgerPath, recordDeed } from "./books.ts";
import { readConfig } from "./config.ts";
import { describeFiles, refuseOverwrite, writeIdentityFiles } from "./identity_files.ts";
import type { Io } from "./io.ts";
import { loadCaKey } from "./ca_key.ts";
import { loadCa } from "./load_identity.ts";
import { passphraseParsers } from "./passphrase.ts";
import { progress } from "./report.ts";
import { COMMON_NAME_PATTERN, parseSubjectName } from "./subject_names.ts";

const COMMAND = "securechat cert issue";

/** What `securechat cert issue --help` prints. */
export const help = `${COMMAND}: makes a certificate for a server or a client

Usage:
  securechat cert issue --cn NAME --type server|client [OPTIONS]

Makes PREFIX-cert.pem and PREFIX-key.pem. A server's certificate also names
localhost and 127.0.0.1. The CA's books, ca-ledger.jsonl beside its
key, have the certificate before the files are written.

Options:
  --cn NAME       whom it is for: letters, digits and . _ @ - (required)
  --type TYPE     server or client (required)
  --out PREFIX    where the files go (default: certs/server or certs/client)
  --san NAME      one more name: DNS:name, IP:address, or either without prefix;
                  may be repeated
  --days N        its life in days (default: CERT_VALIDITY_DAYS, or 365)
  --key-type TYPE rsa-2048, rsa-3072, rsa-4096, ec-p256 or ed25519 (default:
                  rsa-2048; protocol 1 needs RSA)
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ca-key FILE   its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  --force         replace files that are there
  -h, --help      this text

Exit status:
  0 done, 1 refused (a file is there; the CA ends earlier), 2 wrong use

Examples:
  $ securechat cert issue --cn chat.example --type server --san 192.0.2.7
  $ securechat cert issue --cn alice --type client
  $ securechat cert issue --cn bob --type client --out certs/bob --days 90
`;

const commonName = patternValue({
  metavar: "NAME",
  pattern: COMMON_NAME_PATTERN,
  expected: "1 to 64 letters, digits and . _ @ -, with a letter or digit at both ends",
});
const subjectName = checkedValue({
  metavar: "NAME",
  placeholder: "",
  expected: "a DNS name or an IP address",
  read: parseSubjectName,
});

/** The options. */
export const parser = object({
  cn: option("--cn", commonName),
  type: option("--type", choice(["server", "client"])),
  out: optional(option("--out", string({ metavar: "PREFIX" }))),
  names: multiple(option("--san", subjectName)),
  days: optional(option("--days", daysValue())),
  keyType: withDefault(option("--key-type", choice(KEY_TYPES)), "rsa-2048"),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  caKey: optional(option("--ca-key", string({ metavar: "FILE" }))),
  ...passphraseParsers,
  force: option("--force"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the certificate is made.
 * @throws {ChatError} USAGE; CONFIG; EXISTS if a file is there; FILE or FORMAT for the CA's files;
 * BAD_CERT if the CA may not sign it; LEDGER if its books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { cn, type, names, force, keyType, out = `certs/${type}`, ...flags } = parsed.value;
  const config = await readConfig(io, {
    CA_CERT: flags.ca ?? "",
    CA_KEY: flags.caKey ?? "",
    CERT_VALIDITY_DAYS: flags.days?.toString() ?? "",
  });
  const paths = { cert: `${out}-cert.pem`, key: `${out}-key.pem` };
  await refuseOverwrite([paths.key, paths.cert], { force });
  const ca = await loadCa(config.ca.cert);
  const caKey = await loadCaKey(io, { path: config.ca.key, ...flags });
  const request = { ca, caKey, commonName: cn, role: type, names, keyType };
  const issued = await issueLeaf({
    ...request,
    days: config.certValidityDays,
    nowMs: io.now(),
  });
  const keeper = { ca, caKey, path: ledgerPath(config.ca.key) };
  const deed = { kind: "issued", role: type, nowMs: io.now() } as const;
  const { index } = await recordDeed(io, keeper, { ...deed, certificate: issued.certificate });
  await writeIdentityFiles(issued, { paths, force });
  const isForChat = issued.certificate.keyKind === "rsa";
  if (!isForChat) progress(io, "protocol 1 cannot use this certificate: it needs an RSA key");
  const { dnsNames, ipAddresses } = issued.certificate;
  io.out.write(
    `made a ${type} certificate for "${printable(cn)}", signed by "${printable(ca.commonName)}"\n` +
      `${describeFiles(issued, { paths })}names        ${
        [...dnsNames, ...ipAddresses].join(", ")
      }\n` +
      `books        ${printable(keeper.path)}, line ${index + 1}\n` +
      `next: ${printable(nextCommand(type, { out, isForChat }))}\n`,
  );
  return 0;
}

interface Made {
  readonly out: string;
  readonly isForChat: boolean;
}

function nextCommand(type: Role, { out, isForChat }: Made): string {
  if (!isForChat) return `securechat cert show ${out}-cert.pem`;
  const command = type === "server" ? "securechat serve" : "securechat connect";
  return out === `certs/${type}`
    ? command
    : `${command} --cert ${out}-cert.pem --key ${out}-key.pem`;
}
