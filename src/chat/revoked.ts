import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Revocation } from "../pki/revocations.ts";

/** Looks a certificate up in the revocation list in force. */
export type RevocationLookup = (certificate: Certificate) => Revocation | undefined;

/**
 * Whether a session ended because somebody was to be out of its rooms: their logs say so.
 *
 * @param error Why it ended.
 * @returns Whether it is the CA's or the operator's wish.
 */
export function isRemoval(error: ChatError | undefined): boolean {
  return error?.code === "REVOKED" || error?.code === "REMOVED";
}

/**
 * The error that ends the session of a revoked certificate.
 *
 * @param certificate The certificate, where it is known already.
 * @param revocationOf The list.
 * @returns REVOKED, or nothing.
 */
export function revokedError(
  certificate: Certificate | undefined,
  revocationOf: RevocationLookup,
): ChatError | undefined {
  const revocation = certificate && revocationOf(certificate);
  if (certificate === undefined || revocation === undefined) return undefined;
  const who = printable(certificate.commonName);
  const when = new Date(revocation.revokedMs).toISOString();
  return new ChatError(
    "REVOKED",
    `the certificate of "${who}" was revoked ${when}: ${revocation.reason}`,
  );
}
