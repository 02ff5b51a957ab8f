/**
 * Finds the two sides of a transcript and judges their certificates.
 *
 * The other side is named by every entry (its fingerprint); the owner only by its signatures, or by the
 * certificate lines that our files have. Certificates in a file are claims: they count when they
 * chain to the CA, and prove authorship by signatures alone.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { asChatError } from "../../errors.ts";
import { type Certificate, parseCertificateDer } from "../../pki/certificate.ts";
import type { RevocationLists } from "../../pki/revocation_lists.ts";
import type { Revocation } from "../../pki/revocations.ts";
import type { Role } from "../../pki/validate.ts";
import { chainOf } from "./chain.ts";
import { probesOf } from "./probes.ts";
import type { TranscriptFile } from "./reader.ts";
import { errorAt, type Fault, type Finding } from "./report.ts";

/** One side of a session. */
export interface Party {
  readonly role: Role;
  readonly isOwner: boolean;
  /** Lower-case hex. */
  readonly fingerprint?: string;
  readonly certificate?: Certificate;
  /** The trust anchor that signed it; absent where none did. */
  readonly ca?: Certificate;
  /** Why the certificate is not accepted, whatever the time. */
  readonly fault?: Fault;
  /** Since when the certificate is revoked, if a list says so. */
  readonly revocation?: Revocation;
}

/** Both sides. */
export interface Parties {
  readonly owner: Party;
  readonly other: Party;
}

/** What certificates are judged by. */
export interface Trust {
  /** The trust anchor. */
  readonly ca: Certificate;
  /** More of them: a team that changes its CA trusts the old and the new one side by side. */
  readonly otherCas?: readonly Certificate[];
  /** Certificates that may be a side's; none of them is trusted for being here. */
  readonly certificates: readonly Certificate[];
  /** What revocation lists say; without them revocation is not checked. */
  readonly revocations?: RevocationLists;
}

/** The sides, and what is wrong with the file's certificate lines. */
export interface ResolvedParties {
  readonly parties: Parties;
  readonly findings: readonly Finding[];
}

/**
 * Finds both sides.
 *
 * @param file The transcript.
 * @param trust The CA, and certificates to look in where the file has none.
 * @returns The sides; a certificate that is not at hand is absent.
 */
export async function resolveParties(
  file: TranscriptFile,
  trust: Trust,
): Promise<ResolvedParties> {
  const ownerRole = file.role?.value ?? "client";
  const otherRole = ownerRole === "client" ? "server" : "client";
  const shown = readShown(file);
  const fingerprint = shown.certificates[otherRole]?.fingerprint ?? commonFingerprint(file);
  const other = shown.certificates[otherRole] ??
    [...trust.certificates, ...anchorsOf(trust)].find((known) => known.fingerprint === fingerprint);
  const owner = shown.certificates[ownerRole] ?? await findOwner(file, {
    ...trust,
    role: ownerRole,
    ...(other && { other }),
  });
  const isShared = owner !== undefined && owner.key.spkiDer.toHex() === other?.key.spkiDer.toHex();
  const anchors = anchorsOf(trust);
  const parties = {
    owner: withRevocation(
      await judge(owner, { anchors, role: ownerRole, isOwner: true, isShared }),
      trust,
    ),
    other: withRevocation(
      await judge(other, {
        anchors,
        role: otherRole,
        isOwner: false,
        isShared,
        ...(fingerprint !== undefined && { fingerprint }),
      }),
      trust,
    ),
  };
  return { parties, findings: [...shown.findings, ...shownFaults(file, parties)] };
}

/**
 * Says whether a certificate and its CA live at a moment.
 *
 * @param certificate The certificate.
 * @param moment Its CA, and milliseconds since the Unix epoch, as far away as an entry may say.
 * @returns BAD_CERT, or nothing.
 */
