/**
 * The extensions of certificates that path validation reads (RFC 5280 §4.2.1), each to plain data.
 *
 * @module
 */

import {
  contextTag,
  defaultFalse,
  DerCursor,
  type DerValue,
  integerBytes,
  malformed,
  oidText,
  openSequence,
  readDer,
  smallInteger,
  TAG,
} from "./der.ts";
import { type GeneralName, parseGeneralNames } from "./general_names.ts";

/** OIDs of the extensions that are understood. */
export const EXTENSION = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  issuerAltName: "2.5.29.18",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  crlReason: "2.5.29.21",
  deltaIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  certificateIssuer: "2.5.29.29",
  nameConstraints: "2.5.29.30",
  distributionPoints: "2.5.29.31",
  policies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyId: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extendedKeyUsage: "2.5.29.37",
  freshestCrl: "2.5.29.46",
  inhibitAnyPolicy: "2.5.29.54",
} as const;

/** An extension as it is written. */
export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** basicConstraints. */
export interface BasicConstraints {
  readonly isCa: boolean;
  readonly pathLength?: number;
}

/** authorityKeyIdentifier. */
export interface AuthorityKeyId {
  /** Lower-case hex. */
  readonly keyId?: string;
  readonly hasIssuer: boolean;
  /** The issuer's own certificate by its issuer's names and serial number, lower-case hex. */
  readonly issuerNames?: readonly GeneralName[];
  readonly issuerSerial?: string;
}

/** policyConstraints, numbers of certificates to skip. */
export interface PolicyConstraints {
  readonly requireExplicit?: number;
  readonly inhibitMapping?: number;
}

/**
 * Reads Extensions; none may come twice (RFC 5280 §4.2).
 *
 * @param value The SEQUENCE.
 * @returns The extensions by OID.
 * @throws {ChatError} FORMAT if one is broken or repeated.
 */
export function parseExtensions(value: DerValue): ReadonlyMap<string, RawExtension> {
  if (value.tag !== TAG.sequence) throw malformed("extensions are not a SEQUENCE");
  const found = new Map<string, RawExtension>();
  for (const item of new DerCursor(value.content, "extensions").rest()) {
    if (item.tag !== TAG.sequence) throw malformed("extension is not a SEQUENCE");
    const cursor = new DerCursor(item.content, "extension");
    const oid = oidText(cursor.take(TAG.oid).content);
    const critical = defaultFalse(cursor.takeIf(TAG.boolean));
    const octets = cursor.take(TAG.octetString).content;
    cursor.end();
    if (found.has(oid)) throw malformed(`extension ${oid} comes twice`);
    found.set(oid, { oid, critical, value: octets });
  }
  if (found.size === 0) throw malformed("extensions are empty");
  return found;
}

/**
 * Reads basicConstraints (RFC 5280 §4.2.1.9).
 *
 * @param bytes The extension's value.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is broken.
 */
export function parseBasicConstraints(bytes: Uint8Array): BasicConstraints {
  const cursor = openSequence(bytes, "basicConstraints");
  const isCa = defaultFalse(cursor.takeIf(TAG.boolean));
  const length = cursor.takeIf(TAG.integer);
  cursor.end();
  return { isCa, ...(length === undefined ? {} : { pathLength: smallInteger(length) }) };
}

/**
 * Reads authorityKeyIdentifier (RFC 5280 §4.2.1.1).
 *
 * @param bytes The extension's value.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is broken.
 */
export function parseAuthorityKeyId(bytes: Uint8Array): AuthorityKeyId {
  const cursor = openSequence(bytes, "authorityKeyIdentifier");
  const keyId = cursor.takeIf(contextTag(0, false));
  const issuer = cursor.takeIf(contextTag(1, true));
  const serial = cursor.takeIf(contextTag(2, false));
  cursor.end();
  if ((issuer === undefined) !== (serial === undefined)) {
    throw malformed("authorityKeyIdentifier with half an issuer");
  }
  return {
    hasIssuer: issuer !== undefined,
    ...(keyId === undefined ? {} : { keyId: keyId.content.toHex() }),
    ...(issuer === undefined ? {} : { issuerNames: parseGeneralNames(issuer.content, "issuer") }),
    ...(serial === undefined ? {} : { issuerSerial: integerBytes(serial).toHex() }),
  };
}

