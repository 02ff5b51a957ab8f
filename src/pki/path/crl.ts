/**
 * Certificate revocation lists, version 2, read strictly (RFC 5280 §5).
 *
 * Who signed one, and what it says about a certificate, is `revocation.ts`'s business.
 *
 * @module
 */

import { equalBytes } from "../../bytes/equal.ts";
import type { CertificateSignatureAlgorithm } from "../../crypto/certificate_signature.ts";
import {
  bitString,
  contextTag,
  DerCursor,
  type DerValue,
  integerBytes,
  malformed,
  openSequence,
  readDer,
  smallInteger,
  TAG,
} from "./der.ts";
import { parseTime } from "./der_time.ts";
import {
  type IssuingDistributionPoint,
  parseIssuingDistributionPoint,
} from "./distribution_points.ts";
import {
  EXTENSION,
  parseAuthorityKeyId,
  parseExtensions,
  type RawExtension,
} from "./extensions.ts";
import { parseGeneralNames } from "./general_names.ts";
import { type DistinguishedName, parseName } from "./names.ts";
import { parseSignatureAlgorithm } from "./public_key.ts";

/** Largest CRL that is read, bytes: about 100,000 entries. */
export const CRL_MAX_BYTES = 4_194_304;

/** Reason of an entry in a delta CRL that takes one back (RFC 5280 §5.3.1). */
export const REMOVE_FROM_CRL = 8;

/** One revoked certificate. */
export interface CrlEntry {
  /** Milliseconds since the Unix epoch. */
  readonly revokedMs: number;
  /** CRLReason, 0 (unspecified) when it is not said. */
  readonly reason: number;
}

/** A revocation list. */
export interface Crl {
  readonly issuer: DistinguishedName;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  /** By {@link crlEntryKey}. */
  readonly entries: ReadonlyMap<string, CrlEntry>;
  /** Lower-case hex of the issuer's key identifier. */
  readonly authorityKeyId?: string;
  readonly number: bigint;
  /** Number of the list that a delta CRL builds on; absent in a complete CRL. */
  readonly deltaBase?: bigint;
  readonly scope?: IssuingDistributionPoint;
  /** DER of the scope, to compare; empty without one. */
  readonly scopeHex: string;
  /** Why it may clear no certificate, though what it revokes is revoked. */
  readonly flaw?: string;
  readonly algorithm?: CertificateSignatureAlgorithm;
  readonly tbsDer: Uint8Array;
  readonly signature: Uint8Array;
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.deltaIndicator,
  EXTENSION.issuingDistributionPoint,
]);
const NEVER_CRITICAL: ReadonlySet<string> = new Set([
  EXTENSION.crlNumber,
  EXTENSION.authorityKeyId,
  EXTENSION.freshestCrl,
]);
const ENTRY_UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.certificateIssuer,
  EXTENSION.crlReason,
]);

/**
 * The key of an entry.
 *
 * @param issuer The certificate's issuer.
 * @param serial Its serial number, lower-case hex of the INTEGER's octets.
 * @returns The key.
 */
export function crlEntryKey(issuer: DistinguishedName, serial: string): string {
  return `${serial}|${issuer.key}`;
}

/**
 * Reads a CRL.
 *
 * @param der At most 4 MiB, nothing after the CRL.
 * @returns The CRL.
 * @throws {ChatError} FORMAT if it is not strict DER of a version 2 CRL with a number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseCrl(new Uint8Array([0x30, 0])), { code: "FORMAT" });
 * ```
 */
export function parseCrl(der: Uint8Array): Crl {
  if (der.length > CRL_MAX_BYTES) throw malformed(`CRL of ${der.length} bytes`);
  const outer = openSequence(der, "CRL");
  const tbs = outer.take(TAG.sequence);
  const algorithm = outer.take(TAG.sequence);
  const { bytes: signature, unused } = bitString(outer.take(TAG.bitString));
  outer.end();
  if (unused !== 0) throw malformed("signature that is not whole bytes");
  const known = parseSignatureAlgorithm(algorithm);
  return {
    ...parseTbs(tbs.content, algorithm.full),
    ...(known === undefined ? {} : { algorithm: known }),
    tbsDer: tbs.full,
    signature,
  };
}

function parseTbs(
  content: Uint8Array,
  outerAlgorithm: Uint8Array,
): Omit<Crl, "algorithm" | "tbsDer" | "signature"> {
  const cursor = new DerCursor(content, "CRL");
  if (smallInteger(cursor.take(TAG.integer)) !== 1) throw malformed("CRL that is not version 2");
  if (!equalBytes(cursor.take(TAG.sequence).full, outerAlgorithm)) {
    throw malformed("CRL names two signature algorithms");
  }
  const issuer = parseName(cursor.take(TAG.sequence));
  const thisUpdateMs = parseTime(cursor.next());
  const nextUpdateMs = parseTime(cursor.next()); // RFC 5280 §5.1.2.5: it is there
  const revoked = cursor.takeIf(TAG.sequence);
  const wrapped = cursor.take(contextTag(0, true));
  cursor.end();
  const { entries, flaw } = parseEntries(revoked, issuer);
  const extensions = parseExtensions(readDer(wrapped.content, "extensions"));
  const anyFlaw = flaw ?? flawOf(extensions);
  return {
    issuer,
    thisUpdateMs,
    nextUpdateMs,
    entries,
    ...parseKnown(extensions),
    ...(anyFlaw === undefined ? {} : { flaw: anyFlaw }),
  };
}

