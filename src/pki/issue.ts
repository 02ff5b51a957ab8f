/**
 * Makes certificates: the CA's own, and leaves for servers and clients (RFC 5280 §4).
 *
 * @module
 */

import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";
import { ChatError } from "../errors.ts";
import {
  type Certificate,
  parseCertificateDer,
  subjectKeyIdOf,
  subjectNameOf,
} from "./certificate.ts";
import { type KeyType, signingAlgorithms } from "./key_type.ts";
import { generatePrivateKey, type PrivateKeyDer } from "./private_key.ts";
import type { Role } from "./validate.ts";

const DAY_MS = 86_400_000;
const BACKDATE_MS = 300_000; // clocks of a team differ by minutes
const SERIAL_BYTES = 16; // RFC 5280 §4.1.2.2 allows 20; 128 random bits never repeat

/** A certificate and its private key, as made. */
export interface Issued {
  readonly certificate: Certificate;
  readonly key: PrivateKeyDer;
}

/** What a new CA is made of. */
export interface CaRequest {
  /** Its CN. */
  readonly name: string;
  readonly keyType: KeyType;
  readonly days: number;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** What a new leaf is made of. */
export interface LeafRequest {
  readonly ca: Certificate;
  readonly caKey: PrivateKeyDer;
  /** CN; also the first SAN dNSName. */
  readonly commonName: string;
  readonly role: Role;
  /** More names: DNS names or IP addresses. */
  readonly names: readonly string[];
  readonly days: number;
  readonly nowMs: number;
  /** RSA 2048 bits where it is left out, which protocol 1 needs. */
  readonly keyType?: KeyType;
}

/**
 * Makes a self-signed CA certificate, path length 0: it signs leaves and no other CA.
 *
 * @param request Name, kind of key, life.
 * @returns The certificate and its key.
 */
export async function createCa(request: CaRequest): Promise<Issued> {
  const key = await generatePrivateKey(request.keyType);
  const usages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  const notAfter = new Date(wholeSecond(request.nowMs) + request.days * DAY_MS);
  const certificate = await signCertificate({
    subject: request.name,
    issuer: request.name,
    notBefore: new Date(wholeSecond(request.nowMs) - BACKDATE_MS),
    notAfter,
    spkiDer: key.spkiDer,
    signer: key,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(usages, true),
      await SubjectKeyIdentifierExtension.create(new PublicKey(key.spkiDer)),
    ],
  });
  return { certificate, key };
}

/**
 * Issues a certificate and makes its key.
 *
 * @param request Who it is for, for how long, and the CA.
 * @returns The certificate and its key.
 * @throws {ChatError} BAD_CERT if the CA is none, has ended, or would end before the leaf;
 * FORMAT if the CA's key is not the key of its certificate.
 */
export async function issueLeaf(request: LeafRequest): Promise<Issued> {
  const { ca, role } = request;
  const notAfter = new Date(wholeSecond(request.nowMs) + request.days * DAY_MS);
  requireUsableCa(request, notAfter);
  const key = await generatePrivateKey(request.keyType ?? "rsa-2048");
  const certificate = await signCertificate({
    subject: request.commonName,
    issuer: ca,
    notBefore: new Date(
      Math.max(wholeSecond(request.nowMs) - BACKDATE_MS, ca.notBefore.getTime()),
    ),
    notAfter,
    spkiDer: key.spkiDer,
    signer: request.caKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(leafUsages(key), true),
      new ExtendedKeyUsageExtension([EKU_OID[role]], true),
      new SubjectAlternativeNameExtension(alternativeNames(request)),
      await SubjectKeyIdentifierExtension.create(new PublicKey(key.spkiDer)),
      await authorityKeyId(ca),
    ],
  });
  return { certificate, key };
}

/** As the CA's certificate has it: other programs make identifiers in other ways. */
async function authorityKeyId(ca: Certificate): Promise<Extension> {
  const keyId = subjectKeyIdOf(ca);
  return keyId === undefined
    ? await AuthorityKeyIdentifierExtension.create(new PublicKey(new Uint8Array(ca.key.spkiDer)))
    : new AuthorityKeyIdentifierExtension(keyId);
}

const EKU_OID: Readonly<Record<Role, string>> = {
  server: "1.3.6.1.5.5.7.3.1", // RFC 5280 §4.2.1.12, id-kp-serverAuth
  client: "1.3.6.1.5.5.7.3.2", // id-kp-clientAuth
};

/** RFC 5280 §4.1.2.5 has whole seconds. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function requireUsableCa({ ca, caKey, nowMs }: LeafRequest, notAfter: Date): void {
  if (!ca.isCa) {
    throw new ChatError("BAD_CERT", "cannot issue: the CA file is not a CA certificate");
  }
  if (caKey.spkiDer.toHex() !== ca.key.spkiDer.toHex()) {
    throw new ChatError("FORMAT", "cannot issue: the CA key does not belong to the CA certificate");
  }
  const end = ca.notAfter;
  if (end.getTime() < nowMs) {
    throw new ChatError("BAD_CERT", `cannot issue: the CA expired ${end.toISOString()}`, {
      hint: "make a new CA: securechat ca init --force",
    });
  }
  if (end >= notAfter) return;
  const days = Math.floor((end.getTime() - nowMs) / DAY_MS);
  throw new ChatError(
    "BAD_CERT",
    `cannot issue until ${notAfter.toISOString()}: the CA itself ends ${end.toISOString()}`,
    { hint: `ask for at most --days ${days}, or make a new CA: securechat ca init` },
  );
}

/** A server also answers to localhost, so that it can be tried on its own machine. */
function alternativeNames({ commonName, role, names }: LeafRequest): JsonGeneralName[] {
  const local = role === "server" ? ["localhost", "127.0.0.1"] : [];
  const all = [...new Set([commonName, ...local, ...names])];
  return all.map((value) => ({ type: isIP(value) > 0 ? "ip" : "dns", value }));
}

interface Unsigned {
  readonly subject: string;
  /** The CA, or a name for a certificate that signs itself. */
  readonly issuer: Certificate | string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spkiDer: Uint8Array<ArrayBuffer>;
  readonly signer: PrivateKeyDer;
  readonly extensions: Extension[];
}

/** Only RSA encrypts keys: RFC 8813 §3, RFC 8410 §5. */
function leafUsages({ kind }: PrivateKeyDer): number {
  const { digitalSignature, keyEncipherment } = KeyUsageFlags;
  return kind === "rsa" ? digitalSignature | keyEncipherment : digitalSignature;
}

async function signCertificate(parts: Unsigned): Promise<Certificate> {
  const { key, signature } = signingAlgorithms(parts.signer.kind);
  const signingKey = await crypto.subtle.importKey("pkcs8", parts.signer.pkcs8Der, key, false, [
    "sign",
  ]);
  const made = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: nameOf(parts.subject),
    issuer: typeof parts.issuer === "string" ? nameOf(parts.issuer) : subjectNameOf(parts.issuer),
    notBefore: parts.notBefore,
    notAfter: parts.notAfter,
    signingAlgorithm: signature,
    publicKey: new PublicKey(parts.spkiDer),
    signingKey,
    extensions: parts.extensions,
  });
  return parseCertificateDer(new Uint8Array(made.rawData), "the new certificate");
}

/** Tagged as UTF8String, so that nothing in it is read as RFC 4514 syntax (quotes, `#`, `+`). */
function nameOf(commonName: string): Name {
  return new Name([{ CN: [{ utf8String: commonName }] }]);
}

/** Positive and of full length: RFC 5280 §4.1.2.2. */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toHex();
}
