/**
 * What the given revocation lists say of a certificate, in the words of OCSP (RFC 6960 §2.2): good, revoked,
 * unknown.
 *
 * @module
 */

import type { Certificate } from "../pki/certificate.ts";
import type { RevocationLists } from "../pki/revocation_lists.ts";
import { isoTime } from "../transcript/v1/times.ts";

/** What is known of a certificate's revocation. */
export interface RevocationState {
  readonly revocation: "good" | "revoked" | "unknown" | "unchecked";
  /** Of the newest list that speaks about it. */
  readonly revocationAsOf: string | null;
}

/**
 * Asks the lists.
 *
 * @param certificate Whose; absent where none is at hand.
 * @param lists Those that were given, if any.
 * @returns The state. "good": not on the newest list of its issuer, nor on another one.
 */
export function revocationState(
  certificate: Certificate | undefined,
  lists: RevocationLists | undefined,
): RevocationState {
  if (lists === undefined) return { revocation: "unchecked", revocationAsOf: null };
  const newest = certificate && lists.newestFor(certificate);
  if (certificate === undefined || newest === undefined) {
    return { revocation: "unknown", revocationAsOf: null };
  }
  const revocation = lists.of(certificate) === undefined ? "good" : "revoked";
  return { revocation, revocationAsOf: isoTime(newest.thisUpdateMs) };
}

/**
 * The same as a line of a report.
 *
 * @param certificate Whose.
 * @param lists Those that were given, if any.
 * @returns A phrase; nothing where no list was given, which the report says once.
 */
export function revocationPhrase(
  certificate: Certificate,
  lists: RevocationLists | undefined,
): string | undefined {
  const { revocation, revocationAsOf } = revocationState(certificate, lists);
  if (revocation === "unchecked") return undefined;
  if (revocation === "unknown") return "revocation unknown: no list is of its CA";
  if (revocation === "good") return `not revoked, by the list of ${revocationAsOf}`;
  const found = lists?.of(certificate);
  return found && `revoked ${isoTime(found.revokedMs)} (${found.reason})`;
}
