/**
 * Decides whether a certificate may be used for a role at a time, in words for the people at both ends.
 *
 * Trust, time, role and name are arguments; nothing comes from the system. The rules are `path/`'s, RFC
 * 5280 whole and strict; here they get the few reasons that a person can act upon.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { type KeyKind, keyText } from "./key_type.ts";
import type { PathCode } from "./path/reasons.ts";
import { type PathResult, validatePath } from "./path/validate_path.ts";
import type { Trust } from "./trust.ts";

/** What a certificate is shown for. */
export type Role = "client" | "server";

/** What a certificate is checked against. */
export interface ValidationPolicy {
  readonly trust: Trust;
  readonly role: Role;
  /** The time of the check. */
  readonly at: Date;
  /** The DNS name or IP address that the certificate must carry, where one is expected. */
  readonly name?: string;
  /** Certificates that came with it and may stand between. */
  readonly untrusted?: readonly Certificate[];
  /** The one kind of key that may sign here, where not all of the profile may. */
  readonly keyKind?: KeyKind;
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
    | "revoked"
    | "no_status"
    | "strict_rule";
  /** For people; foreign text in it is printable. */
  readonly text: string;
}

/** What helps, where it is known better than the error table knows it. */
const HINTS: Readonly<Partial<Record<CertificateFault["reason"], string>>> = {
  untrusted: "name the CA that signed it with --ca, or have the team's CA issue one",
  expired: "it must be renewed where its CA is: securechat cert renew; or a clock is wrong",
  not_yet_valid: "wait until then, or set the clock of this machine",
  wrong_name: "dial a name that it has, or say which one is expected: --server-name NAME",
  revoked: "its owner needs a new one: securechat cert issue; who revoked it: securechat ca list",
  no_status: "get the CA's current list: securechat ca crl; or run without --crl-required",
};

/** The reasons that the validator's codes stand for; every other code is a rule, and named. */
const REASONS: Readonly<Partial<Record<PathCode, CertificateFault["reason"]>>> = {
  "no-path": "untrusted",
  "signature": "untrusted",
  "expired": "expired",
  "not-yet-valid": "not_yet_valid",
  "anchor-as-leaf": "is_ca",
  "ca-as-leaf": "is_ca",
  "extended-key-usage": "wrong_role",
  "key-usage": "wrong_role",
  "key": "weak_key",
  "name": "wrong_name",
  "revoked": "revoked",
  "revocation-unknown": "no_status",
  "crl-stale": "no_status",
};

/**
 * Finds the first rule that a certificate breaks.
 *
 * Source: RFC 5280 §6.1, RFC 6125 §6.4, PROTOCOL-1 phase 1.
 *
 * @param leaf The certificate shown.
 * @param policy What it is checked against.
 * @returns The fault, or nothing when the certificate is accepted.
 */
export async function findFault(
  leaf: Certificate,
  policy: ValidationPolicy,
): Promise<CertificateFault | undefined> {
  const { trust, untrusted = [], role, at, name, keyKind } = policy;
  const unusable = trust.anchors.find((anchor) => !anchor.isCa);
  if (unusable !== undefined) {
    const text = `the configured CA ${quoted(unusable)} is not a CA certificate`;
    return { reason: "untrusted", text };
  }
  const result = await validatePath({
    leafDer: leaf.der,
    untrustedDer: untrusted.map(({ der }) => der),
    anchorsDer: trust.anchors.map(({ der }) => der),
    crls: trust.crls,
    revocation: trust.crlRequired ? "required" : "if-present",
    at,
    purpose: role,
    ...(name === undefined ? {} : { name }),
  });
  if (result.kind === "rejected") return faultOf(leaf, { result, policy });
  // The validator counts whole seconds; a transcript, which has milliseconds, does not.
  const ended = result.path.find(({ notAfterMs }) => at.getTime() > notAfterMs);
  if (ended !== undefined) {
    const whose = ended.fingerprint === leaf.fingerprint ? "it" : "the CA certificate";
    const end = new Date(ended.notAfterMs).toISOString();
    return { reason: "expired", text: `${whose} expired ${end}` };
  }
  if (keyKind === undefined || leaf.keyKind === keyKind) return undefined;
  const text = `its key is ${keyText(leaf)}, expected ${keyKind === "rsa" ? "RSA" : keyKind}`;
  return { reason: "weak_key", text };
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

/** A validator's refusal, and what was asked of it. */
interface Refusal {
  readonly result: PathResult & { readonly kind: "rejected" };
  readonly policy: ValidationPolicy;
}

function faultOf(leaf: Certificate, { result, policy }: Refusal): CertificateFault {
  const reason = REASONS[result.code];
  const isLeaf = result.fingerprint === undefined || result.fingerprint === leaf.fingerprint;
  if (reason === undefined || (reason === "wrong_role" && !isLeaf)) {
    const about = isLeaf ? "" : `${result.subject}: `;
    return { reason: "strict_rule", text: `${about}${result.text} (${result.rule})` };
  }
  if (reason === "wrong_name") return { reason, text: nameText(leaf, policy.name ?? "") };
  if (reason === "untrusted") return { reason, text: trustText(leaf, policy.trust) };
  if (isLeaf) return { reason, text: result.text };
  return { reason, text: `the CA certificate ${result.text.replace(/^it /, "")}` };
}

function trustText(leaf: Certificate, { anchors }: Trust): string {
  if (leaf.issuer === leaf.subject) return "it is self-signed";
  return `it is not signed by ${anchors.slice(0, 4).map(quoted).join(" or ") || "any CA"}`;
}

function nameText(leaf: Certificate, name: string): string {
  const has = [...new Set([leaf.commonName, ...leaf.dnsNames, ...leaf.ipAddresses])]
    .slice(0, 8).map(printable).join(", ");
  return `it is for ${has || "no name"}, expected ${printable(name)}`;
}

function quoted(certificate: Certificate): string {
  return `"${printable(certificate.commonName || certificate.subject)}"`;
}
