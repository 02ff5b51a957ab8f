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
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  PublicKey,
  type SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import { importVerifyKey } from "../crypto/signature.ts";
import { ChatError } from "../errors.ts";
import { alternativeNamesOf, type Certificate, subjectNameOf } from "./certificate.ts";
import { keyShapeOf, type KeyType } from "./key_type.ts";
import { EXTENSION } from "./path/extensions.ts";
import { validatePath } from "./path/validate_path.ts";
import { encodePermittedNames, type PermittedName } from "./permitted_names.ts";
import { generatePrivateKey, type PrivateKeyDer } from "./private_key.ts";
import { nameOf, signCertificate } from "./sign_certificate.ts";
import { alternativeNames, leafNames } from "./subject_alternative_names.ts";
import type { Role } from "./validate.ts";

const DAY_MS = 86_400_000;
const BACKDATE_MS = 300_000; // clocks of a team differ by minutes

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
  /** What it may sign names of, and nothing else; without any, all names. */
  readonly permitted?: readonly PermittedName[];
}

/** Who signs a leaf, for which role, and how long it lives. */
export interface Issuance {
  readonly ca: Certificate;
  readonly caKey: PrivateKeyDer;
  readonly role: Role;
  readonly days: number;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** What a new leaf is made of. */
export interface LeafRequest extends Issuance {
  /** CN; also the first alternative name. */
  readonly commonName: string;
  /** More names: DNS names or IP addresses. */
  readonly names: readonly string[];
  /** RSA 2048 bits where it is left out, which protocol 1 needs. */
  readonly keyType?: KeyType;
}

/** What a leaf that takes the place of another is made of. */
export interface RenewalRequest extends Issuance {
  /** The certificate whose subject and names it gets. */
  readonly old: Certificate;
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
  const { permitted = [] } = request;
  const certificate = await signCertificate({
    subject: nameOf(request.name),
    issuer: nameOf(request.name),
    notBefore: new Date(wholeSecond(request.nowMs) - BACKDATE_MS),
    notAfter,
    spkiDer: key.spkiDer,
    signer: key,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(usages, true),
      await SubjectKeyIdentifierExtension.create(new PublicKey(key.spkiDer)),
      ...(permitted.length === 0
        ? []
        : [new Extension(EXTENSION.nameConstraints, true, encodePermittedNames(permitted))]),
    ],
  });
  return { certificate, key };
}

/**
 * Issues a certificate and makes its key.
 *
 * @param request Who it is for, for how long, and the CA.
 * @returns The certificate and its key.
 * @throws {ChatError} As {@link issueForKey} does, and before a key is made.
 */
export async function issueLeaf(request: LeafRequest): Promise<Issued> {
  endOf(request);
  leafNames(request);
  const key = await generatePrivateKey(request.keyType ?? "rsa-2048");
  return { certificate: await issueForKey(request, key.spkiDer), key };
}

/**
 * Issues a certificate for a key that is there. What it says is decided here alone: nothing but the
 * key and the names comes from whoever asks.
 *
 * @param request Who it is for, for how long, and the CA.
 * @param spkiDer DER SubjectPublicKeyInfo of an RSA, P-256 or Ed25519 key.
 * @returns The certificate, which the strict validator accepts.
 * @throws {ChatError} BAD_CERT if the CA is none, has ended, would end before the leaf, or may not sign
 * these names, or if the key is the CA's own; FORMAT if the CA's key is not the key of its certificate.
 */
export async function issueForKey(
  request: LeafRequest,
  spkiDer: Uint8Array<ArrayBuffer>,
): Promise<Certificate> {
  return await signLeaf(request, {
    notAfter: endOf(request),
    subject: nameOf(request.commonName),
    alternative: alternativeNames(leafNames(request)),
    spkiDer,
  });
}

