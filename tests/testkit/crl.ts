/**
 * CRLs for tests.
 *
 * @module
 */

import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Extension,
  X509Certificate,
  X509CrlGenerator,
} from "@peculiar/x509";
import type { Issued } from "../../src/pki/issue.ts";

const RSA_SHA256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const WEEK_MS = 7 * 86_400_000;
const CRL_NUMBER = "2.5.29.20";

/** What a CRL is to say. */
export interface TestCrl {
  readonly ca: Issued;
  /** Its time; it is to be renewed a week later. */
  readonly at: Date;
  /** Serial numbers, hex; revoked a day before. */
  readonly revoked: readonly string[];
  /** 1 to 127; 1 where it is left out. */
  readonly number?: number;
}

/**
 * Makes a CRL.
 *
 * @param crl What it is to say.
 * @returns DER.
 */
export async function testCrl({ ca, at, revoked, number = 1 }: TestCrl): Promise<Uint8Array> {
  const pkcs8 = new Uint8Array(ca.key.pkcs8Der);
  const signingKey = await crypto.subtle.importKey("pkcs8", pkcs8, RSA_SHA256, false, ["sign"]);
  const issuer = new X509Certificate(ca.certificate.der);
  const made = await X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: at,
    nextUpdate: new Date(at.getTime() + WEEK_MS),
    entries: revoked.map((serialNumber) => ({
      serialNumber,
      revocationDate: new Date(at.getTime() - WEEK_MS / 7),
    })),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new Extension(CRL_NUMBER, false, new Uint8Array([2, 1, number])),
    ],
    signingAlgorithm: RSA_SHA256,
    signingKey,
  });
  return new Uint8Array(made.rawData);
}