/**
 * Reads extKeyUsage (RFC 5280 §4.2.1.12).
 *
 * @param bytes The extension's value.
 * @returns OIDs, at least one.
 * @throws {ChatError} FORMAT if it is broken or empty.
 */
export function parseExtendedKeyUsage(bytes: Uint8Array): readonly string[] {
  return oids(openSequence(bytes, "extKeyUsage"), "extKeyUsage");
}

function oids(cursor: DerCursor, what: string): readonly string[] {
  const found: string[] = [];
  while (!cursor.isDone) found.push(oidText(cursor.take(TAG.oid).content));
  if (found.length === 0) throw malformed(`${what} is empty`);
  return found;
}

/**
 * Reads subjectAltName (RFC 5280 §4.2.1.6).
 *
 * @param bytes The extension's value.
 * @returns At least one name.
 * @throws {ChatError} FORMAT if it is broken or empty.
 */
export function parseSubjectAltName(bytes: Uint8Array): readonly GeneralName[] {
  const value = readDer(bytes, "subjectAltName");
  if (value.tag !== TAG.sequence) throw malformed("subjectAltName is not a SEQUENCE");
  return parseGeneralNames(value.content, "subjectAltName");
}

/**
 * Reads certificatePolicies (RFC 5280 §4.2.1.4); qualifiers are not looked at.
 *
 * @param bytes The extension's value.
 * @returns OIDs, at least one, none twice.
 * @throws {ChatError} FORMAT if it is broken or repeats one.
 */
export function parsePolicies(bytes: Uint8Array): readonly string[] {
  const cursor = openSequence(bytes, "certificatePolicies");
  const found: string[] = [];
  while (!cursor.isDone) {
    const policy = cursor.sequence("policy");
    found.push(oidText(policy.take(TAG.oid).content));
    policy.takeIf(TAG.sequence);
    policy.end();
  }
  if (found.length === 0) throw malformed("certificatePolicies is empty");
  if (new Set(found).size !== found.length) throw malformed("policy that comes twice");
  return found;
}

/**
 * Reads policyMappings (RFC 5280 §4.2.1.5).
 *
 * @param bytes The extension's value.
 * @returns Pairs: policy of the issuer, policy of the subject.
 * @throws {ChatError} FORMAT if it is broken or empty.
 */
export function parsePolicyMappings(bytes: Uint8Array): readonly (readonly [string, string])[] {
  const cursor = openSequence(bytes, "policyMappings");
  const found: (readonly [string, string])[] = [];
  while (!cursor.isDone) {
    const pair = cursor.sequence("policy mapping");
    found.push([oidText(pair.take(TAG.oid).content), oidText(pair.take(TAG.oid).content)]);
    pair.end();
  }
  if (found.length === 0) throw malformed("policyMappings is empty");
  return found;
}

/**
 * Reads policyConstraints (RFC 5280 §4.2.1.11).
 *
 * @param bytes The extension's value.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is broken or empty.
 */
export function parsePolicyConstraints(bytes: Uint8Array): PolicyConstraints {
  const cursor = openSequence(bytes, "policyConstraints");
  const explicit = cursor.takeIf(contextTag(0, false));
  const mapping = cursor.takeIf(contextTag(1, false));
  cursor.end();
  if (explicit === undefined && mapping === undefined) {
    throw malformed("policyConstraints is empty");
  }
  return {
    ...(explicit === undefined ? {} : { requireExplicit: smallInteger(explicit) }),
    ...(mapping === undefined ? {} : { inhibitMapping: smallInteger(mapping) }),
  };
}
