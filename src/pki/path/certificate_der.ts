/**
 * A certificate read strictly (RFC 5280 §4.1), with what path validation needs of it as plain data.
 *
 * Reading refuses what no rule of a path could make good: broken DER, an extension twice, two signature
 * algorithms that differ. Whether it may be in a path is decided by `check_path.ts`.
 *
 * @module
 */

import { sha256 } from "../../crypto/digest.ts";
import { printable } from "../../bytes/printable.ts";
import { equalBytes } from "../../bytes/equal.ts";
import type { CertificateSignatureAlgorithm } from "../../crypto/certificate_signature.ts";
import {
  bitString,
  contextTag,
  DerCursor,
  integerBytes,
  malformed,
  namedBits,
  openSequence,
  readDer,
  smallInteger,
  TAG,
} from "./der.ts";
import { parseTime } from "./der_time.ts";
import { type DistributionPoint, parseDistributionPoints } from "./distribution_points.ts";
import {
  type AuthorityKeyId,
  type BasicConstraints,
  EXTENSION,
  parseAuthorityKeyId,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseExtensions,
  parsePolicies,
  parsePolicyConstraints,
  parsePolicyMappings,
  parseSubjectAltName,
  type PolicyConstraints,
  type RawExtension,
} from "./extensions.ts";
import type { GeneralName } from "./general_names.ts";
import { type NameConstraints, parseNameConstraints } from "./name_constraints.ts";
import { type DistinguishedName, parseName } from "./names.ts";
import { parsePublicKey, parseSignatureAlgorithm, type PublicKeyInfo } from "./public_key.ts";

/** Largest certificate that is read, bytes. */
export const PATH_CERT_MAX_BYTES = 65_536;

/** Extensions by name, each absent when the certificate lacks it. */
export interface KnownExtensions {
  readonly basicConstraints?: BasicConstraints;
  /** Bits of RFC 5280 §4.2.1.3, bit 0 lowest. */
  readonly keyUsage?: number;
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltName?: readonly GeneralName[];
  readonly subjectKeyId?: string;
  readonly authorityKeyId?: AuthorityKeyId;
  readonly nameConstraints?: NameConstraints;
  readonly policies?: readonly string[];
  readonly policyMappings?: readonly (readonly [string, string])[];
  readonly policyConstraints?: PolicyConstraints;
  readonly inhibitAnyPolicy?: number;
  readonly distributionPoints?: readonly DistributionPoint[];
  readonly freshestCrl?: readonly DistributionPoint[];
}

/** A certificate as path validation sees it. */
export interface PathCertificate extends KnownExtensions {
  readonly der: Uint8Array;
  /** Lower-case hex SHA-256 of the DER. */
  readonly fingerprint: string;
  /** 1, 2 or 3. */
  readonly version: number;
  /** The serial number's octets, two's complement, lower-case hex. */
  readonly serial: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since the Unix epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly key: PublicKeyInfo;
  /** Absent when the profile lacks the algorithm. */
  readonly algorithm?: CertificateSignatureAlgorithm;
  readonly tbsDer: Uint8Array;
  readonly signature: Uint8Array;
  readonly extensions: ReadonlyMap<string, RawExtension>;
  /** Whether issuer and subject are the same name. */
  readonly isSelfIssued: boolean;
  /** How errors name it: its subject, or its serial number. Printable. */
  readonly label: string;
}

/**
 * Reads a certificate.
 *
 * @param der At most 64 KiB, nothing after the certificate.
 * @returns The certificate.
 * @throws {ChatError} FORMAT if it is not strict DER of a certificate.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parsePathCertificate(new Uint8Array([0x30, 0])), { code: "FORMAT" });
 * ```
 */
export function parsePathCertificate(der: Uint8Array): PathCertificate {
  if (der.length > PATH_CERT_MAX_BYTES) throw malformed(`certificate of ${der.length} bytes`);
  const outer = openSequence(der, "certificate");
  const tbs = outer.take(TAG.sequence);
  const algorithm = outer.take(TAG.sequence);
  const { bytes: signature, unused } = bitString(outer.take(TAG.bitString));
  outer.end();
  if (unused !== 0) throw malformed("signature that is not whole bytes");
  const fields = parseTbs(tbs.content, algorithm.full);
  const known = parseSignatureAlgorithm(algorithm);
  return {
    ...fields,
    ...parseKnown(fields.extensions),
    ...(known === undefined ? {} : { algorithm: known }),
    der,
    fingerprint: sha256(der).toHex(),
    tbsDer: tbs.full,
    signature,
    isSelfIssued: fields.issuer.key === fields.subject.key,
    label: printable(fields.subject.text) || `serial ${fields.serial}`,
  };
}

