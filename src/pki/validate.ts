/**
 * Decides whether a certificate may be used for a role at a time.
 *
 * The trust anchor, the time, the role and the name are arguments; nothing comes from the system.
 * Chains have two certificates here: the CA of the team, and a leaf that it signed. The rules that
 * people meet are checked here first and refused in their own words; then `path/`, RFC 5280 whole
 * and strict, has the last word.
 *
 * @module
 */

import { isIP } from "node:net";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { keyText } from "./key_type.ts";
import { validatePath } from "./path/validate_path.ts";
import { RSA_BITS_MAX, RSA_BITS_MIN } from "./private_key.ts";

/** What a certificate is shown for. */
export type Role = "client" | "server";

/** RFC 5280 §4.2.1.12: the extended key usage that a role needs. */
const ROLE_OID: Readonly<Record<Role, string>> = {
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
};
const ROLE_EKU: Readonly<Record<Role, string>> = { server: "serverAuth", client: "clientAuth" };

const DIGITAL_SIGNATURE = 1; // RFC 5280 §4.2.1.3, bit 0
const KEY_CERT_SIGN = 1 << 5; // RFC 5280 §4.2.1.3, bit 5

/** What a certificate is checked against. */
export interface ValidationPolicy {
  /** The configured CA. Required: there is no default trust. */
  readonly ca: Certificate;
  readonly role: Role;
  /** The time of the check. */
  readonly at: Date;
  /** The DNS name or IP address that the certificate must carry, where one is expected. */
  readonly name?: string;
}

/** Why a certificate is refused. */
export interface CertificateFault {
  readonly reason:
    | "untrusted"
    | "expired"
    | "not_yet_valid"
    | "is_ca"
    | "wrong_role"
    | "weak_key"
    | "wrong_name"
    | "strict_rule";
  /** For people; foreign text in it is printable. */
  readonly text: string;
}

/** What helps, where it is known better than the error table knows it. */
const HINTS: Readonly<Partial<Record<CertificateFault["reason"], string>>> = {
  untrusted: "name the CA that signed it with --ca, or have the team's CA issue one",
  expired: "its owner needs a new one: securechat cert issue; or a clock is wrong",
  not_yet_valid: "wait until then, or set the clock of this machine",
  wrong_name: "dial a name that it has, or say which one is expected: --server-name NAME",
};

/**
 * Finds the first rule that a certificate breaks.
 *
 * Source: PROTOCOL-1 phase 1, and RFC 5280 §6.1 for a chain of two. Order: trust, dates, kind, role,
 * key, name.
 *
 * @param leaf The certificate shown.
 * @param policy What it is checked against.
 * @returns The fault, or nothing when the certificate is accepted.
 */
export async function findFault(
  leaf: Certificate,
  policy: ValidationPolicy,
): Promise<CertificateFault | undefined> {
  return await trustFault(leaf, policy) ??
    dateFault(leaf, policy.at, "certificate") ??
    dateFault(policy.ca, policy.at, "CA certificate") ??
    kindFault(leaf, policy) ??
    nameFault(leaf, policy.name) ??
    await strictFault(leaf, policy);
}

/**
 * Accepts a certificate or throws.
 *
 * @param leaf The certificate shown.
 * @param policy What it is checked against.
 * @throws {ChatError} BAD_CERT with the first rule that is broken.
 */
export async function validateCertificate(
  leaf: Certificate,
  policy: ValidationPolicy,
): Promise<void> {
  const fault = await findFault(leaf, policy);
  if (fault !== undefined) throw badCertificate(leaf, fault);
}

/**
 * The error for a fault.
 *
 * @param leaf The certificate that is refused.
 * @param fault Its fault.
 * @returns BAD_CERT, to be thrown or reported.
 */
