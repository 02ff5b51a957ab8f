/**
 * Whether a CRL speaks about a certificate, and for which reasons (RFC 5280 §6.3.3 b).
 *
 * @module
 */

import type { PathCertificate } from "./certificate_der.ts";
import type { Crl } from "./crl.ts";
import { readDer } from "./der.ts";
import {
  ALL_REASONS,
  appendRdn,
  type DistributionPoint,
  type PointName,
} from "./distribution_points.ts";
import { type GeneralName, isSameName } from "./general_names.ts";
import { type DistinguishedName, parseName } from "./names.ts";

/** A certificate at one of its distribution points. */
export interface PointedCertificate {
  readonly point: DistributionPoint;
  readonly certificate: PathCertificate;
}

/**
 * The distribution points of a certificate: those that it names, then its issuer's directory entry,
 * where a CRL may always be.
 *
 * @param certificate The certificate.
 * @returns At least one point.
 */
export function pointsOf(certificate: PathCertificate): readonly DistributionPoint[] {
  const names = [directoryName(certificate.issuer)];
  return [
    ...certificate.distributionPoints ?? [],
    { reasons: ALL_REASONS, name: { kind: "full", names } },
  ];
}

/**
 * The reasons for which a CRL speaks about a certificate at one of its distribution points.
 *
 * @param crl The CRL.
 * @param pointed The certificate at the point.
 * @returns Bits of ReasonFlags, 0 when it says nothing.
 */
export function reasonsCovered(crl: Crl, pointed: PointedCertificate): number {
  const { point, certificate } = pointed;
  const { scope } = crl;
  if (!isFromRightIssuer(crl, pointed)) return 0;
  if (scope === undefined) return point.reasons;
  const isCa = certificate.basicConstraints?.isCa === true;
  if (scope.onlyAttribute || (scope.onlyUser && isCa) || (scope.onlyCa && !isCa)) return 0;
  if (scope.name !== undefined && !isAtPoint(crl, pointed)) return 0;
  return point.reasons & scope.reasons;
}

function isFromRightIssuer(crl: Crl, { point, certificate }: PointedCertificate): boolean {
  if (point.crlIssuer === undefined) return crl.issuer.key === certificate.issuer.key;
  return crl.scope?.isIndirect === true &&
    point.crlIssuer.some((name) => name.kind === "directory" && name.name.key === crl.issuer.key);
}

function isAtPoint(crl: Crl, { point, certificate }: PointedCertificate): boolean {
  const shown = namesOf(crl.scope?.name, crl.issuer);
  const issuer = point.crlIssuer?.find((name) => name.kind === "directory");
  const base = issuer?.kind === "directory" ? issuer.name : certificate.issuer;
  const wanted = point.name === undefined ? point.crlIssuer ?? [] : namesOf(point.name, base);
  return shown.some((a) => wanted.some((b) => isSameName(a, b)));
}

function namesOf(name: PointName | undefined, base: DistinguishedName): readonly GeneralName[] {
  if (name === undefined) return [];
  if (name.kind === "full") return name.names;
  return [directoryName(parseName(readDer(appendRdn(base.der, name.rdnContent), "relative name")))];
}

function directoryName(name: DistinguishedName): GeneralName {
  return { kind: "directory", name, raw: name.der.toHex() };
}
