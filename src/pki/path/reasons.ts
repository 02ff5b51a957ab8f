/**
 * Why a path is refused: stable codes, each with the rule it stands for.
 *
 * @module
 */

/** Codes and their rules. The codes are part of what `--json` promises. */
export const PATH_RULES = {
  "malformed": "RFC 5280 §4.1: strict DER of a certificate",
  "no-path": "RFC 5280 §6.1: a chain to a configured CA",
  "too-long": "profile: length of the chain",
  "work": "profile: bounded work",
  "anchor-as-leaf": "profile: a CA's own certificate is nobody's",
  "signature": "RFC 5280 §6.1.3 (a)(1): signed by its issuer",
  "algorithm": "profile: RSA or ECDSA with SHA-256 or better, or Ed25519",
  "key": "profile: RSA 2048 to 4096, P-256 or Ed25519",
  "not-yet-valid": "RFC 5280 §6.1.3 (a)(2): notBefore",
  "expired": "RFC 5280 §6.1.3 (a)(2): notAfter",
  "revoked": "RFC 5280 §6.1.3 (a)(3): not revoked",
  "revocation-unknown": "RFC 5280 §6.3.3: its status is known",
  "crl-stale": "RFC 5280 §5.1.2.5: a current CRL",
  "name-constraints": "RFC 5280 §6.1.3 (b) and (c): name constraints",
  "policy": "RFC 5280 §6.1.3 (d) to (f), §6.1.5: certificate policies",
  "version": "RFC 5280 §6.1.4 (k): version 3",
  "serial": "RFC 5280 §4.1.2.2: serial number of 1 to 20 octets above zero",
  "subject": "RFC 5280 §4.1.2.6, §4.2.1.6: the subject's names",
  "basic-constraints": "RFC 5280 §4.2.1.9, §6.1.4 (k): basicConstraints",
  "path-length": "RFC 5280 §6.1.4 (l) and (m): path length",
  "key-usage": "RFC 5280 §4.2.1.3, §6.1.4 (n): keyUsage",
  "extended-key-usage": "RFC 5280 §4.2.1.12: extended key usage of the role",
  "key-identifier": "RFC 5280 §4.2.1.1, §4.2.1.2: key identifiers",
  "extension": "RFC 5280 §4.2: how an extension is marked and where it may stand",
  "critical-extension": "RFC 5280 §6.1.4 (o), §6.1.5 (f): no unknown critical extension",
  "ca-as-leaf": "profile: a CA certificate is for no role",
  "name": "RFC 6125 §6.4: the name that is expected",
} as const;

/** A code of {@link PATH_RULES}. */
export type PathCode = keyof typeof PATH_RULES;

/** Why a certificate, and with it a path, is refused. */
export interface PathFault {
  readonly code: PathCode;
  /** The certificate that it is about, printable. */
  readonly subject: string;
  /** Of its DER, where it could be read. */
  readonly fingerprint?: string;
  /** For people; foreign text in it is printable. */
  readonly text: string;
}

/**
 * Makes a fault.
 *
 * @param code Its code.
 * @param about The certificate: what it is called.
 * @param text What is wrong with it, in its own words: "it expired …".
 * @returns The fault.
 */
export function pathFault(
  code: PathCode,
  about: { readonly label: string; readonly fingerprint?: string },
  text: string,
): PathFault {
  const { label: subject, fingerprint } = about;
  return { code, subject, text, ...(fingerprint === undefined ? {} : { fingerprint }) };
}
