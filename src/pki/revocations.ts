/**
 * What the CAs have revoked, by lists that they signed (RFC 5280 §5).
 *
 * Path validation uses the same lists with every rule of §6.3; this answers the two questions that are
 * asked of many certificates at once: is it on a list, and how old are the lists.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { parsePathCertificate, type PathCertificate } from "./path/certificate_der.ts";
import { type Crl, crlEntryKey, parseCrl, REMOVE_FROM_CRL } from "./path/crl.ts";
import { KEY_USAGE } from "./path/profile_rules.ts";
import { WorkBudget } from "./path/work_budget.ts";
import { reasonName } from "./revocation_reason.ts";

/** When and why a certificate was revoked. */
export interface Revocation {
  /** Milliseconds since the Unix epoch. */
  readonly revokedMs: number;
  /** As RFC 5280 §5.3.1 names it, with hyphens. */
  readonly reason: string;
}

/** Lists that a CA signed. */
export interface Revocations {
  readonly crls: readonly Crl[];
  /**
   * Looks a certificate up.
   *
   * @param certificate Any certificate.
   * @returns The earliest revocation of it, or nothing.
   */
  of(certificate: Certificate): Revocation | undefined;
}

/** No list, so nothing is revoked. */
export const NO_REVOCATIONS: Revocations = { crls: [], of: () => undefined };

/**
 * Reads revocation lists and refuses those that no CA of this side signed.
 *
 * @param crlsDer The lists.
 * @param options `anchors`: the CAs; `source`: where the lists are from, for errors.
 * @returns What they revoke.
 * @throws {ChatError} FORMAT if a list cannot be read, or is of a kind that cannot be used by itself;
 * BAD_CERT if it is not signed by one of the CAs.
 */
export function readRevocations(
  crlsDer: readonly Uint8Array[],
  { anchors, source }: { readonly anchors: readonly Certificate[]; readonly source: string },
): Revocations {
  const signers = anchors.map(({ der }) => parsePathCertificate(der));
  const crls = crlsDer.map((der) => {
    const crl = readCrl(der, source);
    requireWhole(crl, source);
    requireSigned(crl, { signers, source });
    return crl;
  });
  return { crls, of: (certificate) => earliest(crls, certificate) };
}

function readCrl(der: Uint8Array, source: string): Crl {
  try {
    return parseCrl(der);
  } catch (error) {
    const why = asChatError(error).message;
    throw new ChatError("FORMAT", `cannot use revocation list of ${source}: ${why}`, {
      cause: error,
    });
  }
}

function requireWhole(crl: Crl, source: string): void {
  const flaw = crl.deltaBase === undefined ? crl.flaw : "it holds only the changes to another one";
  if (flaw === undefined) return;
  throw new ChatError("FORMAT", `cannot use revocation list of ${source}: ${flaw}`, {
    hint: "have the CA write a complete one: securechat ca crl",
  });
}

function requireSigned(
  crl: Crl,
  { signers, source }: { readonly signers: readonly PathCertificate[]; readonly source: string },
): void {
  const budget = new WorkBudget();
  const isSigned = signers.some((signer) =>
    signer.subject.key === crl.issuer.key &&
    (signer.keyUsage === undefined || (signer.keyUsage & KEY_USAGE.crlSign) !== 0) &&
    budget.isSignedBy(crl, signer.key)
  );
  if (isSigned) return;
  const issuer = printable(crl.issuer.text);
  throw new ChatError(
    "BAD_CERT",
    `cannot use revocation list of ${source}: it is not signed by a CA that is trusted here, it names "${issuer}"`,
    { hint: "take the list that your CA writes: securechat ca crl" },
  );
}

function earliest(crls: readonly Crl[], certificate: Certificate): Revocation | undefined {
  if (crls.every(({ entries }) => entries.size === 0)) return undefined;
  const strict = strictly(certificate);
  if (strict === undefined) return undefined;
  const key = crlEntryKey(strict.issuer, strict.serial);
  const found = crls.flatMap(({ entries }) => entries.get(key) ?? [])
    .filter(({ reason }) => reason !== REMOVE_FROM_CRL)
    .sort((a, b) => a.revokedMs - b.revokedMs)[0];
  if (found === undefined) return undefined;
  return { revokedMs: found.revokedMs, reason: reasonName(found.reason) };
}

/**
 * A certificate as strict reading sees it, for a look into lists.
 *
 * @param certificate Any certificate, a stranger's, too.
 * @returns It, or nothing where strict reading refuses it: then every other rule refuses it as well.
 */
export function strictly({ der }: Certificate): PathCertificate | undefined {
  try {
    return parsePathCertificate(der);
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}

/**
 * Says how old the lists are.
 *
 * @param crls Lists.
 * @param nowMs Now, milliseconds since the Unix epoch.
 * @returns A sentence for people if one should have been renewed by now, or nothing.
 */
export function staleText(crls: readonly Crl[], nowMs: number): string | undefined {
  const due = crls.map(({ nextUpdateMs }) => nextUpdateMs).filter((ms) => ms < nowMs);
  if (due.length === 0) return undefined;
  const since = new Date(Math.min(...due)).toISOString();
  return `the revocation list was to be renewed ${since}: later revocations are not known here`;
}
