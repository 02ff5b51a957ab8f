/**
 * What the given revocation lists say of a party's certificate, in the words of OCSP (RFC 6960 §2.2): good,
 * revoked, unknown.
 *
 * @module
 */

import type { Certificate } from "../pki/certificate.ts";
import type { RevocationList, RevocationLists } from "../pki/revocation_lists.ts";
import type { Revocation } from "../pki/revocations.ts";
import { isoTime } from "../transcript/v1/times.ts";

/** A party, as a verification reports it. */
export interface RevocableParty {
  /** Absent where none is at hand. */
  readonly certificate?: Certificate;
  /** Since when it, or with protocol 2 a CA between it and the root, is revoked. */
  readonly revocation?: Revocation;
}

/** What is known of a party's revocation. */
export type RevocationState =
  | { readonly kind: "unchecked" }
  | { readonly kind: "unknown" }
  /** `list`: the newest of the certificate's CA. */
  | { readonly kind: "good"; readonly list: RevocationList }
  | {
    readonly kind: "revoked";
    readonly revocation: Revocation;
    readonly list: RevocationList | undefined;
  };

/**
 * Says what is known.
 *
 * @param party Whose certificate.
 * @param lists Those that were given, if any.
 * @returns The state. Whoever is revoked by any list is, whatever else the newest says.
 */
export function revocationState(
  { certificate, revocation }: RevocableParty,
  lists: RevocationLists | undefined,
): RevocationState {
  const list = certificate && lists?.newestFor(certificate);
  if (revocation !== undefined) return { kind: "revoked", revocation, list };
  if (lists === undefined) return { kind: "unchecked" };
  return list === undefined ? { kind: "unknown" } : { kind: "good", list };
}

/**
 * The state as a line of a report.
 *
 * @param party Whose certificate.
 * @param lists Those that were given, if any.
 * @returns A phrase; nothing where no list was given, which the report says once.
 */
export function revocationPhrase(
  party: RevocableParty,
  lists: RevocationLists | undefined,
): string | undefined {
  const state = revocationState(party, lists);
  switch (state.kind) {
    case "unchecked":
      return undefined;
    case "unknown":
      return "revocation unknown: no list is of its CA";
    case "good":
      return `not revoked, by the list of ${isoTime(state.list.thisUpdateMs)}`;
    case "revoked":
      return `revoked ${isoTime(state.revocation.revokedMs)} (${state.revocation.reason})`;
  }
}

/**
 * The state as members of a party's JSON.
 *
 * @param party Whose certificate.
 * @param lists Those that were given, if any.
 * @returns `revoked`, `revocation`, `revocationAsOf`.
 */
export function revocationJson(party: RevocableParty, lists: RevocationLists | undefined): object {
  const state = revocationState(party, lists);
  const list = "list" in state ? state.list : undefined;
  return {
    revoked: state.kind !== "revoked" ? null : {
      time: isoTime(state.revocation.revokedMs),
      reason: state.revocation.reason,
    },
    revocation: state.kind,
    revocationAsOf: list === undefined ? null : isoTime(list.thisUpdateMs),
  };
}
