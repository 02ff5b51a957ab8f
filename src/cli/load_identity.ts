/**
 * Reads what a side needs to be somebody: its certificate, its key, and the CA that both sides trust.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { type Certificate, parseCertificateDer, parseCertificatePem } from "../pki/certificate.ts";
import { type Identity, parseIdentity, parseLeafIdentity } from "../pki/identity.ts";
import type { Trust } from "../pki/trust.ts";
import { badCertificate, type CertificateFault, findFault, type Role } from "../pki/validate.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import { ownIdentity } from "../protocol/v2/peer_identity.ts";
import type { Config, IdentityPaths } from "./config.ts";
import type { Io } from "./io.ts";
import { readPem } from "./read_pem.ts";
import { warn } from "./report.ts";

/** Who is wanted, in which world. */
export interface LoadIdentityOptions {
  readonly role: Role;
  readonly io: Io;
  /** By which a peer would judge it. */
  readonly trust: Trust;
  /** Protocols that are wanted. Where 1 is the only one, another key than RSA is refused. */
  readonly protocols: readonly number[];
}

/** Who this side is, for each protocol that it can speak. */
export interface LoadedIdentity {
  /** For protocol 2. */
  readonly own: OwnIdentity;
  /** For protocol 1, which needs an RSA key. */
  readonly classic?: Identity;
}

/**
 * Reads the identity of a role, and refuses one that no peer would accept.
 *
 * @param config The settings that name the files.
 * @param options The role, and whom this side trusts; clock and standard error are used.
 * @returns The identities.
 * @throws {ChatError} FILE if a file is missing or unreadable; FORMAT if it is broken or the key is not
 * the certificate's; BAD_CERT if the certificate is expired, revoked or not for the role. Each hint is the
 * command that makes the right one.
 */
export async function loadIdentity(
  config: Config,
  { role, io, trust, protocols }: LoadIdentityOptions,
): Promise<LoadedIdentity> {
  const paths = role === "server" ? config.server : config.client;
  const remedy = issueCommand(role, { paths });
  const certificateFile = await readPem(paths.cert, { remedy });
  const keyFile = await readPem(paths.key, { remedy });
  warnIfExposed(io, { path: paths.key, exposed: keyFile.exposed });
  const files = {
    certificatePem: certificateFile.text,
    certificateSource: `"${printable(paths.cert)}"`,
    keyPem: keyFile.text,
    keySource: `"${printable(paths.key)}"`,
  };
  const { certificate, chain, leafKey } = await parseLeafIdentity(files);
  const policy = {
    trust: { ...trust, crlRequired: false }, // a stale list is the peers' to judge
    role,
    at: new Date(io.now()),
    untrusted: chain.slice(1).map((der) => parseCertificateDer(der, files.certificateSource)),
  } as const;
  const fault = await findFault(certificate, policy);
  if (fault !== undefined) throw unusable(certificate, { fault, role, paths });
  const own = { ...ownIdentity(chain), signingKey: leafKey };
  const isClassic = protocols.includes(1) &&
    (certificate.keyKind === "rsa" || protocols.length === 1);
  return isClassic ? { own, classic: await parseIdentity(files) } : { own };
}

/**
 * Reads the CA certificate.
 *
 * @param path Its file.
 * @returns The certificate.
 * @throws {ChatError} FILE if it is missing or unreadable; FORMAT if it is no certificate.
 */
export async function loadCa(path: string): Promise<Certificate> {
  const remedy = "make the CA of your team: securechat ca init; " +
    "or copy its ca-cert.pem here and name it with --ca";
  return parseCertificatePem((await readPem(path, { remedy })).text, `"${printable(path)}"`);
}

/** A private key's file. */
export interface KeyFile {
  readonly path: string;
  readonly exposed: boolean;
}

/**
 * Warns of a private key that others can read.
 *
 * @param io The world.
 * @param file The key's file.
 */
export function warnIfExposed(io: Io, { path, exposed }: KeyFile): void {
  if (!exposed) return;
  const name = printable(path);
  warn(io, `others can read the private key ${name}: chmod 600 ${name}`);
}

interface Unusable {
  readonly fault: CertificateFault;
  readonly role: Role;
  readonly paths: IdentityPaths;
}

function unusable(certificate: Certificate, { fault, role, paths }: Unusable): ChatError {
  const { message } = badCertificate(certificate, fault);
  const isDate = fault.reason === "expired" || fault.reason === "not_yet_valid";
  const hint = isDate
    ? `${renewCommand(paths)}; or correct the clock of this machine`
    : issueCommand(role, { paths, name: certificate.commonName });
  return new ChatError("BAD_CERT", message, { hint });
}

interface IssueParts {
  readonly paths: IdentityPaths;
  readonly name?: string;
}

/** The command line that makes a role's certificate where the settings expect it. */
function issueCommand(role: Role, { paths, name = "" }: IssueParts): string {
  const commonName = name === "" ? (role === "server" ? "chat.example" : "alice") : printable(name);
  const prefix = paths.cert.replace(/-cert\.pem$/, "");
  const other = role === "server" ? "client" : "server";
  // A command that is pasted must not replace another certificate than the one that is wrong.
  if (paths.key !== `${prefix}-key.pem` || prefix.endsWith(other)) {
    return `issue one: securechat cert issue --cn ${commonName} --type ${role} --out PREFIX, ` +
      "and name both of its files with --cert and --key";
  }
  const out = prefix === `certs/${role}` ? "" : ` --out ${printable(prefix)}`;
  return `issue one: securechat cert issue --cn ${commonName} --type ${role}${out}`;
}

/** The key stays, so that what is pasted replaces nothing but the certificate that ended. */
function renewCommand({ cert }: IdentityPaths): string {
  const path = printable(cert);
  const command = `renew it where the CA's key is: securechat cert renew ${path} --reuse-key`;
  return cert.endsWith("-cert.pem") ? `${command} --force` : `${command} --out PREFIX`;
}
