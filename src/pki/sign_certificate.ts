/**
 * Signs certificates: the one place that turns fields into a signed X.509 v3 certificate.
 *
 * What a certificate says is decided by `issue.ts`.
 *
 * @module
 */

import "reflect-metadata";
import { type Extension, Name, PublicKey, X509CertificateGenerator } from "@peculiar/x509";
import { type Certificate, parseCertificateDer } from "./certificate.ts";
import { signingAlgorithms } from "./key_type.ts";
import type { PrivateKeyDer } from "./private_key.ts";

const SERIAL_BYTES = 16; // RFC 5280 §4.1.2.2 allows 20; 128 random bits never repeat

/** The fields of a certificate that is to be signed. */
export interface UnsignedCertificate {
  readonly subject: Name;
  readonly issuer: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER SubjectPublicKeyInfo of the subject. */
  readonly spkiDer: Uint8Array<ArrayBuffer>;
  readonly signer: PrivateKeyDer;
  readonly extensions: readonly Extension[];
}

/**
 * Signs a certificate, under a serial number that was never used.
 *
 * @param parts What it says, and who signs.
 * @returns The certificate.
 */
export async function signCertificate(parts: UnsignedCertificate): Promise<Certificate> {
  const { key, signature } = signingAlgorithms(parts.signer.kind);
  const signingKey = await crypto.subtle.importKey("pkcs8", parts.signer.pkcs8Der, key, false, [
    "sign",
  ]);
  const made = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: parts.subject,
    issuer: parts.issuer,
    notBefore: parts.notBefore,
    notAfter: parts.notAfter,
    signingAlgorithm: signature,
    publicKey: new PublicKey(parts.spkiDer),
    signingKey,
    extensions: [...parts.extensions],
  });
  return parseCertificateDer(new Uint8Array(made.rawData), "the new certificate");
}

/**
 * A name of one CN, tagged as UTF8String, so that nothing in it is read as RFC 4514 syntax (quotes,
 * `#`, `+`).
 *
 * @param commonName The CN.
 * @returns The name.
 */
export function nameOf(commonName: string): Name {
  return new Name([{ CN: [{ utf8String: commonName }] }]);
}

/** Positive and of full length: RFC 5280 §4.1.2.2. */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toHex();
}
