/**
 * Certificate requests, PKCS#10 (RFC 2986): what a holder of a key sends to a CA, so that the key
 * never leaves the holder's machine.
 *
 * A request is foreign: it is read strictly, and nothing of it but the key and the names is worth
 * anything before the operator of the CA has decided. What the certificate says is `issue.ts`'s
 * business.
 *
 * @module
 */

import "reflect-metadata";
import { ExtendedKeyUsageExtension, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import { printable } from "../bytes/printable.ts";
import { verifyCertificateSignature } from "../crypto/certificate_signature.ts";
import { sha256 } from "../crypto/digest.ts";
import { importVerifyKey } from "../crypto/signature.ts";
import { ChatError } from "../errors.ts";
import { type KeyShape, keyShapeOf, signingAlgorithms } from "./key_type.ts";
import {
  bitString,
  contextTag,
  DerCursor,
  type DerValue,
  malformed,
  openSequence,
  smallInteger,
  TAG,
} from "./path/der.ts";
import { type DistinguishedName, parseName } from "./path/names.ts";
import { keyFault, parsePublicKey, parseSignatureAlgorithm } from "./path/public_key.ts";
import { decodePem, encodePem } from "./pem.ts";
import type { PrivateKeyDer } from "./private_key.ts";
import { parseRequestAttributes, type RequestedNames } from "./request_attributes.ts";
import { nameOf } from "./sign_certificate.ts";
import { alternativeNames } from "./subject_alternative_names.ts";
import type { Role } from "./validate.ts";

/** Largest DER request that is read, bytes: one with an RSA key of 4096 bits has some 1,300. */
export const REQUEST_MAX_BYTES = 16_384;

const LABEL = "CERTIFICATE REQUEST"; // RFC 7468 §7
const OLD_LABEL = "NEW CERTIFICATE REQUEST";
const EXPONENT_MIN = 65_537n; // FIPS 186-5 §5.1, as is the other bound
const EXPONENT_BITS_MAX = 256n;

/** RFC 5280 §4.2.1.12. */
const ROLE_OID: Readonly<Record<Role, string>> = {
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
};

/** A request whose sender has proved to hold its key. Names are not checked but to be printable. */
export interface CertificateRequest extends RequestedNames, KeyShape {
  readonly der: Uint8Array;
  /** The whole subject, for people; printable. */
  readonly subject: string;
  /** Its CN, or the empty string. */
  readonly commonName: string;
  /** DER SubjectPublicKeyInfo. */
  readonly spkiDer: Uint8Array<ArrayBuffer>;
  /** Lower-case hex SHA-256 of `spkiDer`. */
  readonly keyFingerprint: string;
}

/** What a request asks for. */
export interface RequestParts {
  readonly key: PrivateKeyDer;
  readonly commonName: string;
  /** A wish: the CA decides. */
  readonly role: Role;
  /** More names: DNS names or IP addresses. */
  readonly names: readonly string[];
}

/**
 * Makes a request, signed by its own key (RFC 2986 §4.2).
 *
 * @param parts The key, and what is asked for.
 * @returns DER of the request.
 */
export async function createCertificateRequest(
  parts: RequestParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const { key, commonName, role, names } = parts;
  const { key: algorithm, signature } = signingAlgorithms(key.kind);
  const publicKey = await crypto.subtle.importKey("spki", key.spkiDer, algorithm, true, ["verify"]);
  const privateKey = await crypto.subtle.importKey("pkcs8", key.pkcs8Der, algorithm, false, [
    "sign",
  ]);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys: { publicKey, privateKey },
    signingAlgorithm: signature,
    extensions: [
      ...alternativeNames([...new Set([commonName, ...names])]),
      new ExtendedKeyUsageExtension([ROLE_OID[role]]),
    ],
  });
  return new Uint8Array(made.rawData);
}

/**
 * The usual PEM text of a request.
 *
 * @param der DER of the request.
 * @returns PEM text with a final newline.
 */
export function requestPem(der: Uint8Array): string {
  return encodePem(LABEL, der);
}

/**
 * Reads a PEM request.
 *
 * @param text PEM text with one `CERTIFICATE REQUEST` block.
 * @param source Where it is from, for errors.
 * @returns The request.
 * @throws {ChatError} As {@link parseCertificateRequest} does.
 */
export function parseRequestPem(text: string, source: string): CertificateRequest {
  const { der } = decodePem(text, [LABEL, OLD_LABEL], source);
  try {
    return parseCertificateRequest(der);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    throw new ChatError(error.code, `${error.message}, in ${source}`, {
      cause: error,
      hint: "have its sender make another one: securechat cert request",
    });
  }
}

