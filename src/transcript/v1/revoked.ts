/**
 * What revocation does to evidence: what a side signed before its certificate was revoked stays good,
 * from that moment on nothing does.
 *
 * Revoked means: from the second on that the list names. Times are those of dates, too: each entry's
 * own, which its author chose. A list may be long out of date and still be the right one: what counts
 * is that it is of a time after the entries.
 *
 * @module
 */

import type { Certificate } from "../../pki/certificate.ts";
import type { RevocationLists } from "../../pki/revocation_lists.ts";
import { KEY_COMPROMISE } from "../../pki/revocation_reason.ts";
import { dateFault, nameOf, type Parties, type Party } from "./parties.ts";
import type { TranscriptFile } from "./reader.ts";
import { type EntryReport, type Fault, type Finding, warningAt } from "./report.ts";
import { isoTime } from "./times.ts";

/** A moment at which a side's certificate must be good. */
export interface Moment {
  /** The CA of a side that no CA has signed; any other side has its own. */
  readonly ca: Certificate;
  /** Milliseconds since the Unix epoch, as far away as an entry may say. */
  readonly atMs: number;
}

/**
 * Says whether a side's certificate is good at a moment: in its life, and not revoked.
 *
 * @param party The side.
 * @param moment The moment, and the CA.
 * @returns BAD_CERT or REVOKED, or nothing, also where the certificate is not at hand.
 */
export function momentFault(
  { certificate, revocation, ca: signer }: Party,
  { ca, atMs }: Moment,
): Fault | undefined {
  if (certificate === undefined) return undefined;
  const dates = dateFault(certificate, { ca: signer ?? ca, atMs });
  if (dates !== undefined || revocation === undefined) return dates;
  const { revokedMs, reason } = revocation;
  if (atMs < revokedMs) return undefined;
  const text = `the certificate of ${nameOf(certificate)} was revoked ${isoTime(revokedMs)} ` +
    `(${reason}), and this is of ${isoTime(atMs)}`;
  return { code: "REVOKED", text };
}

/** What is known once entries have been judged. */
export interface RevocationContext {
  readonly parties: Parties;
  readonly entries: readonly EntryReport[];
  readonly revocations: RevocationLists | undefined;
  /** The last moment that anything is judged at, milliseconds. */
  readonly lastMs: number;
}

/**
 * What to know about revocation that makes no file INVALID.
 *
 * @param file The transcript.
 * @param context What is known of it.
 * @returns Warnings: a list that is older than the session; a key that others may have.
 */
export function revocationWarnings(
  file: TranscriptFile,
  { parties, entries, revocations, lastMs }: RevocationContext,
): readonly Finding[] {
  if (revocations === undefined) return [];
  const sides = [parties.owner, parties.other];
  const stolen = sides.flatMap((party) => {
    if (party.certificate === undefined || party.revocation?.reason !== KEY_COMPROMISE) return [];
    const text = `the key of ${nameOf(party.certificate)} is in other hands (key-compromise): ` +
      "an entry's time is its author's own claim, and whoever has the key can sign an old one";
    const line = entries.find(({ author }) => author === party.role)?.line;
    return [warningAt(line ?? file.certificates[party.role]?.line ?? 1, text)];
  });
  const line = entries.at(-1)?.line ?? 1;
  const old = sides.map(({ certificate }) =>
    certificate && ageText(certificate, { revocations, lastMs })
  ).filter((text) => text !== undefined);
  return [...stolen, ...new Set(old).values().map((text) => warningAt(line, text))];
}

/** Why the lists cannot speak about a certificate up to a moment. */
function ageText(
  certificate: Certificate,
  { revocations, lastMs }: {
    readonly revocations: RevocationLists;
    readonly lastMs: number;
  },
): string | undefined {
  const list = revocations.newestFor(certificate);
  if (list === undefined) return `no revocation list speaks about ${nameOf(certificate)}`;
  if (list.thisUpdateMs >= lastMs) return undefined;
  return `the revocation list is older than the session: it is of ${isoTime(list.thisUpdateMs)}, ` +
    `the last time here is ${isoTime(lastMs)}; what was revoked since, it does not say`;
}
