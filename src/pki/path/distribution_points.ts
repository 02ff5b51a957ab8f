/**
 * Where a CRL is, and what it covers: cRLDistributionPoints and issuingDistributionPoint
 * (RFC 5280 §4.2.1.13, §5.2.5). Nothing is fetched; names are only compared.
 *
 * @module
 */

import {
  contextTag,
  defaultFalse,
  DerCursor,
  type DerValue,
  malformed,
  namedBits,
  openSequence,
  TAG,
} from "./der.ts";
import { type GeneralName, parseGeneralNames } from "./general_names.ts";

/** Bits 1 to 8 of ReasonFlags: every reason there is. */
export const ALL_REASONS = 0x1fe;

/** The name of a distribution point: whole names, or a relative name to be put behind the issuer's. */
export type PointName =
  | { readonly kind: "full"; readonly names: readonly GeneralName[] }
  | { readonly kind: "relative"; readonly rdnContent: Uint8Array };

/** One distribution point of a certificate. */
export interface DistributionPoint {
  readonly name?: PointName;
  /** Bits of ReasonFlags; all of them when the field is absent. */
  readonly reasons: number;
  readonly crlIssuer?: readonly GeneralName[];
}

/** What a CRL says that it covers. */
export interface IssuingDistributionPoint {
  readonly name?: PointName;
  readonly onlyUser: boolean;
  readonly onlyCa: boolean;
  readonly onlyAttribute: boolean;
  readonly reasons: number;
  readonly isIndirect: boolean;
}

/**
 * Reads cRLDistributionPoints or freshestCRL.
 *
 * @param bytes The extension's value.
 * @returns At least one point.
 * @throws {ChatError} FORMAT if it is broken or empty.
 */
export function parseDistributionPoints(bytes: Uint8Array): readonly DistributionPoint[] {
  const cursor = openSequence(bytes, "distribution points");
  const points: DistributionPoint[] = [];
  while (!cursor.isDone) points.push(parsePoint(cursor.sequence("distribution point")));
  if (points.length === 0) throw malformed("distribution points are empty");
  return points;
}

function parsePoint(cursor: DerCursor): DistributionPoint {
  const name = cursor.takeIf(contextTag(0, true));
  const reasons = cursor.takeIf(contextTag(1, false));
  const issuer = cursor.takeIf(contextTag(2, true));
  cursor.end();
  // RFC 5280 §4.2.1.13: a point of reasons alone says nothing.
  if (name === undefined && issuer === undefined) {
    throw malformed("distribution point without a name");
  }
  return {
    reasons: reasons === undefined ? ALL_REASONS : namedBits(reasons) & ALL_REASONS,
    ...(name === undefined ? {} : { name: parsePointName(name) }),
    ...(issuer === undefined ? {} : { crlIssuer: parseGeneralNames(issuer.content, "cRLIssuer") }),
  };
}

function parsePointName(value: DerValue): PointName {
  const cursor = new DerCursor(value.content, "distribution point name");
  const choice = cursor.next();
  cursor.end();
  if (choice.tag === contextTag(0, true)) {
    return { kind: "full", names: parseGeneralNames(choice.content, "fullName") };
  }
  if (choice.tag === contextTag(1, true)) return { kind: "relative", rdnContent: choice.content };
  throw malformed("distribution point name of an unknown kind");
}

/**
 * Reads issuingDistributionPoint.
 *
 * @param bytes The extension's value.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is broken or says two kinds at once.
 */
export function parseIssuingDistributionPoint(bytes: Uint8Array): IssuingDistributionPoint {
  const cursor = openSequence(bytes, "issuingDistributionPoint");
  const name = cursor.takeIf(contextTag(0, true));
  const onlyUser = defaultFalse(cursor.takeIf(contextTag(1, false)));
  const onlyCa = defaultFalse(cursor.takeIf(contextTag(2, false)));
  const reasons = cursor.takeIf(contextTag(3, false));
  const isIndirect = defaultFalse(cursor.takeIf(contextTag(4, false)));
  const onlyAttribute = defaultFalse(cursor.takeIf(contextTag(5, false)));
  cursor.end();
  if ([onlyUser, onlyCa, onlyAttribute].filter(Boolean).length > 1) {
    throw malformed("issuingDistributionPoint of two kinds at once");
  }
  return {
    onlyUser,
    onlyCa,
    onlyAttribute,
    isIndirect,
    reasons: reasons === undefined ? ALL_REASONS : namedBits(reasons) & ALL_REASONS,
    ...(name === undefined ? {} : { name: parsePointName(name) }),
  };
}

/** DER head for `length` bytes of content. */
function head(tag: number, length: number): readonly number[] {
  if (length < 0x80) return [tag, length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [tag, 0x80 | bytes.length, ...bytes];
}

/**
 * The DER of a name with one more relative name behind it (RFC 5280 §4.2.1.13).
 *
 * @param nameDer A Name.
 * @param rdnContent What the relative name's SET holds.
 * @returns A Name.
 */
export function appendRdn(nameDer: Uint8Array, rdnContent: Uint8Array): Uint8Array {
  const content = new DerCursor(nameDer, "name").take(TAG.sequence).content;
  const rdn = [...head(TAG.set, rdnContent.length), ...rdnContent];
  const whole = [...content, ...rdn];
  return new Uint8Array([...head(TAG.sequence, whole.length), ...whole]);
}
