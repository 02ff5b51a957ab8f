/**
 * Finds the CA that a side's certificate chains to, whatever the time: a session may have been held
 * while a team changed its CA, one side with a certificate of the old one.
 *
 * @module
 */

import type { Certificate } from "../../pki/certificate.ts";
import { trustIn } from "../../pki/trust.ts";
import { badCertificate, findFault, type Role } from "../../pki/validate.ts";
import type { Fault } from "./report.ts";

/** What a certificate chains to: the CA, or why none is accepted. */
export interface Chain {
  readonly ca?: Certificate;
  readonly fault?: Fault;
}

/** What a certificate is judged by. */
export interface ChainPolicy {
  /** The CAs that are trusted. */
  readonly anchors: readonly Certificate[];
  readonly role: Role;
}

/**
 * Judges a certificate by everything but the dates: those depend on the entry.
 *
 * @param certificate A side's certificate.
 * @param policy The CAs, and the side's role.
 * @returns The first CA that it chains to; where there is none, what the first CA finds wrong.
 */
export async function chainOf(
  certificate: Certificate,
  { anchors, role }: ChainPolicy,
): Promise<Chain> {
  const faults: Fault[] = [];
  for (const ca of anchors) {
    const at = new Date(Math.max(certificate.notBefore.getTime(), ca.notBefore.getTime()));
    const fault = await findFault(certificate, { trust: trustIn(ca), role, at, keyKind: "rsa" });
    if (fault === undefined) return { ca };
    faults.push({ code: "BAD_CERT", text: badCertificate(certificate, fault).message });
  }
  const [fault] = faults;
  return fault === undefined ? {} : { fault };
}
