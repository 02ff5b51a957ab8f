/**
 * A certificate as the rest of the program sees it: parsed once, plain data after that.
 *
 * Parsing accepts any X.509 v3 certificate with an RSA, P-256 or Ed25519 key; whether it may be used for something is
 * `validate.ts`'s business.
 *
 * @module
 */

import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from "@peculiar/x509";
import { sha256 } from "../crypto/digest.ts";
import { importVerifyKey, type VerifyKey } from "../crypto/signature.ts";
import { ChatError } from "../errors.ts";
import {
  type CertificateExtensions,
  type CertificateFields,
  libraryExtensions,
  libraryFields,
  type StrictView,
  strictView,
} from "./certificate_extensions.ts";
import { DER_VALUES_MAX, hasFewValues } from "./der_values.ts";
import { type KeyKind, keyShapeOf } from "./key_type.ts";
import { decodePem, encodePem } from "./pem.ts";

/** Largest DER certificate that is parsed, bytes. */
export const CERT_MAX_BYTES = 32_768;

const NAME_CONSTRAINTS_OID = "2.5.29.30"; // RFC 5280 §4.2.1.10

/** A parsed certificate. */
export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array<ArrayBuffer>;
  /** Lower-case hex SHA-256 of the DER. */
  readonly fingerprint: string;
  /** Distinguished names, for people. */
  readonly subject: string;
  readonly issuer: string;
  /** The subject's first CN, or the empty string. */
  readonly commonName: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: VerifyKey;
  /** Protocol 1 accepts RSA alone. */
  readonly keyKind: KeyKind;
  /** Of the modulus or of the curve. */
  readonly keyBits: number;
  /** Whether the holder of the issuer's key signed this certificate, names included. */
  signedBy(issuer: Certificate): Promise<boolean>;
}

/**
 * What the X.509 library makes of a certificate that was read here. Made anew each time: a server with
 * thousands of sessions would keep thousands of its large objects.
 */
function libraryView({ der }: Certificate): X509Certificate {
  return new X509Certificate(der);
}

/**
 * Parses a PEM certificate.
 *
 * @param text PEM text with one `CERTIFICATE` block.
 * @param source Where it is from, for errors.
 * @returns The certificate.
 * @throws {ChatError} FORMAT if it is not a certificate with a key of these kinds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseCertificatePem("hello", "a.pem"), { code: "FORMAT" });
 * ```
 */
export function parseCertificatePem(text: string, source: string): Certificate {
  return parseCertificateDer(decodePem(text, ["CERTIFICATE"], source).der, source);
}

/**
 * Parses a DER certificate.
 *
 * @param der At most 32 KiB and 1,024 values, nothing after the certificate.
 * @param source Where it is from, for errors.
 * @returns The certificate.
 * @throws {ChatError} FORMAT if it is not a certificate with a key of these kinds.
 */
export function parseCertificateDer(der: Uint8Array<ArrayBuffer>, source: string): Certificate {
  requireOneSequence(der, source);
  try {
    return describe(der);
  } catch (error) {
    const why = error instanceof ChatError ? error.message : "not an X.509 certificate";
    throw new ChatError("FORMAT", `cannot read certificate of ${source}: ${why}`, { cause: error });
  }
}

/**
 * The usual PEM text of a certificate.
 *
 * @param certificate A certificate.
 * @returns PEM text with a final newline.
 */
export function certificatePem(certificate: Certificate): string {
  return encodePem("CERTIFICATE", certificate.der);
}

/**
 * The subject's name as an object of the X.509 library, for the issuer field of what it signs: byte
 * for byte as the certificate has it, as RFC 5280 §4.1.2.4 asks.
 *
 * @param certificate A certificate.
 * @returns The name.
 */
export function subjectNameOf(certificate: Certificate): Name {
  return libraryView(certificate).subjectName;
}

/**
 * The alternative names of a certificate as an object of the X.509 library, for a certificate that
 * takes its place: byte for byte the same.
 *
 * @param certificate A certificate.
 * @returns The extension, or nothing where it has none.
 */