type TbsFields = Pick<
  PathCertificate,
  "version" | "serial" | "issuer" | "subject" | "notBeforeMs" | "notAfterMs" | "key" | "extensions"
>;

function parseTbs(content: Uint8Array, outerAlgorithm: Uint8Array): TbsFields {
  const cursor = new DerCursor(content, "certificate");
  const written = cursor.takeIf(contextTag(0, true));
  const version = written === undefined ? 1 : parseVersion(written.content);
  const serial = integerBytes(cursor.take(TAG.integer)).toHex();
  if (!equalBytes(cursor.take(TAG.sequence).full, outerAlgorithm)) {
    throw malformed("certificate names two signature algorithms");
  }
  const issuer = parseName(cursor.take(TAG.sequence));
  const validity = cursor.sequence("validity");
  const notBeforeMs = parseTime(validity.next());
  const notAfterMs = parseTime(validity.next());
  validity.end();
  const subject = parseName(cursor.take(TAG.sequence));
  const key = parsePublicKey(cursor.take(TAG.sequence));
  const ids = [cursor.takeIf(contextTag(1, false)), cursor.takeIf(contextTag(2, false))];
  const wrapped = cursor.takeIf(contextTag(3, true));
  cursor.end();
  if (ids.some((id) => id !== undefined) && version < 2) throw malformed("unique id in version 1");
  if (wrapped !== undefined && version !== 3) throw malformed(`extensions in version ${version}`);
  const extensions = wrapped === undefined
    ? new Map<string, RawExtension>()
    : parseExtensions(readDer(wrapped.content, "extensions"));
  return { version, serial, issuer, subject, notBeforeMs, notAfterMs, key, extensions };
}

function parseVersion(content: Uint8Array): number {
  const value = readDer(content, "version");
  const version = value.tag === TAG.integer ? smallInteger(value) + 1 : 0;
  if (version !== 2 && version !== 3) throw malformed("unknown version");
  return version;
}

/** Reads every known extension that is there. */
function parseKnown(extensions: ReadonlyMap<string, RawExtension>): KnownExtensions {
  const read = <T, K extends string>(
    key: K,
    oid: string,
    parse: (bytes: Uint8Array) => T,
  ): { readonly [P in K]?: T } => {
    const extension = extensions.get(oid);
    return extension === undefined ? {} : { [key]: parse(extension.value) } as { [P in K]: T };
  };
  return {
    ...read("basicConstraints", EXTENSION.basicConstraints, parseBasicConstraints),
    ...read("keyUsage", EXTENSION.keyUsage, parseKeyUsage),
    ...read("extendedKeyUsage", EXTENSION.extendedKeyUsage, parseExtendedKeyUsage),
    ...read("subjectAltName", EXTENSION.subjectAltName, parseSubjectAltName),
    ...read("subjectKeyId", EXTENSION.subjectKeyId, parseSubjectKeyId),
    ...read("authorityKeyId", EXTENSION.authorityKeyId, parseAuthorityKeyId),
    ...read("nameConstraints", EXTENSION.nameConstraints, parseNameConstraints),
    ...read("policies", EXTENSION.policies, parsePolicies),
    ...read("policyMappings", EXTENSION.policyMappings, parsePolicyMappings),
    ...read("policyConstraints", EXTENSION.policyConstraints, parsePolicyConstraints),
    ...read("inhibitAnyPolicy", EXTENSION.inhibitAnyPolicy, parseSkip),
    ...read("distributionPoints", EXTENSION.distributionPoints, parseDistributionPoints),
    ...read("freshestCrl", EXTENSION.freshestCrl, parseDistributionPoints),
  };
}

function parseKeyUsage(bytes: Uint8Array): number {
  const value = readDer(bytes, "keyUsage");
  const usage = value.tag === TAG.bitString ? namedBits(value) : 0;
  if (usage === 0) throw malformed("keyUsage without a usage"); // RFC 5280 §4.2.1.3
  return usage;
}

function parseSubjectKeyId(bytes: Uint8Array): string {
  const value = readDer(bytes, "subjectKeyIdentifier");
  if (value.tag !== TAG.octetString) throw malformed("subjectKeyIdentifier is no OCTET STRING");
  return value.content.toHex();
}

function parseSkip(bytes: Uint8Array): number {
  const value = readDer(bytes, "inhibitAnyPolicy");
  if (value.tag !== TAG.integer) throw malformed("inhibitAnyPolicy is no INTEGER");
  return smallInteger(value);
}