export function badCertificate(leaf: Certificate, fault: CertificateFault): ChatError {
  const who = printable(leaf.commonName || leaf.subject || leaf.fingerprint.slice(0, 16));
  const hint = HINTS[fault.reason];
  const message = `cannot accept certificate of "${who}": ${fault.text}`;
  return new ChatError("BAD_CERT", message, hint === undefined ? {} : { hint });
}

async function trustFault(
  leaf: Certificate,
  { ca }: ValidationPolicy,
): Promise<CertificateFault | undefined> {
  const mayIssue = ca.isCa && (ca.keyUsage === undefined || (ca.keyUsage & KEY_CERT_SIGN) !== 0);
  if (!mayIssue) {
    return { reason: "untrusted", text: `the configured CA ${quoted(ca)} is not a CA certificate` };
  }
  if (leaf.fingerprint === ca.fingerprint) {
    return { reason: "is_ca", text: "it is the CA's own certificate" };
  }
  if (await leaf.signedBy(ca)) return undefined;
  const selfSigned = leaf.issuer === leaf.subject && await leaf.signedBy(leaf);
  return {
    reason: "untrusted",
    text: selfSigned ? "it is self-signed" : `it is not signed by ${quoted(ca)}`,
  };
}

function dateFault(
  certificate: Certificate,
  at: Date,
  what: string,
): CertificateFault | undefined {
  if (at > certificate.notAfter) {
    return { reason: "expired", text: `the ${what} expired ${certificate.notAfter.toISOString()}` };
  }
  if (at < certificate.notBefore) {
    return {
      reason: "not_yet_valid",
      text: `the ${what} is not valid before ${certificate.notBefore.toISOString()}`,
    };
  }
  return undefined;
}

function kindFault(leaf: Certificate, { role }: ValidationPolicy): CertificateFault | undefined {
  if (leaf.isCa) return { reason: "is_ca", text: "it is a CA certificate" };
  if (!leaf.extendedKeyUsage?.includes(ROLE_OID[role])) {
    return {
      reason: "wrong_role",
      text: `it is not for a ${role}: it lacks ${ROLE_EKU[role]}`,
    };
  }
  if (leaf.keyUsage !== undefined && (leaf.keyUsage & DIGITAL_SIGNATURE) === 0) {
    return { reason: "wrong_role", text: "its key usage lacks digitalSignature" };
  }
  if (leaf.keyBits < RSA_BITS_MIN || leaf.keyBits > RSA_BITS_MAX) {
    const range = `${RSA_BITS_MIN} to ${RSA_BITS_MAX}`;
    const text = `its key is ${keyText(leaf)}, expected RSA of ${range} bits`;
    return { reason: "weak_key", text };
  }
  return undefined;
}

function nameFault(leaf: Certificate, name: string | undefined): CertificateFault | undefined {
  if (name === undefined) return undefined;
  const names = isIP(name) > 0
    ? [leaf.commonName, ...leaf.ipAddresses]
    : [leaf.commonName, ...leaf.dnsNames];
  if (names.some((known) => known.toLowerCase() === name.toLowerCase())) return undefined;
  const has = [...new Set([leaf.commonName, ...leaf.dnsNames, ...leaf.ipAddresses])]
    .slice(0, 8).map(printable).join(", ");
  return {
    reason: "wrong_name",
    text: `it is for ${has || "no name"}, expected ${printable(name)}`,
  };
}

/**
 * The name is left to {@link nameFault}: protocol 1 lets a CN stand beside alternative names
 * (PROTOCOL-1 phase 1), which RFC 6125 §6.4.4 does not.
 */
async function strictFault(
  leaf: Certificate,
  { ca, role, at }: ValidationPolicy,
): Promise<CertificateFault | undefined> {
  const result = await validatePath({
    leafDer: leaf.der,
    anchorsDer: [ca.der],
    at,
    purpose: role,
  });
  if (result.kind === "accepted") return undefined;
  return { reason: "strict_rule", text: `${result.text} (${result.rule})` };
}

function quoted(certificate: Certificate): string {
  return `"${printable(certificate.commonName || certificate.subject)}"`;
}
