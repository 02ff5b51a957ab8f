/**
 * `securechat cert request`: asks a CA for a certificate; the key stays here.
 *
 * @module
 */

import { dirname } from "node:path";
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { encodePrivateKey, generatePrivateKey, parsePrivateKey } from "../pki/private_key.ts";
import { KEY_TYPES, keyText, type KeyType } from "../pki/key_type.ts";
import {
  type CertificateRequest,
  createCertificateRequest,
  parseCertificateRequest,
  requestPem,
} from "../pki/request.ts";
import { writePrivate } from "../store/private_file.ts";
import { parseArgs, usage } from "./args.ts";
import { makeFolder, refuseOverwrite, writePublicFile } from "./identity_files.ts";
import type { Io } from "./io.ts";
import { commonNameValue, subjectNameValue } from "./leaf_options.ts";
import { warnIfExposed } from "./load_identity.ts";
import { readPem } from "./read_pem.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat cert request";

/** What `securechat cert request --help` prints. */
export const help = `${COMMAND}: makes a key, and a request to a CA

Usage:
  securechat cert request --cn NAME --type server|client [OPTIONS]

Makes PREFIX-key.pem, which never leaves this machine, and PREFIX-request.pem
(PKCS#10). Send the request to whoever keeps the CA, who signs it with:
securechat ca sign. What comes back is PREFIX-cert.pem.

Options:
  --cn NAME       whom it is for: letters, digits and . _ @ - (required)
  --type TYPE     server or client: a wish, the CA decides (required)
  --out PREFIX    where the files go (default: certs/server or certs/client)
  --san NAME      one more name: DNS:name, IP:address, or either without prefix;
                  may be repeated
  --key-type TYPE rsa-2048, rsa-3072, rsa-4096, ec-p256 or ed25519 (default:
                  rsa-2048; protocol 1 needs RSA)
  --key FILE      ask for this key instead of a new one
  --force         replace files that are there
  -h, --help      this text

Exit status:
  0 done, 1 refused (a file is there), 2 wrong use, 4 no such key

Examples:
  $ securechat cert request --cn alice --type client
  $ securechat cert request --cn chat.example --type server --san 192.0.2.7
  $ securechat cert request --cn alice --type client --key certs/client-key.pem
`;

/** The options. */
export const parser = object({
  cn: option("--cn", commonNameValue),
  type: option("--type", choice(["server", "client"])),
  out: optional(option("--out", string({ metavar: "PREFIX" }))),
  names: multiple(option("--san", subjectNameValue)),
  keyType: optional(option("--key-type", choice(KEY_TYPES))),
  key: optional(option("--key", string({ metavar: "FILE" }))),
  force: option("--force"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when the request is made.
 * @throws {ChatError} USAGE; EXISTS if a file is there; NO_INPUT, FILE or FORMAT for the key's file.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { cn, type, names, key: keyFile, keyType, force } = parsed.value;
  if (keyFile !== undefined && keyType !== undefined) {
    throw usage(COMMAND, { state: "--key and --key-type exclude each other" });
  }
  const { out = `certs/${type}` } = parsed.value;
  const paths = { key: keyFile ?? `${out}-key.pem`, request: `${out}-request.pem` };
  const made = keyFile === undefined ? [paths.key, paths.request] : [paths.request];
  await refuseOverwrite(made, { force });
  const key = await openKey(io, { path: keyFile, type: keyType ?? "rsa-2048" });
  const der = await createCertificateRequest({ key, commonName: cn, role: type, names });
  const request = parseCertificateRequest(der);
  if (keyFile === undefined) {
    await makeFolder(dirname(paths.key));
    await writePrivate(paths.key, encodePrivateKey(key), { replace: force });
  }
  await writePublicFile(paths.request, requestPem(der), { force });
  const isForChat = request.keyKind === "rsa";
  if (!isForChat) progress(io, "protocol 1 cannot use this key: it needs an RSA key");
  io.out.write(describe(request, { type, paths, isNew: keyFile === undefined }));
  return 0;
}

/** A key's file, or what kind of key is made. */
interface WantedKey {
  readonly path: string | undefined;
  readonly type: KeyType;
}

async function openKey(io: Io, { path, type }: WantedKey) {
  if (path === undefined) return await generatePrivateKey(type);
  const { text, exposed } = await readPem(path);
  warnIfExposed(io, { path, exposed });
  return parsePrivateKey(text, `"${printable(path)}"`);
}

interface Made {
  readonly type: string;
  readonly paths: { readonly key: string; readonly request: string };
  /** Whether the key was made now. */
  readonly isNew: boolean;
}

function describe(request: CertificateRequest, { type, paths, isNew }: Made): string {
  const names = [...request.names, ...request.emailAddresses].join(", ");
  const mode = isNew ? ", mode 0600" : ", as it was";
  return `made a request for a ${type} certificate for "${printable(request.commonName)}"\n` +
    `key          ${printable(paths.key)} (${keyText(request)}${mode})\n` +
    `request      ${printable(paths.request)} (mode 0644)\n` +
    `names        ${printable(names)}\n` +
    `key SHA-256  ${request.keyFingerprint}\n` +
    `next: send the request to whoever keeps the CA, tell them the key's SHA-256 some other way, ` +
    `and there: securechat ca sign ${printable(paths.request)}\n`;
}
