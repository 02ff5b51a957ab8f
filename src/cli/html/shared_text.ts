/**
 * Sentences that are true of both protocols, in words for readers who are no engineers.
 *
 * @module
 */

import type { Certificate } from "../../pki/certificate.ts";
import { type Finding, firstError } from "../../transcript/v1/report.ts";
import { type RevocableParty, type RevocationState, revocationState } from "../revocation_state.ts";
import type { CheckFacts } from "./content.ts";
import { digits, moment, type Term } from "./elements.ts";
import { markup, name, type Part } from "./markup.ts";

/** What a signature under an entry proves. */
export const PROVES: readonly Part[] = [
  markup`That whoever made the entry had the private key of the certificate that is named as its author.`,
  markup`That not one letter of it has been changed since.`,
  markup`That the certificate authority vouched for the author's name, with that very key.`,
];

/** What it does not. */
export const PROVES_NOT: readonly Part[] = [
  markup`That the person of that name sat at the keyboard. A key can be lent or stolen; until its owner
reports that and the CA revokes the certificate, a thief's signature looks the same.`,
  markup`That what was said is true.`,
  markup`The hour to the second. Times are told by the clocks of those who took part, and a clock can be
wrong or be set.`,
  markup`That nothing else was said: elsewhere, by other means, or before and after what this file holds.`,
  markup`That the certificate authority was right about a name. Its own care has to be shown in another way.`,
];

/**
 * What is told of anybody's certificate.
 *
 * @param party Whose.
 * @param check How the check was made.
 * @returns Terms.
 */
export function certificateTerms(
  party: RevocableParty & { readonly certificate: Certificate },
  check: CheckFacts,
): readonly Term[] {
  const { certificate } = party;
  const { notBefore, notAfter, fingerprint } = certificate;
  const hasEnded = notAfter.getTime() < check.atMs
    ? markup` <span class="soft">(has ended since; what was signed in time stays good)</span>`
    : undefined;
  return [
    [
      "Certificate valid",
      markup`${moment(notBefore.getTime())} to ${moment(notAfter.getTime())}${hasEnded}`,
    ],
    ["Fingerprint, SHA-256", digits(fingerprint)],
    ["Revocation", revocationCell(revocationState(party, check.revocations))],
  ];
}

function revocationCell(state: RevocationState): Part {
  switch (state.kind) {
    case "revoked":
      return markup`<b class="fault">revoked</b> ${
        moment(state.revocation.revokedMs)
      } (${state.revocation.reason}): what is signed since does
not count`;
    case "unchecked":
      return markup`<span class="warn">not checked</span>: no list was given`;
    case "unknown":
      return markup`<span class="warn">unknown</span>: no list speaks about it`;
    case "good": {
      const { number, thisUpdateMs } = state.list;
      return markup`not revoked, by list number ${String(number)} of ${moment(thisUpdateMs)}`;
    }
  }
}

/**
 * What is not checked where no list was given.
 *
 * @param check How the check was made.
 * @returns A sentence, or none.
 */
export function uncheckedRevocation({ revocations }: CheckFacts): readonly Part[] {
  if (revocations !== undefined) return [];
  return [
    markup`<b>Revocation.</b> No revocation list (CRL) was given. Whether the CA has taken a certificate back,
as it does when a key is stolen, was not asked.`,
  ];
}

/**
 * Whose evidence it is, where somebody was expected.
 *
 * @param check How the check was made.
 * @param unmet What was expected and does not hold.
 * @returns A sentence, or none.
 */
export function metExpectations(
  { expected }: CheckFacts,
  unmet: readonly string[],
): readonly Part[] {
  const isExpected = expected.authors.length > 0 || expected.server !== undefined;
  if (!isExpected || unmet.length > 0) return [];
  return [markup`<b>Whose evidence it is.</b> It is that of the people who were expected.`];
}

/**
 * Whose a certificate is.
 *
 * @param certificate It.
 * @returns The CN, or all of the subject where it has none.
 */
export function nameIn({ commonName, subject }: Certificate): string {
  return commonName || subject || "(no name)";
}

/**
 * Whom everything rests on.
 *
 * @param check How the check was made.
 * @returns Names of CAs.
 */
export function caNames({ anchors }: CheckFacts): Part {
  return anchors.map((anchor, index) => markup`${index === 0 ? "" : ", "}${name(nameIn(anchor))}`);
}

/**
 * What makes a file INVALID.
 *
 * @param findings Errors and warnings, in the order of the file.
 * @returns A sentence that names the first error, and what follows from it.
 */
export function faultText(findings: readonly Finding[]): Part {
  const error = firstError({ findings });
  if (error === undefined) return undefined;
  return markup`Something in this file is wrong, first at line ${error.line}: <b>${error.code}</b>, ${error.text}.
As it stands, do not rely on it.`;
}

/**
 * The first and the last moment.
 *
 * @param firstMs Milliseconds since the Unix epoch.
 * @param lastMs The same.
 * @returns Markup; nothing where they are not known.
 */
export function span(firstMs: number | undefined, lastMs: number | undefined): Part {
  if (firstMs === undefined || lastMs === undefined) return undefined;
  return markup`${moment(firstMs)} to ${moment(lastMs)}`;
}