function flawOf(extensions: ReadonlyMap<string, RawExtension>): string | undefined {
  for (const { oid, critical } of extensions.values()) {
    if (critical && NEVER_CRITICAL.has(oid)) {
      return `its extension ${oid} is critical and may not be`;
    }
    if (critical && !UNDERSTOOD.has(oid)) return `it has the critical extension ${oid}`;
  }
  return undefined;
}

function parseKnown(
  extensions: ReadonlyMap<string, RawExtension>,
): Pick<Crl, "number" | "deltaBase" | "authorityKeyId" | "scope" | "scopeHex"> {
  const number = extensions.get(EXTENSION.crlNumber)?.value;
  const base = extensions.get(EXTENSION.deltaIndicator)?.value;
  const authority = extensions.get(EXTENSION.authorityKeyId)?.value;
  const scope = extensions.get(EXTENSION.issuingDistributionPoint)?.value;
  if (number === undefined) throw malformed("CRL without a number"); // RFC 5280 §5.2.3
  const keyId = authority === undefined ? undefined : parseAuthorityKeyId(authority).keyId;
  return {
    number: parseNumber(number),
    scopeHex: scope?.toHex() ?? "",
    ...(base === undefined ? {} : { deltaBase: parseNumber(base) }),
    ...(keyId === undefined ? {} : { authorityKeyId: keyId }),
    ...(scope === undefined ? {} : { scope: parseIssuingDistributionPoint(scope) }),
  };
}

function parseNumber(bytes: Uint8Array): bigint {
  const value = readDer(bytes, "CRL number");
  if (value.tag !== TAG.integer) throw malformed("CRL number is no INTEGER");
  const octets = integerBytes(value);
  const isTooLarge = octets.length > 20; // RFC 5280 §5.2.3
  if (isTooLarge || (octets[0] ?? 0) >= 0x80) throw malformed("CRL number out of range");
  return BigInt(`0x${octets.toHex()}`);
}

/** Entries of an indirect CRL belong to the issuer that was named last (RFC 5280 §5.3.3). */
function parseEntries(
  list: DerValue | undefined,
  crlIssuer: DistinguishedName,
): { readonly entries: ReadonlyMap<string, CrlEntry>; readonly flaw?: string } {
  const entries = new Map<string, CrlEntry>();
  let issuer = crlIssuer;
  let flaw: string | undefined;
  const cursor = new DerCursor(list?.content ?? new Uint8Array(), "revoked certificates");
  while (!cursor.isDone) {
    const entry = cursor.sequence("revoked certificate");
    const serial = integerBytes(entry.take(TAG.integer)).toHex();
    const revokedMs = parseTime(entry.next());
    // An empty list is against §5.1, yet some libraries write it, and refusing would lose a revocation.
    const written = entry.takeIf(TAG.sequence);
    const extensions = written === undefined || written.content.length === 0
      ? new Map<string, RawExtension>()
      : parseExtensions(written);
    entry.end();
    for (const { oid, critical } of extensions.values()) {
      if (critical && !ENTRY_UNDERSTOOD.has(oid)) {
        flaw = `an entry has the critical extension ${oid}`;
      }
    }
    issuer = parseEntryIssuer(extensions.get(EXTENSION.certificateIssuer)) ?? issuer;
    const reason = parseReason(extensions.get(EXTENSION.crlReason));
    entries.set(crlEntryKey(issuer, serial), { revokedMs, reason });
  }
  return { entries, ...(flaw === undefined ? {} : { flaw }) };
}

function parseEntryIssuer(extension: RawExtension | undefined): DistinguishedName | undefined {
  if (extension === undefined) return undefined;
  const value = readDer(extension.value, "certificateIssuer");
  if (value.tag !== TAG.sequence) throw malformed("certificateIssuer is not a SEQUENCE");
  const names = parseGeneralNames(value.content, "certificateIssuer");
  const name = names.find((one) => one.kind === "directory");
  if (name?.kind !== "directory") throw malformed("certificateIssuer without a directory name");
  return name.name;
}

function parseReason(extension: RawExtension | undefined): number {
  if (extension === undefined) return 0;
  const value = readDer(extension.value, "reason");
  if (value.tag !== TAG.enumerated) throw malformed("reason that is not ENUMERATED");
  return smallInteger(value);
}
