/**
 * The revocation status of a certificate by the CRLs at hand (RFC 5280 §6.3). Nothing is fetched.
 *
 * @module
 */

import type { PathCertificate } from "./certificate_der.ts";
import { type Crl, type CrlEntry, crlEntryKey, REMOVE_FROM_CRL } from "./crl.ts";
import { pointsOf, reasonsCovered } from "./crl_scope.ts";
import { ALL_REASONS } from "./distribution_points.ts";
import { KEY_USAGE } from "./profile_rules.ts";
import type { WorkBudget } from "./work_budget.ts";

/** What the CRLs say. */
export type RevocationStatus =
  | { readonly kind: "good" }
  | { readonly kind: "revoked"; readonly entry: CrlEntry }
  | { readonly kind: "stale"; readonly sinceMs: number }
  | { readonly kind: "unknown"; readonly why: string };

/** What a status is found with. */
export interface RevocationSearch {
  readonly crls: readonly Crl[];
  /** The time at which CRLs must be current. */
  readonly crlsAtMs: number;
  /** Revocations after this time do not count. */
  readonly revokedByMs: number;
  /** The certificates above, all of them accepted. */
  readonly above: readonly PathCertificate[];
  /** Others that may have signed a CRL. */
  readonly others: readonly PathCertificate[];
  readonly budget: WorkBudget;
  /** Whether a certificate that is not above may be trusted to sign CRLs. */
  readonly isTrustedSigner: (certificate: PathCertificate) => boolean;
}

/**
 * Finds the status of a certificate.
 *
 * @param certificate The certificate; its issuer is the last of `search.above`.
 * @param search What it is found with.
 * @returns The status. What any usable CRL revokes is revoked, even if the CRL is stale or flawed.
 */
export function revocationStatus(
  certificate: PathCertificate,
  search: RevocationSearch,
): RevocationStatus {
  const key = crlEntryKey(certificate.issuer, certificate.serial);
  let covered = 0;
  let staleMs: number | undefined;
  let why = "no CRL speaks about it";
  for (const point of pointsOf(certificate)) {
    for (const crl of search.crls) {
      if (crl.deltaBase !== undefined) continue;
      const reasons = reasonsCovered(crl, { point, certificate });
      if (reasons === 0 || (reasons & ~covered) === 0) continue;
      const signer = signerOf(crl, search);
      if (signer === undefined) {
        why = "no CRL about it has a good signature";
        continue;
      }
      const entry = entryOf(key, { crl, signer, search });
      if (entry !== undefined) return { kind: "revoked", entry };
      if (crl.flaw !== undefined) why = `the CRL cannot be used: ${crl.flaw}`;
      else if (crl.thisUpdateMs > search.crlsAtMs) why = "the CRL about it is of a later time";
      else if (crl.nextUpdateMs < search.crlsAtMs) staleMs = crl.nextUpdateMs;
      else covered |= reasons;
    }
  }
  if (covered === ALL_REASONS) return { kind: "good" };
  if (staleMs !== undefined) return { kind: "stale", sinceMs: staleMs };
  return { kind: "unknown", why: covered === 0 ? why : "the CRLs cover some reasons only" };
}

/** The entry of a certificate in a CRL as its newest delta corrects it (RFC 5280 §5.2.4, §6.3.3 i–k). */
function entryOf(
  key: string,
  { crl, signer, search }: {
    readonly crl: Crl;
    readonly signer: PathCertificate;
    readonly search: RevocationSearch;
  },
): CrlEntry | undefined {
  const deltas = search.crls.filter((delta) => isDeltaOf(delta, crl, search.crlsAtMs))
    .filter((delta) => search.budget.isSignedBy(delta, signer.key))
    .sort((a, b) => (a.number < b.number ? 1 : -1));
  const corrected = deltas.map(({ entries }) => entries.get(key)).find((entry) =>
    entry !== undefined
  );
  const entry = corrected ?? crl.entries.get(key);
  if (entry === undefined || entry.reason === REMOVE_FROM_CRL) return undefined;
  return entry.revokedMs > search.revokedByMs ? undefined : entry;
}

function isDeltaOf(delta: Crl, crl: Crl, atMs: number): boolean {
  return delta.deltaBase !== undefined && delta.flaw === undefined &&
    delta.issuer.key === crl.issuer.key && delta.scopeHex === crl.scopeHex &&
    delta.authorityKeyId === crl.authorityKeyId &&
    delta.deltaBase <= crl.number && delta.number >= crl.number &&
    delta.thisUpdateMs <= atMs && delta.nextUpdateMs >= atMs;
}

/** Who signed a CRL: a certificate above, or another one that is trusted; with cRLSign where it is said. */
function signerOf(crl: Crl, search: RevocationSearch): PathCertificate | undefined {
  const above = new Set(search.above.map(({ fingerprint }) => fingerprint));
  const others = search.others.filter(({ fingerprint }) => !above.has(fingerprint));
  return [...search.above.toReversed(), ...others].find((one) =>
    one.subject.key === crl.issuer.key &&
    (one.keyUsage === undefined || (one.keyUsage & KEY_USAGE.crlSign) !== 0) &&
    search.budget.isSignedBy(crl, one.key) &&
    (above.has(one.fingerprint) || search.isTrustedSigner(one))
  );
}
