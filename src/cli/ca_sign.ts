/**
 * `securechat ca sign`: answers a certificate request.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { type Certificate, certificatePem } from "../pki/certificate.ts";
import { issueForKey } from "../pki/issue.ts";
import { keyText } from "../pki/key_type.ts";
import { type CertificateRequest, parseRequestPem } from "../pki/request.ts";
import { parseArgs, usage } from "./args.ts";
import { recordDeed } from "./books.ts";
import { prefixOf, refuseOverwrite, writePublicFile } from "./identity_files.ts";
import type { Io } from "./io.ts";
import { namesText, openIssuer, warnIfLong } from "./issuer.ts";
import { commonNameValue, issuerParsers, subjectNameValue } from "./leaf_options.ts";
import { readPem } from "./read_pem.ts";
import { progress } from "./report.ts";
import { decideOnRequest, type Decision } from "./request_decision.ts";

const COMMAND = "securechat ca sign";

/** What `securechat ca sign --help` prints. */
export const help = `${COMMAND}: answers a certificate request

Usage:
  securechat ca sign REQUEST [--type server|client] [OPTIONS]

Checks that the request is signed by its own key, shows what it asks for and
what of it is ignored, asks, and makes PREFIX-cert.pem. The CA decides what a
certificate says: of a request only the key and the names count. Compare the
key's SHA-256 with what the sender tells you some other way.

A server's certificate also names localhost and 127.0.0.1, where the CA may sign
them. The CA's books have the certificate before the file is written.

Options:
  --type TYPE     server or client (default: what the request wishes for)
  --cn NAME       whom it is for, instead of the request's CN
  --san NAME      a name instead of the request's: DNS:name, IP:address, or
                  either without prefix; may be repeated
  --days N        its life in days (default: CERT_VALIDITY_DAYS, or 365);
                  more than 825 is a warning
  --out PREFIX    where the file goes (default: PREFIX of PREFIX-request.pem)
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ca-key FILE   its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  --yes           sign without being asked; needed where nobody can be asked
  --force         replace a file that is there
  -h, --help      this text

Exit status:
  0 done, 1 refused (a bad request; you said no), 2 wrong use, 4 no such request

Examples:
  $ securechat ca sign alice-request.pem
  $ securechat ca sign chat-request.pem --type server --days 90 --yes
  $ securechat ca sign bob-request.pem --cn bob --san bob.example --out bob
`;

/** The options. */
export const parser = object({
  request: argument(string({ metavar: "REQUEST" })),
  type: optional(option("--type", choice(["server", "client"]))),
  cn: optional(option("--cn", commonNameValue)),
  names: multiple(option("--san", subjectNameValue)),
  out: optional(option("--out", string({ metavar: "PREFIX" }))),
  ...issuerParsers,
  yes: option("--yes"),
  force: option("--force"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world: a terminal is asked before anything is signed.
 * @returns 0 when the certificate is made, 1 when the person said no.
 * @throws {ChatError} USAGE; CONFIG; NO_INPUT, FILE or FORMAT for a file; EXISTS if the certificate is
 * there; BAD_CERT if the request proves nothing, or the CA may not sign it; LEDGER if the books do not
 * hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { request: file, yes, force, ...wanted } = parsed.value;
  const path = `${prefixFor(file, wanted.out)}-cert.pem`;
  if (!yes && !io.input.isTerminal) {
    throw usage(COMMAND, { state: "nobody can be asked, so --yes must be said" });
  }
  await refuseOverwrite([path], { force });
  const request = parseRequestPem((await readPem(file)).text, `"${printable(file)}"`);
  const decision = decideOnRequest(request, { command: COMMAND, ...wanted });
  progress(io, describeRequest(request, decision));
  if (!yes && !await isWanted(io)) {
    progress(io, "nothing was signed");
    return 1;
  }
  const issuer = await openIssuer(io, wanted);
  const nowMs = io.now();
  const certificate = await issueForKey({ ...issuer, ...decision, nowMs }, request.spkiDer);
  warnIfLong(io, issuer.days);
  const deed = { kind: "issued", role: decision.role, nowMs, certificate } as const;
  const { index } = await recordDeed(io, issuer, deed);
  await writePublicFile(path, certificatePem(certificate), { force });
  if (certificate.keyKind !== "rsa") {
    progress(io, "protocol 1 cannot use this certificate: it needs an RSA key");
  }
  const books = `${printable(issuer.path)}, line ${index + 1}`;
  io.out.write(
    `signed a ${decision.role} certificate for "${printable(decision.commonName)}" ` +
      `as "${printable(issuer.ca.commonName)}"\n${describeCertificate(certificate, path)}` +
      `books        ${books}\n` +
      `next: send ${printable(path)} to whoever asked: the key is there\n`,
  );
  return 0;
}

function prefixFor(file: string, out: string | undefined): string {
  const prefix = out ?? prefixOf(file, "request");
  if (prefix !== undefined) return prefix;
  throw usage(COMMAND, { state: "--out is missing, and REQUEST is not named …-request.pem" });
}

function describeCertificate(certificate: Certificate, path: string): string {
  const until = certificate.notAfter.toISOString().replace(".000Z", "Z");
  return `certificate  ${printable(path)} (mode 0644)\nvalid until  ${until}\n` +
    `names        ${namesText(certificate)}\n`;
}

/** What is asked for and what is done about it, for the person who decides. */
function describeRequest(request: CertificateRequest, decision: Decision): string {
  const { role, commonName, names, ignored } = decision;
  const wish = request.role === undefined ? "no wish" : `wished for: ${request.role}`;
  return [
    `subject      ${request.subject || "none"}`,
    `key          ${keyText(request)}, which signed this request`,
    `key SHA-256  ${request.keyFingerprint}`,
    `ignored      ${ignored.length === 0 ? "nothing" : ignored.join(", ")}`,
    `to sign      a ${role} certificate (${wish}) for ${[commonName, ...names].join(", ")}`,
  ].join("\n");
}

/** No unless a person says yes. */
async function isWanted(io: Io): Promise<boolean> {
  for (;;) {
    const answer = (await io.input.ask("sign this? [y/N] "))?.trim().toLowerCase();
    if (answer === "y" || answer === "yes") return true;
    if (answer === undefined || ["", "n", "no"].includes(answer)) return false;
  }
}
