/**
 * `securechat cert renew`: a new certificate in the place of one that the CA has issued.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { type Certificate, certificatePem, parseCertificatePem } from "../pki/certificate.ts";
import { renewForKey } from "../pki/issue.ts";
import { keyText, keyTypeLike } from "../pki/key_type.ts";
import { generatePrivateKey, parsePrivateKey, type PrivateKeyDer } from "../pki/private_key.ts";
import { parseArgs, usage } from "./args.ts";
import { recordDeed } from "./books.ts";
import {
  fileExists,
  prefixOf,
  refuseOverwrite,
  writeIdentityFiles,
  writePublicFile,
} from "./identity_files.ts";
import type { Io } from "./io.ts";
import { namesText, openIssuer, warnIfLong } from "./issuer.ts";
import { issuerParsers } from "./leaf_options.ts";
import { warnIfExposed } from "./load_identity.ts";
import { readPem } from "./read_pem.ts";
import { renewableRole } from "./renewable.ts";

const COMMAND = "securechat cert renew";

/** A server takes other files without an end. */
const RELOAD = "reload the server that uses it (SIGHUP), or start it again";

/** What `securechat cert renew --help` prints. */
export const help = `${COMMAND}: makes a newer certificate for the same names

Usage:
  securechat cert renew CERT [--reuse-key | --key FILE] [OPTIONS]

Run it where the CA's key is. The new certificate has the subject, the role and
the names of the old one, and a new key of the same kind. The old one stays
valid until its end. The CA's books, which must know the old one, have the new
one before the files are written.

Options:
  --reuse-key     keep the key of the old certificate; its file is not needed
  --key FILE      certify this private key instead of a new one
  --days N        its life in days (default: CERT_VALIDITY_DAYS, or 365);
                  more than 825 is a warning
  --out PREFIX    makes PREFIX-cert.pem and PREFIX-key.pem (default: PREFIX of
                  CERT, PREFIX-cert.pem: the old pair, which needs --force)
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ca-key FILE   its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  --force         replace files that are there
  -h, --help      this text

Exit status:
  0 done, 1 refused (not of this CA, not in its books, revoked; a file is
  there), 2 wrong use, 4 no such file

Examples:
  $ securechat cert renew certs/server-cert.pem --force
  $ securechat cert renew certs/bob-cert.pem --out bob-2027 --days 90
  $ securechat cert renew certs/alice-cert.pem --reuse-key --force
`;

/** The options. */
export const parser = object({
  cert: argument(string({ metavar: "CERT" })),
  reuseKey: option("--reuse-key"),
  key: optional(option("--key", string({ metavar: "FILE" }))),
  out: optional(option("--out", string({ metavar: "PREFIX" }))),
  ...issuerParsers,
  force: option("--force"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the certificate is made.
 * @throws {ChatError} USAGE; CONFIG; EXISTS if a file is there; NO_INPUT, FILE or FORMAT for a file;
 * BAD_CERT if it may not be renewed; LEDGER if the books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { cert, force, ...wanted } = parsed.value;
  const plan = planOf(parsed.value);
  const old = parseCertificatePem((await readPem(cert)).text, `"${printable(cert)}"`);
  const { paths, isNewKey } = plan;
  await refuseOverwrite(isNewKey ? [paths.key, paths.cert] : [paths.cert], { force });
  const issuer = await openIssuer(io, wanted);
  const role = await renewableRole(io, { old, issuer });
  const key = wanted.reuseKey ? undefined : await openKey(io, { path: wanted.key, old });
  const nowMs = io.now();
  const certificate = await renewForKey(
    { ...issuer, old, role, nowMs },
    key?.spkiDer ?? new Uint8Array(old.key.spkiDer),
  );
  warnIfLong(io, issuer.days);
  const deed = { kind: "renewed", role, nowMs, note: old.serial, certificate } as const;
  const { index } = await recordDeed(io, issuer, deed);
  if (isNewKey && key !== undefined) {
    await writeIdentityFiles({ certificate, key }, { paths, force });
  } else {
    await writePublicFile(paths.cert, certificatePem(certificate), { force });
  }
  const books = `books        ${printable(issuer.path)}, line ${index + 1}\n`;
  io.out.write(
    `renewed the ${role} certificate of "${printable(old.commonName)}", ` +
      `signed by "${printable(issuer.ca.commonName)}"\n` +
      describeFiles(certificate, { plan, old }) + books +
      `next: ${await nextStep(plan)}${
        role === "server" ? RELOAD : "start the program again that uses it"
      }\n`,
  );
  return 0;
}

/** What comes before the start; a key that was made elsewhere, for a request, is not here. */
async function nextStep({ paths, oldKey, isInPlace }: Plan): Promise<string> {
  if (oldKey !== undefined && !await fileExists(oldKey)) {
    return `send ${printable(paths.cert)} to where its key is, and there `;
  }
  return isInPlace ? "" : "put the new files in the place of the old ones and ";
}

interface Plan {
  readonly paths: { readonly cert: string; readonly key: string };
  /** Whether a key is made and written. */
  readonly isNewKey: boolean;
  /** The key that stays, in words. */
  readonly kept: string;
  /** Where the key that stays would be, if it is here. */
  readonly oldKey: string | undefined;
  /** Whether the old certificate's file is replaced. */
  readonly isInPlace: boolean;
}

interface Wanted {
  readonly cert: string;
  readonly reuseKey: boolean;
  readonly key: string | undefined;
  readonly out: string | undefined;
}

function planOf({ cert, reuseKey, key, out }: Wanted): Plan {
  if (reuseKey && key !== undefined) {
    throw usage(COMMAND, { state: "--reuse-key and --key exclude each other" });
  }
  const oldPrefix = prefixOf(cert, "cert");
  const prefix = out ?? oldPrefix;
  if (prefix === undefined) {
    throw usage(COMMAND, { state: "--out is missing, and CERT is not named …-cert.pem" });
  }
  return {
    paths: { cert: `${prefix}-cert.pem`, key: `${prefix}-key.pem` },
    isNewKey: !reuseKey && key === undefined,
    kept: key ?? "the old one",
    oldKey: reuseKey && oldPrefix !== undefined ? `${oldPrefix}-key.pem` : undefined,
    isInPlace: `${prefix}-cert.pem` === cert,
  };
}

function describeFiles(
  certificate: Certificate,
  { plan, old }: { readonly plan: Plan; readonly old: Certificate },
): string {
  const { paths, isNewKey, kept } = plan;
  const mode = isNewKey ? "mode 0600" : "as it was";
  return `key          ${printable(isNewKey ? paths.key : kept)} (${
    keyText(certificate)
  }, ${mode})\n` +
    `certificate  ${printable(paths.cert)} (mode 0644)\n` +
    `valid until  ${endText(certificate)}\n` +
    `names        ${namesText(certificate)}\n` +
    `instead of   ${old.serial}, which ends ${endText(old)}\n`;
}

function endText({ notAfter }: Certificate): string {
  return notAfter.toISOString().replace(".000Z", "Z");
}

/** A key's file, or the certificate whose kind of key is made. */
interface WantedKey {
  readonly path: string | undefined;
  readonly old: Certificate;
}

async function openKey(io: Io, { path, old }: WantedKey): Promise<PrivateKeyDer> {
  if (path === undefined) return await generatePrivateKey(keyTypeLike(old));
  const { text, exposed } = await readPem(path);
  warnIfExposed(io, { path, exposed });
  return parsePrivateKey(text, `"${printable(path)}"`);
}