export function dateFault(
  certificate: Certificate,
  { ca, atMs }: { readonly ca: Certificate; readonly atMs: number },
): Fault | undefined {
  for (
    const [what, { notBefore, notAfter }] of [["certificate", certificate], ["CA", ca]] as const
  ) {
    const state = atMs < notBefore.getTime()
      ? `not valid before ${notBefore.toISOString()}`
      : atMs > notAfter.getTime()
      ? `expired ${notAfter.toISOString()}`
      : undefined;
    if (state === undefined) continue;
    const who = what === "CA" ? "the CA" : `the certificate of ${nameOf(certificate)}`;
    return { code: "BAD_CERT", text: `${who} is out of its time: ${state}` };
  }
  return undefined;
}

/**
 * A certificate's name for people.
 *
 * @param certificate A certificate.
 * @returns Its CN in quotes, printable.
 */
export function nameOf(certificate: Certificate): string {
  return `"${printable(certificate.commonName || certificate.subject)}"`;
}

function readShown(
  file: TranscriptFile,
): { certificates: Partial<Record<Role, Certificate>>; findings: Finding[] } {
  const certificates: Partial<Record<Role, Certificate>> = {};
  const findings: Finding[] = [];
  for (const role of ["client", "server"] as const) {
    const shown = file.certificates[role];
    if (shown === undefined) continue;
    try {
      certificates[role] = parseCertificateDer(shown.value, `line ${shown.line}`);
    } catch (error) {
      findings.push(errorAt(shown.line, { code: "FORMAT", text: asChatError(error).message }));
    }
  }
  return { certificates, findings };
}

/** The fingerprint of most entries: one that was changed must not decide who the other side is. */
function commonFingerprint(file: TranscriptFile): string | undefined {
  const counts = new Map<string, number>();
  for (const entry of file.entries) {
    if ("fault" in entry) continue;
    const { peerFingerprint } = entry.record;
    counts.set(peerFingerprint, (counts.get(peerFingerprint) ?? 0) + 1);
  }
  return [...counts].reduce<readonly [string | undefined, number]>(
    (best, candidate) => candidate[1] > best[1] ? candidate : best,
    [undefined, 0],
  )[0];
}

/** The certificate whose key signed the receipt or some entry; those that the CA signed first. */
async function findOwner(
  file: TranscriptFile,
  { role, other, ...trust }: Trust & { readonly role: Role; readonly other?: Certificate },
): Promise<Certificate | undefined> {
  const candidates = trust.certificates
    .filter(({ fingerprint }) => fingerprint !== other?.fingerprint);
  const anchors = anchorsOf(trust);
  const found = await Promise.all(candidates.map((each) => chainOf(each, { anchors, role })));
  const ranked = [
    ...candidates.filter((_, index) => found[index]?.fault === undefined),
    ...candidates.filter((_, index) => found[index]?.fault !== undefined),
  ];
  for (const isSignedBy of probesOf(file, other)) {
    const signer = ranked.find((candidate) => isSignedBy(candidate.key));
    if (signer !== undefined) return signer;
  }
  return undefined;
}

/** What is known of a side beside its certificate. */
interface Side {
  readonly anchors: readonly Certificate[];
  readonly role: Role;
  readonly isOwner: boolean;
  readonly fingerprint?: string;
  /** Whether the other side has the same key. */
  readonly isShared: boolean;
}

async function judge(
  certificate: Certificate | undefined,
  { anchors, isShared, ...side }: Side,
): Promise<Party> {
  if (certificate === undefined) return side;
  const text = `both sides show one key, that of ${nameOf(certificate)}: no entry has one author`;
  const chain = isShared
    ? { fault: { code: "BAD_CERT", text } as const }
    : await chainOf(certificate, { anchors, role: side.role });
  return { ...side, certificate, fingerprint: certificate.fingerprint, ...chain };
}

function anchorsOf({ ca, otherCas = [] }: Trust): readonly Certificate[] {
  return [ca, ...otherCas];
}

function withRevocation(party: Party, { revocations }: Trust): Party {
  const revocation = party.certificate && revocations?.of(party.certificate);
  return { ...party, ...(revocation && { revocation }) };
}

/** Faults of certificates that stand in the file, at their lines. */
function shownFaults(file: TranscriptFile, { owner, other }: Parties): readonly Finding[] {
  return [owner, other].flatMap(({ role, fault }) => {
    const shown = file.certificates[role];
    return shown === undefined || fault === undefined ? [] : [errorAt(shown.line, fault)];
  });
}
