/**
 * Certificates that no honest peer would show. The CA of `tests/testkit/chat_world.ts` is the one
 * that servers and clients trust.
 *
 * @module
 */

import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Certificate, parseCertificateDer } from "../../src/pki/certificate.ts";
import { createCa, issueLeaf } from "../../src/pki/issue.ts";
import type { Role } from "../../src/pki/validate.ts";
import { testCa, testLeaf } from "../testkit/chat_world.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

const ROLE_OID = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

/** A certificate of the trusted CA that ended two minutes ago. */
export async function expired(commonName: string, role: Role): Promise<Certificate> {
  const shiftMs = -DAY_MS - 2 * MINUTE_MS;
  return (await testLeaf(commonName, role, { days: 1, shiftMs })).certificate;
}

/** A certificate of the trusted CA that begins tomorrow. */
export async function notYetValid(commonName: string, role: Role): Promise<Certificate> {
  return (await testLeaf(commonName, role, { shiftMs: DAY_MS })).certificate;
}

/** A certificate of a CA that nobody here trusts. */
export async function ofOtherCa(commonName: string, role: Role): Promise<Certificate> {
  return (await testLeaf(commonName, role, { ca: "Other CA" })).certificate;
}

/** A certificate of a CA that took the trusted one's name: only the signature tells them apart. */
export async function ofNamesake(commonName: string, role: Role): Promise<Certificate> {
  const { commonName: name } = (await testCa()).certificate;
  const nowMs = Date.now();
  const ca = await createCa({ name, keyType: "rsa-2048", days: 30, nowMs });
  const request = { commonName, role, names: [], days: 7, nowMs };
  return (await issueLeaf({ ...request, ca: ca.certificate, caKey: ca.key })).certificate;
}

/** A certificate that its own key signed, faultless in everything else. */
export async function selfSigned(commonName: string, role: Role): Promise<Certificate> {
  const keys = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  );
  const made = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(Date.now() - MINUTE_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ROLE_OID[role]], true),
      new SubjectAlternativeNameExtension([{ type: "dns", value: commonName }]),
    ],
  });
  return parseCertificateDer(new Uint8Array(made.rawData), "a self-signed certificate");
}
