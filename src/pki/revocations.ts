/**
 * What revocation lists say of certificates, and since when: for those who judge the past.
 *
 * A list is believed when one of the configured CAs signed it. Whether it is of a time that it can speak
 * about is left to the reader, who knows which moment matters; `path/revocation.ts` is for the present.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { parsePathCertificate, type PathCertificate } from "./path/certificate_der.ts";
import { type Crl, type CrlEntry, crlEntryKey, parseCrl, REMOVE_FROM_CRL } from "./path/crl.ts";
import { KEY_USAGE } from "./path/profile_rules.ts";
import { WorkBudget } from "./path/work_budget.ts";

/** A list as read from somewhere. */
export interface CrlSource {
  readonly der: Uint8Array;
  /** Where it is from, for errors and reports: a file's path. */
  readonly source: string;
}

/** A list that is believed. */
export interface RevocationList {
  readonly source: string;
  /** Its issuer's name, printable. */
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  readonly number: bigint;
  /** Number of revoked certificates. */
  readonly entries: number;
}

/** What some lists say together. */
export interface Revocations {
  /** At least one. */
  readonly lists: readonly RevocationList[];
  /**
   * Since when a certificate is revoked.
   *
   * @returns The earliest entry of any list, or nothing where none has it.
   */
  revocationOf(certificate: Certificate): CrlEntry | undefined;
  /**
   * The list that knows most about a certificate.
   *
   * @returns The newest list of its issuer, or nothing where no list is of its issuer.
   */
  newestListFor(certificate: Certificate): RevocationList | undefined;
}

/**
 * Reads and checks lists. A list that is named is used or refused, never passed over.
 *
 * @param sources The lists.
 * @param anchors The configured CAs; one of them signed each list.
 * @returns What they say, or nothing without any.
 * @throws {ChatError} FORMAT if one is no complete CRL; BAD_CERT if none of the CAs signed it.
 */
export function readRevocations(
  sources: readonly CrlSource[],
  anchors: readonly Certificate[],
): Revocations | undefined {
  if (sources.length === 0) return undefined;
  const issuers = anchors.map(({ der }) => parsePathCertificate(der));
  const crls = sources.map((source) => readCrlOf(source, issuers));
  const lists = crls.map((crl, index) => describe(crl, sources[index]?.source ?? ""));
  return {
    lists,
    revocationOf: (certificate) => earliestEntry(certificate, crls),
    newestListFor: (certificate) => {
      const issuer = strictly(certificate)?.issuer.key;
      return lists.filter((_, index) => crls[index]?.issuer.key === issuer)
        .toSorted((a, b) => b.thisUpdateMs - a.thisUpdateMs)[0];
    },
  };
}

function describe({ issuer, entries, ...crl }: Crl, source: string): RevocationList {
  const { thisUpdateMs, nextUpdateMs, number } = crl;
  const times = { thisUpdateMs, nextUpdateMs };
  return { source, issuer: issuer.text, ...times, number, entries: entries.size };
}

/**
 * Reads a list that a CA signed.
 *
 * @param source The list.
 * @param ca The CA.
 * @returns The list.
 * @throws {ChatError} FORMAT if it is no complete CRL; BAD_CERT if the CA did not sign it.
 */
export function readCrl(source: CrlSource, ca: Certificate): Crl {
  return readCrlOf(source, [parsePathCertificate(ca.der)]);
}

function readCrlOf({ der, source }: CrlSource, issuers: readonly PathCertificate[]): Crl {
  const cannot = `cannot use the revocation list ${printable(source)}`;
  let crl: Crl;
  try {
    crl = parseCrl(der);
  } catch (error) {
    const why = asChatError(error).message;
    throw new ChatError("FORMAT", `${cannot}: ${why}`, { cause: error });
  }
  const flaw = flawOf(crl);
  if (flaw !== undefined) {
    throw new ChatError("FORMAT", `${cannot}: ${flaw}`, {
      hint: "name the CA's complete list: securechat ca crl makes it",
    });
  }
  if (issuers.some((issuer) => isSigner(issuer, crl))) return crl;
  throw new ChatError(
    "BAD_CERT",
    `${cannot}: ${quotedNames(issuers)} did not sign it, its issuer is "${crl.issuer.text}"`,
    { hint: "name the list of the CA that --ca names; that CA's operator has it: ca-crl.pem" },
  );
}

/** Why a list does not say everything that it seems to say. */
function flawOf({ flaw, deltaBase, scope }: Crl): string | undefined {
  if (flaw !== undefined) return flaw;
  if (deltaBase !== undefined) return "it says only what changed since another one";
  return scope === undefined ? undefined : "it speaks about some of the CA's certificates only";
}

/** RFC 5280 §6.3.3 (f) and (g): name, cRLSign, signature. */
function isSigner(issuer: PathCertificate, crl: Crl): boolean {
  const maySign = issuer.keyUsage === undefined || (issuer.keyUsage & KEY_USAGE.crlSign) !== 0;
  return maySign && issuer.subject.key === crl.issuer.key &&
    new WorkBudget().isSignedBy(crl, issuer.key);
}

function quotedNames(issuers: readonly PathCertificate[]): string {
  return issuers.map(({ label }) => `"${label}"`).join(" or ");
}

function earliestEntry(certificate: Certificate, crls: readonly Crl[]): CrlEntry | undefined {
  const strict = strictly(certificate);
  if (strict === undefined) return undefined;
  const key = crlEntryKey(strict.issuer, strict.serial);
  return crls.flatMap(({ entries }) => entries.get(key) ?? [])
    .filter(({ reason }) => reason !== REMOVE_FROM_CRL)
    .toSorted((a, b) => a.revokedMs - b.revokedMs)[0];
}

/** Nothing for a certificate that strict reading refuses: no CA is believed to have signed such a one. */
function strictly({ der }: Certificate): PathCertificate | undefined {
  try {
    return parsePathCertificate(der);
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