export function alternativeNamesOf(
  certificate: Certificate,
): SubjectAlternativeNameExtension | undefined {
  return libraryView(certificate).getExtension(SubjectAlternativeNameExtension) ?? undefined;
}

/**
 * The identifier that a certificate gives its key, which those that it signs repeat (RFC 5280 §4.2.1.2).
 *
 * @param certificate A certificate.
 * @returns Lower-case hex; nothing without the extension.
 */
export function subjectKeyIdOf(certificate: Certificate): string | undefined {
  return libraryView(certificate).getExtension(SubjectKeyIdentifierExtension)?.keyId;
}

/** What a CA's certificate lets it sign. */
export interface CaLimits {
  /** CAs that may stand between it and a leaf; absent: any number. RFC 5280 §4.2.1.9. */
  readonly pathLength?: number;
  /** DER of its nameConstraints, where it may sign certain names alone. RFC 5280 §4.2.1.10. */
  readonly nameConstraintsDer?: Uint8Array;
}

/**
 * What a CA's certificate lets it sign.
 *
 * @param certificate A certificate.
 * @returns Its limits, as the certificate states them.
 */
export function caLimitsOf(certificate: Certificate): CaLimits {
  const parsed = libraryView(certificate);
  const pathLength = parsed.getExtension(BasicConstraintsExtension)?.pathLength;
  const constraints = parsed.getExtension(NAME_CONSTRAINTS_OID);
  return {
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(constraints ? { nameConstraintsDer: new Uint8Array(constraints.value) } : {}),
  };
}

/**
 * One DER SEQUENCE and nothing behind it: bytes behind it would be under no signature. Not more values
 * than the library may be asked to read.
 */
function requireOneSequence(der: Uint8Array, source: string): void {
  const long = (der[1] ?? 0) & 0x7f;
  const isLong = ((der[1] ?? 0) & 0x80) !== 0;
  const lengthBytes = isLong ? long : 0;
  let length = isLong ? 0 : long;
  for (const byte of der.subarray(2, 2 + lengthBytes)) length = length * 256 + byte;
  const whole = 2 + lengthBytes + length === der.length && lengthBytes <= 3;
  if (der[0] !== 0x30 || !whole || der.length > CERT_MAX_BYTES) {
    throw new ChatError(
      "FORMAT",
      `cannot read certificate of ${source}: ${der.length} bytes that are not one DER sequence`,
    );
  }
  if (hasFewValues(der)) return;
  throw new ChatError(
    "FORMAT",
    `cannot read certificate of ${source}: more than ${DER_VALUES_MAX} values, or too deep`,
  );
}

/** The library, which takes most of the time, is asked for what the strict reader leaves to it alone. */
function describe(der: Uint8Array<ArrayBuffer>): Certificate {
  const strict = strictView(der);
  const parsed = strict?.fields === undefined ? new X509Certificate(der) : undefined;
  const spkiDer = strict?.spkiDer ?? parsed?.publicKey.rawData ?? new Uint8Array();
  const key = importVerifyKey(new Uint8Array(spkiDer));
  const shape = keyShapeOf(key.handle);
  if (shape === undefined) {
    throw new ChatError("FORMAT", "its key is neither RSA nor P-256 nor Ed25519");
  }
  const certificate: Certificate = {
    der,
    fingerprint: sha256(der).toHex(),
    ...fieldsOf(strict, parsed),
    key,
    ...shape,
    signedBy: (issuer) => isSignedBy(certificate, issuer),
  };
  return certificate;
}

function fieldsOf(
  strict: StrictView | undefined,
  parsed: X509Certificate | undefined,
): CertificateFields & CertificateExtensions {
  if (strict?.fields !== undefined) return { ...strict.fields, ...strict.extensions };
  if (parsed === undefined) throw new TypeError("nobody has read the certificate");
  return { ...libraryFields(parsed), ...(strict?.extensions ?? libraryExtensions(parsed)) };
}

async function isSignedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  const parsed = libraryView(certificate);
  const parsedIssuer = libraryView(issuer);
  if (parsed.issuer !== parsedIssuer.subject) return false;
  try {
    return await parsed.verify({ publicKey: parsedIssuer.publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}
