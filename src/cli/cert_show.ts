/**
 * `securechat cert show`: says what a certificate says.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { type Certificate, parseCertificatePem } from "../pki/certificate.ts";
import { type KeyShape, keyText } from "../pki/key_type.ts";
import { parseArgs } from "./args.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { readPem } from "./read_pem.ts";

const COMMAND = "securechat cert show";
const DAY_MS = 86_400_000;

/** What `securechat cert show --help` prints. */
export const help = `${COMMAND}: shows what a certificate says

Usage:
  securechat cert show FILE [--json]

Says whom a certificate is for and until when. Whether it can be trusted is
another question: only its CA's certificate answers that.

Options:
  --json        one JSON object instead of lines
  -h, --help    this text

Exit status:
  0 shown, 1 not a certificate, 2 wrong use, 4 no such file

Examples:
  $ securechat cert show certs/server-cert.pem
  $ securechat cert show --json certs/client-cert.pem
`;

/** The options. */
export const parser = object({
  file: argument(string({ metavar: "FILE" })),
  json: option("--json"),
});

/** RFC 5280 §4.2.1.12. */
const EKU_NAMES: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
};

/** RFC 5280 §4.2.1.3, bit 0 first. */
const KEY_USAGE_NAMES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when it is shown, expired or not.
 * @throws {ChatError} USAGE; NO_INPUT or FILE for the file; FORMAT if it is no certificate.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { file, json } = parsed.value;
  const { text } = await readPem(file);
  const certificate = parseCertificatePem(text, `"${printable(file)}"`);
  const described = describe(certificate);
  io.out.write(json ? `${jsonLine(described)}\n` : lines(described, io.now()));
  return 0;
}

interface Description extends KeyShape {
  readonly subject: string;
  readonly issuer: string;
  readonly kind: "CA" | "server" | "client" | "other";
  readonly notBefore: string;
  readonly notAfter: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly keyUsage: readonly string[];
  readonly extendedKeyUsage: readonly string[];
  readonly serial: string;
  readonly fingerprint: string;
}

function describe(certificate: Certificate): Description {
  const uses = (certificate.extendedKeyUsage ?? []).map((oid) => EKU_NAMES[oid] ?? oid);
  const { keyUsage = 0 } = certificate;
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    kind: kindOf(certificate.isCa, uses),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    dnsNames: certificate.dnsNames,
    ipAddresses: certificate.ipAddresses,
    emailAddresses: certificate.emailAddresses,
    keyKind: certificate.keyKind,
    keyBits: certificate.keyBits,
    keyUsage: KEY_USAGE_NAMES.filter((_, bit) => (keyUsage & (1 << bit)) !== 0),
    extendedKeyUsage: uses,
    serial: certificate.serial,
    fingerprint: certificate.fingerprint,
  };
}

function kindOf(isCa: boolean, uses: readonly string[]): Description["kind"] {
  if (isCa) return "CA";
  if (uses.includes("serverAuth")) return "server";
  return uses.includes("clientAuth") ? "client" : "other";
}

function lines(described: Description, nowMs: number): string {
  const { dnsNames, ipAddresses, emailAddresses, keyUsage, extendedKeyUsage } = described;
  const rows = [
    ["subject", described.subject],
    ["issuer", described.issuer],
    ["kind", described.kind],
    ["valid from", described.notBefore],
    ["valid until", `${described.notAfter} (${lifeLeft(Date.parse(described.notAfter) - nowMs)})`],
    ["names", [...dnsNames, ...ipAddresses, ...emailAddresses].join(", ") || "none"],
    ["key", keyText(described)],
    ["use", [...keyUsage, ...extendedKeyUsage].join(", ") || "not restricted"],
    ["serial", described.serial],
    ["SHA-256", described.fingerprint],
  ];
  return rows.map(([label = "", value = ""]) => `${label.padEnd(13)}${printable(value)}\n`).join(
    "",
  );
}

function lifeLeft(ms: number): string {
  return ms < 0 ? "EXPIRED" : `${Math.floor(ms / DAY_MS)} days left`;
}
