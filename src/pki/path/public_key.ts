/**
 * Keys and signature algorithms of the profile: RSA 2048 to 4096, P-256, Ed25519; SHA-256 and up.
 *
 * @module
 */

import type { CertificateSignatureAlgorithm } from "../../crypto/certificate_signature.ts";
import {
  bitString,
  DerCursor,
  type DerValue,
  integerBytes,
  oidText,
  openSequence,
  TAG,
} from "./der.ts";

/** What a SubjectPublicKeyInfo says. */
export interface PublicKeyInfo {
  readonly spkiDer: Uint8Array;
  /** `ec` is P-256; everything else that the profile lacks is `other`. */
  readonly type: "rsa" | "ec" | "ed25519" | "other";
  /** Bits of an RSA modulus, 0 for other keys. */
  readonly bits: number;
  /** The algorithm's OID, for people. */
  readonly oid: string;
}

const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
const ED25519 = "1.3.101.112"; // RFC 8410 §3
const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 4096;
const BYTE_BITS = 8;

/** Signature algorithms by OID, and whether their parameters are NULL (RFC 4055 §5) or absent. */
const ALGORITHMS: Readonly<
  Record<string, { readonly algorithm: CertificateSignatureAlgorithm; readonly isNull: boolean }>
> = {
  "1.2.840.113549.1.1.11": { algorithm: { key: "rsa", hash: "sha256" }, isNull: true },
  "1.2.840.113549.1.1.12": { algorithm: { key: "rsa", hash: "sha384" }, isNull: true },
  "1.2.840.113549.1.1.13": { algorithm: { key: "rsa", hash: "sha512" }, isNull: true },
  "1.2.840.10045.4.3.2": { algorithm: { key: "ec", hash: "sha256" }, isNull: false },
  "1.2.840.10045.4.3.3": { algorithm: { key: "ec", hash: "sha384" }, isNull: false },
  "1.2.840.10045.4.3.4": { algorithm: { key: "ec", hash: "sha512" }, isNull: false },
  [ED25519]: { algorithm: { key: "ed25519" }, isNull: false },
};

/**
 * Finds a signature algorithm of the profile.
 *
 * @param value An AlgorithmIdentifier.
 * @returns The algorithm, or nothing when the profile lacks it (SHA-1 and MD5 among them).
 * @throws {ChatError} FORMAT if it is broken.
 */
export function parseSignatureAlgorithm(
  value: DerValue,
): CertificateSignatureAlgorithm | undefined {
  const cursor = new DerCursor(value.content, "signature algorithm");
  const known = ALGORITHMS[oidText(cursor.take(TAG.oid).content)];
  const parameters = cursor.isDone ? undefined : cursor.next();
  cursor.end();
  if (known === undefined) return undefined;
  const isNull = parameters?.tag === TAG.null && parameters.content.length === 0;
  return (known.isNull ? isNull : parameters === undefined) ? known.algorithm : undefined;
}

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
 *
 * @param value The SEQUENCE.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is broken.
 */
export function parsePublicKey(value: DerValue): PublicKeyInfo {
  const cursor = new DerCursor(value.content, "public key");
  const algorithm = cursor.sequence("public key algorithm");
  const oid = oidText(algorithm.take(TAG.oid).content);
  const parameters = algorithm.isDone ? undefined : algorithm.next();
  const key = bitString(cursor.take(TAG.bitString)).bytes;
  cursor.end();
  const info = { spkiDer: value.full, oid, bits: 0 };
  if (oid === RSA_ENCRYPTION) return { ...info, type: "rsa", bits: modulusBits(key) };
  if (oid === ED25519 && parameters === undefined) return { ...info, type: "ed25519" };
  const isP256 = oid === EC_PUBLIC_KEY && parameters?.tag === TAG.oid &&
    oidText(parameters.content) === P256;
  return { ...info, type: isP256 ? "ec" : "other" };
}

function modulusBits(key: Uint8Array): number {
  const cursor = openSequence(key, "RSA key");
  const modulus = integerBytes(cursor.take(TAG.integer));
  integerBytes(cursor.take(TAG.integer));
  cursor.end();
  const significant = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  return significant.length * BYTE_BITS - Math.clz32(significant[0] ?? 0) + 24;
}

/**
 * Says why a key is not one of the profile.
 *
 * @param key A key.
 * @returns The reason, or nothing when it is.
 */
export function keyFault(key: PublicKeyInfo): string | undefined {
  if (key.type === "other") return `its key (${key.oid}) is not RSA, P-256 or Ed25519`;
  if (key.type !== "rsa") return undefined;
  if (key.bits < RSA_BITS_MIN || key.bits > RSA_BITS_MAX) {
    return `its RSA key has ${key.bits} bits, expected ${RSA_BITS_MIN} to ${RSA_BITS_MAX}`;
  }
  return key.bits % BYTE_BITS === 0
    ? undefined
    : `its RSA key has ${key.bits} bits, not whole bytes`;
}
