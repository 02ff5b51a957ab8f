/**
 * What one certificate must be like for its place in a path, whatever the others say: RFC 5280 §4 where
 * it says MUST of a conforming certificate, and the profile where that is narrower.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { PathCertificate } from "./certificate_der.ts";
import { EXTENSION } from "./extensions.ts";
import { strayCommonName } from "./host_name.ts";
import { keyFault } from "./public_key.ts";
import { type PathFault, pathFault } from "./reasons.ts";

/**
 * What a certificate is wanted for. `any` is RFC 5280 §6.1 without a role: no extended key usage is asked
 * for, a CA may be the leaf, and how issuers must mark what the reader understands anyway is not checked.
 */
export type PathPurpose = "server" | "client" | "any";

/**
 * Whose rules decide where they differ. `web` is the CA/Browser Forum: a CN is never a name (§7.1.4.3), and
 * the extended key usage of a leaf is not critical (§7.1.2.7.6). `team` is RFC 5280 and RFC 6125: a CN counts
 * without alternative names, and a critical extended key usage is the stricter mark.
 */
export type PathRules = "team" | "web";

/** Where a certificate stands in a path; a `root` is an anchor that signed itself. */
export type PathPlace = "root" | "anchor" | "intermediate" | "leaf";

/** Bits of keyUsage (RFC 5280 §4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 1 << 0, certSign: 1 << 5, crlSign: 1 << 6 } as const;

const ANY_USAGE = "2.5.29.37.0";
const PURPOSE_OID: Readonly<Record<"server" | "client", string>> = {
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
};
const SERIAL_HEX_MAX = 40; // 20 octets

const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectAltName,
  EXTENSION.nameConstraints,
  EXTENSION.policies,
  EXTENSION.policyMappings,
  EXTENSION.policyConstraints,
  EXTENSION.inhibitAnyPolicy,
  EXTENSION.distributionPoints,
]);
const NEVER_CRITICAL = [
  EXTENSION.subjectKeyId,
  EXTENSION.authorityKeyId,
  EXTENSION.freshestCrl,
] as const; // RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15
const ALWAYS_CRITICAL = [EXTENSION.policyConstraints, EXTENSION.inhibitAnyPolicy] as const; // §4.2.1.11, .14

/** A certificate, where it stands, and what for. */
export interface PlacedCertificate {
  readonly certificate: PathCertificate;
  readonly place: PathPlace;
  readonly purpose: PathPurpose;
  readonly rules: PathRules;
}

/**
 * Finds the first rule that a certificate breaks by itself.
 *
 * @param placed The certificate and its place.
 * @returns The fault, or nothing.
 */
export function profileFault(placed: PlacedCertificate): PathFault | undefined {
  return formFault(placed) ?? markFault(placed) ?? subjectFault(placed.certificate) ??
    identifierFault(placed) ?? kindFault(placed);
}

function formFault({ certificate, place }: PlacedCertificate): PathFault | undefined {
  if (certificate.version !== 3) {
    return pathFault("version", certificate, `it has version ${certificate.version}`);
  }
  const { serial } = certificate;
  const isPositive = /^[0-7]/.test(serial) && /[1-9a-f]/.test(serial);
  if (!isPositive || serial.length > SERIAL_HEX_MAX) {
    return pathFault("serial", certificate, `its serial number is 0x${serial}`);
  }
  if (place !== "root" && place !== "anchor" && certificate.algorithm === undefined) {
    return pathFault("algorithm", certificate, "its signature algorithm is not accepted");
  }
  const key = keyFault(certificate.key);
  return key === undefined ? undefined : pathFault("key", certificate, key);
}

function markFault({ certificate, purpose }: PlacedCertificate): PathFault | undefined {
  const { extensions } = certificate;
  for (const oid of NEVER_CRITICAL) {
    if (extensions.get(oid)?.critical === true) {
      return pathFault("extension", certificate, `its extension ${oid} is critical and may not be`);
    }
  }
  for (const oid of purpose === "any" ? [] : ALWAYS_CRITICAL) {
    if (extensions.get(oid)?.critical === false) {
      return pathFault(
        "extension",
        certificate,
        `its extension ${oid} is not critical and must be`,
      );
    }
  }
  for (const { oid, critical } of extensions.values()) {
    if (critical && !UNDERSTOOD.has(oid)) {
      return pathFault("critical-extension", certificate, `it has the critical extension ${oid}`);
    }
  }
  return undefined;
}

