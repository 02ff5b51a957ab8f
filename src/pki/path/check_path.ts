/**
 * The rules of RFC 5280 §6.1 over one path whose names chain and whose signatures are good.
 *
 * @module
 */

import { canonicalHost } from "./host_name.ts";
import type { PathCertificate } from "./certificate_der.ts";
import type { GeneralName } from "./general_names.ts";
import { addConstraints, constraintFault, UNCONSTRAINED } from "./name_constraints.ts";
import { type PolicyInputs, PolicyWalk } from "./policies.ts";
import { type PathPlace, type PathPurpose, type PathRules, profileFault } from "./profile_rules.ts";
import { type PathFault, pathFault } from "./reasons.ts";

/** What a path is checked against. */
export interface PathChecks {
  readonly atMs: number;
  readonly purpose: PathPurpose;
  readonly policies: PolicyInputs;
  /** Whether the anchor signed itself, rather than being signed by a CA that is not known here. */
  readonly isRoot: boolean;
  readonly rules: PathRules;
}

/**
 * Finds the first rule that a path breaks, from the anchor down.
 *
 * @param path At least two certificates, the anchor first; each signed by the one before.
 * @param checks What it is checked against.
 * @returns The fault, or nothing.
 */
export function checkPath(
  path: readonly PathCertificate[],
  checks: PathChecks,
): PathFault | undefined {
  const top: PathPlace = checks.isRoot ? "root" : "anchor";
  for (const [index, certificate] of path.entries()) {
    const place = index === 0 ? top : index === path.length - 1 ? "leaf" : "intermediate";
    const fault = dateFault(certificate, checks.atMs) ??
      profileFault({ certificate, place, purpose: checks.purpose, rules: checks.rules });
    if (fault !== undefined) return fault;
  }
  return issuersFault(path) ?? lengthFault(path) ?? namesFault(path) ??
    policyFault(path, checks.policies);
}

/** Seconds count: a certificate is valid through the whole second of its notAfter. */
function dateFault(certificate: PathCertificate, atMs: number): PathFault | undefined {
  const second = Math.floor(atMs / 1000) * 1000;
  if (second < certificate.notBeforeMs) {
    const from = new Date(certificate.notBeforeMs).toISOString();
    return pathFault("not-yet-valid", certificate, `it is not valid before ${from}`);
  }
  if (second > certificate.notAfterMs) {
    const end = new Date(certificate.notAfterMs).toISOString();
    return pathFault("expired", certificate, `it expired ${end}`);
  }
  return undefined;
}

/** RFC 5280 §4.2.1.1, §4.2.1.2: what a certificate says of its issuer's is true of it. */
function issuersFault(path: readonly PathCertificate[]): PathFault | undefined {
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index - 1];
    const said = certificate.authorityKeyId;
    if (issuer === undefined || said === undefined) continue;
    const isKey = said.keyId === undefined || issuer.subjectKeyId === undefined ||
      said.keyId === issuer.subjectKeyId;
    const isSerial = said.issuerSerial === undefined || said.issuerSerial === issuer.serial;
    const directory = said.issuerNames?.find((name) => name.kind === "directory");
    const isName = directory?.kind !== "directory" || directory.name.key === issuer.issuer.key;
    if (isKey && isSerial && isName) continue;
    const text = `its authorityKeyIdentifier is of another CA than "${issuer.label}"`;
    return pathFault("key-identifier", certificate, text);
  }
  return undefined;
}

/** RFC 5280 §6.1.4 l and m; the leaf does not count, nor do self-issued certificates. */
function lengthFault(path: readonly PathCertificate[]): PathFault | undefined {
  let left = path[0]?.basicConstraints?.pathLength ?? path.length;
  for (const certificate of path.slice(1, -1)) {
    if (!certificate.isSelfIssued) {
      if (left === 0) {
        return pathFault("path-length", certificate, "a CA above it allows no further CA");
      }
      left -= 1;
    }
    left = Math.min(left, certificate.basicConstraints?.pathLength ?? left);
  }
  return undefined;
}

function namesFault(path: readonly PathCertificate[]): PathFault | undefined {
  let state = addConstraints(UNCONSTRAINED, path[0]?.nameConstraints);
  for (const [index, certificate] of path.entries()) {
    if (index === 0) continue;
    const isLeaf = index === path.length - 1;
    if (isLeaf || !certificate.isSelfIssued) {
      const why = constraintFault(namesOf(certificate), state);
      if (why !== undefined) return pathFault("name-constraints", certificate, why);
    }
    state = addConstraints(state, certificate.nameConstraints);
  }
  return undefined;
}

/** All names that constraints are about, the subject's among them (RFC 5280 §4.2.1.10). */
function namesOf(certificate: PathCertificate): readonly GeneralName[] {
  const { subject, subjectAltName } = certificate;
  const names: GeneralName[] = [...subjectAltName ?? []];
  if (subject.rdnKeys.length > 0) {
    names.push({ kind: "directory", name: subject, raw: subject.der.toHex() });
  }
  if (!names.some(({ kind }) => kind === "email")) {
    names.push(...subject.emails.map((text) => ({ kind: "email", text, raw: text }) as const));
  }
  if (subjectAltName === undefined) {
    // Without alternative names a CN may be taken for the host, so constraints hold for it too.
    const hosts = subject.commonNames.filter((name) =>
      name.includes(".") && canonicalHost(name) !== undefined
    );
    names.push(...hosts.map((text) => ({ kind: "dns", text, raw: text }) as const));
  }
  return names;
}

function policyFault(
  path: readonly PathCertificate[],
  inputs: PolicyInputs,
): PathFault | undefined {
  const walk = new PolicyWalk(inputs, path.length - 1);
  for (const [index, certificate] of path.entries()) {
    if (index === 0) continue;
    const isLast = index === path.length - 1;
    const why = walk.enter(certificate, isLast) ??
      (isLast ? walk.finish(certificate) : walk.leave(certificate));
    if (why !== undefined) return pathFault("policy", certificate, why);
  }
  return undefined;
}
