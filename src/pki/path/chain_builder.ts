/**
 * Finds the paths from a leaf to the trust anchors, likeliest first, names and signatures checked on the
 * way so that a branch ends where it breaks.
 *
 * @module
 */

import type { PathCertificate } from "./certificate_der.ts";
import { keyFault } from "./public_key.ts";
import { type PathFault, pathFault } from "./reasons.ts";
import type { WorkBudget } from "./work_budget.ts";

/** What a search has to do with. */
export interface ChainSearch {
  readonly leaf: PathCertificate;
  readonly anchors: readonly PathCertificate[];
  readonly untrusted: readonly PathCertificate[];
  /** Certificates of a path, anchor and leaf included, self-issued ones between them not counted. */
  readonly maxCerts: number;
  readonly budget: WorkBudget;
  /** Hears where branches end. */
  readonly note: (fault: PathFault) => void;
}

/**
 * Yields candidate paths, the anchor first.
 *
 * @param search What to search.
 * @returns Paths of at least two certificates.
 */
export function* candidatePaths(search: ChainSearch): Generator<readonly PathCertificate[]> {
  yield* extend([search.leaf], search);
}

function* extend(
  path: readonly PathCertificate[],
  search: ChainSearch,
): Generator<readonly PathCertificate[]> {
  const { budget, note } = search;
  const [head] = path;
  if (head === undefined || !budget.step()) return;
  const issuers = issuersOf(head, path, search);
  if (issuers.length === 0) {
    const issuer = head.issuer.text || "nobody";
    note(pathFault("no-path", head, `its issuer "${issuer}" is not among the trusted CAs`));
  }
  for (const { certificate, isAnchor } of issuers) {
    const longer = [certificate, ...path];
    const counted = longer.filter((one, i) =>
      (i === 0 && isAnchor) || one === search.leaf || !one.isSelfIssued
    );
    if (counted.length + (isAnchor ? 0 : 1) > search.maxCerts) {
      note(pathFault("too-long", head, `the chain has more than ${search.maxCerts} certificates`));
      continue;
    }
    if (!budget.isSignedBy(head, certificate.key)) {
      note(edgeFault(head, certificate));
      continue;
    }
    if (isAnchor) yield longer;
    else yield* extend(longer, search);
  }
}

function edgeFault(head: PathCertificate, issuer: PathCertificate): PathFault {
  if (head.algorithm === undefined) {
    return pathFault("algorithm", head, "its signature algorithm is not accepted");
  }
  const key = keyFault(issuer.key);
  if (key !== undefined) return pathFault("key", issuer, key);
  return pathFault("signature", head, `it is not signed by "${issuer.label}"`);
}

interface Issuer {
  readonly certificate: PathCertificate;
  readonly isAnchor: boolean;
}

/** Certificates with the issuer's name that are not on the path yet: anchors and matching keys first. */
function issuersOf(
  head: PathCertificate,
  path: readonly PathCertificate[],
  { anchors, untrusted }: ChainSearch,
): readonly Issuer[] {
  const used = new Set(path.map(identityOf));
  const isNamed = (one: PathCertificate) =>
    one.subject.key === head.issuer.key && !used.has(identityOf(one));
  const trusted = new Set(anchors.map(({ fingerprint }) => fingerprint));
  const found = [
    ...anchors.filter(isNamed).map((certificate) => ({ certificate, isAnchor: true })),
    ...untrusted.filter((one) => isNamed(one) && !trusted.has(one.fingerprint))
      .map((certificate) => ({ certificate, isAnchor: false })),
  ];
  const wanted = head.authorityKeyId?.keyId;
  const rank = ({ certificate, isAnchor }: Issuer): number =>
    (wanted !== undefined && certificate.subjectKeyId === wanted ? 0 : 2) + (isAnchor ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** RFC 4158 §2.4.2: a name with a key stands once on a path, under whatever certificate. */
function identityOf(certificate: PathCertificate): string {
  return `${certificate.subject.key}|${certificate.key.spkiDer.toHex()}`;
}