/**
 * Issues a certificate with the subject and the names of another, as they are.
 *
 * @param request The other one, for how long, and the CA.
 * @param spkiDer DER SubjectPublicKeyInfo of an RSA, P-256 or Ed25519 key: the same one, or a new one.
 * @returns The certificate, which the strict validator accepts.
 * @throws {ChatError} As {@link issueForKey} does.
 */
export async function renewForKey(
  request: RenewalRequest,
  spkiDer: Uint8Array<ArrayBuffer>,
): Promise<Certificate> {
  const alternative = alternativeNamesOf(request.old);
  return await signLeaf(request, {
    notAfter: endOf(request),
    subject: subjectNameOf(request.old),
    alternative: alternative === undefined ? [] : [alternative],
    spkiDer,
  });
}

/** The parts of a leaf that differ from one way of issuing to the other. */
interface LeafParts {
  readonly notAfter: Date;
  readonly subject: Name;
  readonly alternative: readonly SubjectAlternativeNameExtension[];
  readonly spkiDer: Uint8Array<ArrayBuffer>;
}

async function signLeaf(issuance: Issuance, parts: LeafParts): Promise<Certificate> {
  const { ca, caKey, role, nowMs } = issuance;
  const { notAfter, subject, alternative, spkiDer } = parts;
  if (spkiDer.toHex() === ca.key.spkiDer.toHex()) {
    throw new ChatError("BAD_CERT", "cannot issue: the key is the CA's own");
  }
  const notBefore = Math.max(wholeSecond(nowMs) - BACKDATE_MS, ca.notBefore.getTime());
  const certificate = await signCertificate({
    subject,
    issuer: subjectNameOf(ca),
    notBefore: new Date(notBefore),
    notAfter,
    spkiDer,
    signer: caKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(leafUsages(spkiDer), true),
      new ExtendedKeyUsageExtension([EKU_OID[role]], true),
      ...alternative,
      await SubjectKeyIdentifierExtension.create(new PublicKey(spkiDer)),
      await AuthorityKeyIdentifierExtension.create(new PublicKey(new Uint8Array(ca.key.spkiDer))),
    ],
  });
  const { der: leafDer, notBefore: at } = certificate;
  const result = await validatePath({ leafDer, anchorsDer: [ca.der], at, purpose: role });
  // One that ends before it begins, by a clock from before the CA, is good for nothing anyway.
  if (result.kind === "accepted" || result.code === "expired") return certificate;
  throw new ChatError("BAD_CERT", `cannot issue: ${result.text} (${result.rule})`, {
    hint: "nobody would accept it: ask for other names, or look at the CA: securechat ca show",
  });
}

const EKU_OID: Readonly<Record<Role, string>> = {
  server: "1.3.6.1.5.5.7.3.1", // RFC 5280 §4.2.1.12, id-kp-serverAuth
  client: "1.3.6.1.5.5.7.3.2", // id-kp-clientAuth
};

/** RFC 5280 §4.1.2.5 has whole seconds. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** The end of a leaf that a CA may issue now. */
function endOf({ ca, caKey, days, nowMs }: Issuance): Date {
  const notAfter = new Date(wholeSecond(nowMs) + days * DAY_MS);
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
  if (end >= notAfter) return notAfter;
  const left = Math.floor((end.getTime() - nowMs) / DAY_MS);
  throw new ChatError(
    "BAD_CERT",
    `cannot issue until ${notAfter.toISOString()}: the CA itself ends ${end.toISOString()}`,
    { hint: `ask for at most --days ${left}, or make a new CA: securechat ca init` },
  );
}

/** Only RSA encrypts keys: RFC 8813 §3, RFC 8410 §5. */
function leafUsages(spkiDer: Uint8Array): number {
  const { digitalSignature, keyEncipherment } = KeyUsageFlags;
  const isRsa = keyShapeOf(importVerifyKey(spkiDer).handle)?.keyKind === "rsa";
  return isRsa ? digitalSignature | keyEncipherment : digitalSignature;
}
