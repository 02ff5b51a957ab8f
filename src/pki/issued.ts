/**
 * What a CA has issued, as its books tell it.
 *
 * @module
 */

import type { LedgerLine } from "./ledger.ts";

/** How a certificate stands. What is revoked stays so after its end. */
export type IssuedState = "valid" | "expired" | "renewed" | "revoked";

/** A certificate of the books. */
export interface IssuedCertificate {
  readonly state: IssuedState;
  readonly role: LedgerLine["role"];
  readonly subject: string;
  readonly serial: string;
  readonly fingerprint: string;
  /** When it was issued, ISO 8601. */
  readonly issued: string;
  readonly notAfter: string;
  /** Number of its line, from 1. */
  readonly line: number;
  /** When it was revoked, and why. */
  readonly revoked?: { readonly time: string; readonly reason: string };
}

/**
 * Lists what was issued, oldest first; the CA itself is not among it.
 *
 * @param lines The lines of a ledger that is good.
 * @param nowMs Now, milliseconds since the Unix epoch.
 * @returns A certificate for each line that issues one.
 */
export function issuedCertificates(
  lines: readonly LedgerLine[],
  nowMs: number,
): readonly IssuedCertificate[] {
  const replaced = new Set(
    lines.filter(({ kind }) => kind === "renewed").map(({ note }) => note),
  );
  // The first revocation of a certificate is the one that counts: it is set last.
  const revocations = new Map(
    lines.filter(({ kind }) => kind === "revoked").toReversed()
      .map((line) => [line.fingerprint, line]),
  );
  return lines.filter(({ kind }) => kind === "issued" || kind === "renewed").map((line) => {
    const revocation = revocations.get(line.fingerprint);
    const { role, subject, serial, fingerprint, notAfter } = line;
    const isPast = Date.parse(notAfter) < nowMs;
    const untilEnd = isPast ? "expired" : replaced.has(serial) ? "renewed" : "valid";
    return {
      state: revocation === undefined ? untilEnd : "revoked",
      ...{ role, subject, serial, fingerprint, issued: line.time, notAfter },
      line: line.index + 1,
      ...(revocation && { revoked: { time: revocation.time, reason: revocation.note } }),
    };
  });
}

/**
 * The certificates in use that end soon.
 *
 * @param certificates Certificates of the books.
 * @param within `withinMs`: how soon, milliseconds from `nowMs`.
 * @returns Those that are valid now and not then.
 */
export function expiringCertificates(
  certificates: readonly IssuedCertificate[],
  { nowMs, withinMs }: { readonly nowMs: number; readonly withinMs: number },
): readonly IssuedCertificate[] {
  return certificates.filter(({ state, notAfter }) =>
    state === "valid" && Date.parse(notAfter) < nowMs + withinMs
  );
}