function subjectFault(certificate: PathCertificate): PathFault | undefined {
  const names = certificate.subjectAltName;
  const isNameless = certificate.subject.rdnKeys.length === 0;
  if (isNameless && certificate.extensions.get(EXTENSION.subjectAltName)?.critical !== true) {
    return pathFault("subject", certificate, "it has no subject and no critical subjectAltName");
  }
  if (certificate.issuer.rdnKeys.length === 0) {
    return pathFault("subject", certificate, "its issuer has no name");
  }
  for (const name of names ?? []) {
    if (name.kind === "ip" && name.bytes.length !== 4 && name.bytes.length !== 16) {
      return pathFault("subject", certificate, `its IP address has ${name.bytes.length} bytes`);
    }
    if (name.kind === "email" && !/^[^@\s]+@[^@\s]+$/.test(name.text)) {
      const shown = printable(name.text);
      return pathFault("subject", certificate, `its e-mail address "${shown}" is not one`);
    }
  }
  return undefined;
}

function identifierFault({ certificate, place }: PlacedCertificate): PathFault | undefined {
  const { authorityKeyId: authority, subjectKeyId } = certificate;
  const isRoot = place === "root";
  if (!isRoot && authority?.keyId === undefined) {
    return pathFault("key-identifier", certificate, "it lacks the identifier of its issuer's key");
  }
  if (certificate.basicConstraints?.isCa === true && subjectKeyId === undefined) {
    return pathFault("key-identifier", certificate, "it is a CA without a key identifier");
  }
  if (!isRoot || authority === undefined) return undefined;
  if (authority.hasIssuer) {
    return pathFault("key-identifier", certificate, "its authorityKeyIdentifier names an issuer");
  }
  if (authority.keyId !== undefined && authority.keyId !== subjectKeyId) {
    return pathFault("key-identifier", certificate, "its two key identifiers differ");
  }
  return undefined;
}

function kindFault(placed: PlacedCertificate): PathFault | undefined {
  const { certificate, place } = placed;
  const basic = certificate.basicConstraints;
  if (basic?.isCa !== true) {
    if (place !== "leaf") {
      return pathFault("basic-constraints", certificate, "it is not a CA certificate");
    }
    if (basic?.pathLength !== undefined) {
      return pathFault("basic-constraints", certificate, "it has a path length and is no CA");
    }
    if (certificate.nameConstraints !== undefined) {
      return pathFault("extension", certificate, "it has name constraints and is no CA");
    }
    if (((certificate.keyUsage ?? 0) & KEY_USAGE.certSign) !== 0) {
      return pathFault("key-usage", certificate, "it may sign certificates and is no CA");
    }
  }
  return (basic?.isCa === true ? caFault(placed) : undefined) ??
    (place === "leaf" ? leafFault(placed) : usageFault(placed));
}

function caFault({ certificate, purpose }: PlacedCertificate): PathFault | undefined {
  if (certificate.subject.rdnKeys.length === 0) {
    return pathFault("subject", certificate, "it is a CA without a name");
  }
  const isMarked = certificate.extensions.get(EXTENSION.basicConstraints)?.critical === true;
  if (!isMarked && purpose !== "any") {
    return pathFault("basic-constraints", certificate, "its basicConstraints is not critical");
  }
  return undefined;
}

/** A CA: it signs certificates, and its extended key usage, where it has one, holds for its leaves. */
function usageFault({ certificate, place, purpose }: PlacedCertificate): PathFault | undefined {
  const { keyUsage, extendedKeyUsage } = certificate;
  if (keyUsage !== undefined && (keyUsage & KEY_USAGE.certSign) === 0) {
    return pathFault("key-usage", certificate, "it lacks keyCertSign");
  }
  if (extendedKeyUsage === undefined || purpose === "any") return undefined;
  if (place === "root" || place === "anchor") {
    return pathFault("extended-key-usage", certificate, "it is a root with an extended key usage");
  }
  const wanted = PURPOSE_OID[purpose];
  if (extendedKeyUsage.includes(wanted) || extendedKeyUsage.includes(ANY_USAGE)) return undefined;
  return pathFault("extended-key-usage", certificate, `it is a CA that is not for ${purpose}s`);
}

function leafFault({ certificate, purpose, rules }: PlacedCertificate): PathFault | undefined {
  if (purpose === "any") return undefined;
  if (certificate.basicConstraints?.isCa === true) {
    return pathFault("ca-as-leaf", certificate, "it is a CA certificate");
  }
  const { extendedKeyUsage, keyUsage } = certificate;
  if (!extendedKeyUsage?.includes(PURPOSE_OID[purpose])) {
    return pathFault("extended-key-usage", certificate, `it lacks ${purpose}Auth`);
  }
  const isMarked = certificate.extensions.get(EXTENSION.extendedKeyUsage)?.critical === true;
  if (isMarked && rules === "web") {
    return pathFault("extended-key-usage", certificate, "its extended key usage is critical");
  }
  if (keyUsage !== undefined && (keyUsage & KEY_USAGE.digitalSignature) === 0) {
    return pathFault("key-usage", certificate, "it lacks digitalSignature");
  }
  const stray = purpose === "server" ? strayCommonName(certificate) : undefined;
  if (stray === undefined) return undefined;
  const shown = printable(stray);
  return pathFault("subject", certificate, `its CN "${shown}" is not among its alternative names`);
}
