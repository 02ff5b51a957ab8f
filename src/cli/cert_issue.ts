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
import { parseArgs } from "./args.ts";
import { recordDeed } from "./books.ts";
import { describeFiles, refuseOverwrite, writeIdentityFiles } from "./identity_files.ts";
import type { Io } from "./io.ts";
import { namesText, openIssuer, warnIfLong } from "./issuer.ts";
import { commonNameValue, issuerParsers, subjectNameValue } from "./leaf_options.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat cert issue";

/** What `securechat cert issue --help` prints. */
export const help = `${COMMAND}: makes a certificate for a server or a client

Usage:
  securechat cert issue --cn NAME --type server|client [OPTIONS]

Makes PREFIX-cert.pem and PREFIX-key.pem. A server's certificate also names
localhost and 127.0.0.1, where the CA may sign them. Names outside of what the
CA may sign are refused. The CA's books, ca-ledger.jsonl beside its key, have
the certificate before the files are written.

Options:
  --cn NAME       whom it is for: letters, digits and . _ @ - (required)
  --type TYPE     server or client (required)
  --out PREFIX    where the files go (default: certs/server or certs/client)
  --san NAME      one more name: DNS:name, IP:address, or either without prefix;
                  may be repeated
  --days N        its life in days (default: CERT_VALIDITY_DAYS, or 365);
                  more than 825 is a warning
  --key-type TYPE rsa-2048, rsa-3072, rsa-4096, ec-p256 or ed25519 (default:
                  rsa-2048; protocol 1 needs RSA; ed25519 is the fastest)
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

/** The options. */
export const parser = object({
  cn: option("--cn", commonNameValue),
  type: option("--type", choice(["server", "client"])),
  out: optional(option("--out", string({ metavar: "PREFIX" }))),
  names: multiple(option("--san", subjectNameValue)),
  keyType: withDefault(option("--key-type", choice(KEY_TYPES)), "rsa-2048"),
  ...issuerParsers,
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
  const paths = { cert: `${out}-cert.pem`, key: `${out}-key.pem` };
  await refuseOverwrite([paths.key, paths.cert], { force });
  const issuer = await openIssuer(io, flags);
  const request = { ...issuer, commonName: cn, role: type, names, keyType };
  const issued = await issueLeaf({ ...request, nowMs: io.now() });
  warnIfLong(io, issuer.days);
  const deed = { kind: "issued", role: type, nowMs: io.now() } as const;
  const { index } = await recordDeed(io, issuer, { ...deed, certificate: issued.certificate });
  await writeIdentityFiles(issued, { paths, force });
  if (issued.certificate.keyKind !== "rsa") {
    progress(io, "protocol 1 cannot use this certificate: it needs an RSA key");
  }
  io.out.write(
    `made a ${type} certificate for "${printable(cn)}", signed by "${
      printable(issuer.ca.commonName)
    }"\n` +
      `${describeFiles(issued, { paths })}names        ${namesText(issued.certificate)}\n` +
      `books        ${printable(issuer.path)}, line ${index + 1}\n` +
      `next: ${printable(nextCommand(type, out))}\n`,
  );
  return 0;
}

function nextCommand(type: Role, out: string): string {
  const command = type === "server" ? "securechat serve" : "securechat connect";
  return out === `certs/${type}`
    ? command
    : `${command} --cert ${out}-cert.pem --key ${out}-key.pem`;
}