/**
 * Reads a request, and has its sender prove to hold the key.
 *
 * @param der At most 16 KiB, nothing after the request.
 * @returns The request.
 * @throws {ChatError} FORMAT if it is not strict DER of a request, or holds text that is not
 * printable; BAD_CERT if its key or its way of signing is not of the profile, or the signature is not
 * of its own key. Nothing else, whatever the bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseCertificateRequest(new Uint8Array([0x30, 0])), { code: "FORMAT" });
 * ```
 */
export function parseCertificateRequest(der: Uint8Array): CertificateRequest {
  if (der.length > REQUEST_MAX_BYTES) {
    throw malformed(`request of ${der.length} bytes, expected at most ${REQUEST_MAX_BYTES}`);
  }
  const outer = openSequence(der, "request");
  const info = outer.take(TAG.sequence);
  const algorithm = outer.take(TAG.sequence);
  const signature = bitString(outer.take(TAG.bitString));
  outer.end();
  if (signature.unused !== 0) throw malformed("signature that is not whole bytes");
  const fields = new DerCursor(info.content, "request");
  const version = smallInteger(fields.take(TAG.integer));
  if (version !== 0) throw malformed(`request of version ${version + 1}, expected 1`); // §4.1
  const subject = parseName(fields.take(TAG.sequence));
  const key = parseRequestKey(fields.take(TAG.sequence));
  const attributes = fields.take(contextTag(0, true));
  fields.end();
  requireProof({ info, algorithm, signature: signature.bytes, spkiDer: key.spkiDer });
  const requested = parseRequestAttributes(attributes.content);
  const ignored = [...ignoredOfSubject(subject), ...requested.ignored];
  return {
    der,
    subject: subject.text,
    commonName: onlyName(subject),
    ...requested,
    ignored,
    ...key,
  };
}

type RequestKey = Pick<
  CertificateRequest,
  "spkiDer" | "keyFingerprint" | "keyKind" | "keyBits"
>;

/** The key as it will stand in the certificate: of the profile, and in its one spelling. */
function parseRequestKey(value: DerValue): RequestKey {
  const fault = keyFault(parsePublicKey(value));
  if (fault !== undefined) throw refused(fault);
  const { handle } = importVerifyKey(value.full);
  const spkiDer = new Uint8Array(handle.export({ type: "spki", format: "der" }));
  const shape = keyShapeOf(handle);
  if (shape === undefined || spkiDer.toHex() !== value.full.toHex()) {
    throw malformed("public key in an unusual form");
  }
  const { publicExponent = EXPONENT_MIN } = handle.asymmetricKeyDetails ?? {};
  const isGoodExponent = publicExponent >= EXPONENT_MIN && publicExponent % 2n === 1n &&
    publicExponent >> EXPONENT_BITS_MAX === 0n;
  if (!isGoodExponent) throw refused("its RSA key has an exponent that is even, small or huge");
  return { ...shape, spkiDer, keyFingerprint: sha256(spkiDer).toHex() };
}

interface Proof {
  readonly info: DerValue;
  readonly algorithm: DerValue;
  readonly signature: Uint8Array;
  readonly spkiDer: Uint8Array;
}

/** RFC 2986 §4.2: the signature is over the DER of certificationRequestInfo. */
function requireProof({ info, algorithm: identifier, signature, spkiDer }: Proof): void {
  const algorithm = parseSignatureAlgorithm(identifier);
  if (algorithm === undefined) {
    throw refused("its signature algorithm is not RSA or ECDSA with SHA-256 or better, or Ed25519");
  }
  if (verifyCertificateSignature({ algorithm, spkiDer, signature, data: info.full })) return;
  throw refused(
    "it is not signed by its own key, which is the proof of possession (RFC 2986 §4.2)",
  );
}

/** Two CNs would be two names for two readers. */
function onlyName({ commonNames }: DistinguishedName): string {
  const [first = "", ...more] = commonNames;
  if (more.length > 0) throw refused(`its subject has ${more.length + 1} CNs, expected one`);
  if (first !== printable(first)) throw malformed("subject that is not printable");
  return first;
}

/** Everything of a subject but its CN. */
function ignoredOfSubject({ attributeTexts }: DistinguishedName): readonly string[] {
  return attributeTexts.filter((text) => !text.startsWith("CN="))
    .map((text) => `subject ${printable(text)}`);
}

function refused(why: string): ChatError {
  return new ChatError("BAD_CERT", `cannot accept request: ${why}`);
}
