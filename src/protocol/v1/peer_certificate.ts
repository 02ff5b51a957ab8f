/**
 * Checks the certificate that a peer shows in phase 1, and words its refusal as the original does.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { type Certificate, parseCertificatePem } from "../../pki/certificate.ts";
import {
  badCertificate,
  type CertificateFault,
  findFault,
  type ValidationPolicy,
} from "../../pki/validate.ts";
import { messageFrame } from "./messages.ts";

/** An accepted certificate, or the error for this side and the frame for the peer. */
export type PeerVerdict =
  | { readonly kind: "accepted"; readonly certificate: Certificate }
  | { readonly kind: "refused"; readonly error: ChatError; readonly frame: Uint8Array };

/**
 * Parses and validates a peer's certificate. That it shows a certificate does not prove that it has
 * the key: protocol 1 finds that out with the first signed message.
 *
 * @param pem The certificate as sent.
 * @param policy What it is checked against; `own` is this side's certificate, which no peer may show.
 * @returns The verdict; never throws for what the peer sent.
 */
export async function judgePeer(
  pem: string,
  policy: Omit<ValidationPolicy, "keyKind"> & { readonly own: Certificate },
): Promise<PeerVerdict> {
  let certificate: Certificate;
  try {
    certificate = parseCertificatePem(pem, `the ${policy.role}`);
  } catch (error) {
    const text = error instanceof ChatError ? error.message : "not a certificate";
    return refusal(new ChatError("BAD_CERT", text, { cause: error }), "Certificate is malformed");
  }
  if (certificate.fingerprint === policy.own.fingerprint) {
    const fault = { reason: "wrong_role", text: "it is this side's own certificate" } as const;
    return refusal(badCertificate(certificate, fault), fault.text);
  }
  const fault = await findFault(certificate, { ...policy, keyKind: "rsa" });
  if (fault === undefined) return { kind: "accepted", certificate };
  return refusal(badCertificate(certificate, fault), wireText(certificate, fault));
}

/** Expiry in the original's words, which its clients show. */
function wireText(certificate: Certificate, fault: CertificateFault): string {
  if (fault.reason === "expired") {
    return `Certificate expired. Valid until: ${secondOf(certificate.notAfter)}`;
  }
  if (fault.reason === "not_yet_valid") {
    return `Certificate not yet valid. Valid from: ${secondOf(certificate.notBefore)}`;
  }
  return printable(fault.text);
}

function secondOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace("T", " ");
}

function refusal(error: ChatError, text: string): PeerVerdict {
  const message = `BAD_CERT: ${text}`;
  return {
    kind: "refused",
    error,
    frame: messageFrame({ type: "status", status: "BAD_CERT", message }),
  };
}
