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
  type X509CrlReason,
} from "@peculiar/x509";
import type { Certificate } from "../../src/pki/certificate.ts";
import { issueCrl, type IssuedCrl } from "../../src/pki/crl_issue.ts";
import type { Issued } from "../../src/pki/issue.ts";
import { ledgerEvent, signLedgerLine } from "../../src/pki/ledger.ts";
import type { RevocationReason } from "../../src/pki/revocation_reason.ts";

/** What the CA's own list is to say. */
export interface OwnCrl {
  readonly ca: Issued;
  /** When it is made. */
  readonly atMs: number;
  /** Who is revoked, since when, and why; nobody if it is left out. */
  readonly revoked?: readonly {
    readonly certificate: Certificate;
    readonly ms: number;
    readonly reason?: RevocationReason;
  }[];
}

/**
 * Makes a list as the program does: from books.
 *
 * @param crl What it is to say.
 * @returns The list.
 */
export async function ownCrl({ ca, atMs, revoked = [] }: OwnCrl): Promise<IssuedCrl> {
  const begun = ledgerEvent(ca.certificate, { kind: "begun", role: "ca", nowMs: atMs });
  const lines = [signLedgerLine(begun, { last: undefined, key: ca.key })];
  for (const { certificate, ms, reason = "superseded" } of revoked) {
    const deed = { kind: "revoked", role: "client", nowMs: ms, note: reason } as const;
    const place = { last: lines.at(-1), key: ca.key };
    lines.push(signLedgerLine(ledgerEvent(certificate, deed), place));
  }
  return await issueCrl({ ca: ca.certificate, caKey: ca.key, lines, days: 30, nowMs: atMs });
}

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
  /** CRLReason of every entry. */
  readonly reason?: X509CrlReason;
  /** One more extension, critical: its OID, and hex of its value. */
  readonly extension?: readonly [string, string];
}

/**
 * Makes a CRL.
 *
 * @param crl What it is to say.
 * @returns DER.
 */
export async function testCrl(crl: TestCrl): Promise<Uint8Array> {
  const { ca, at, revoked, number = 1, reason, extension } = crl;
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
      ...(reason === undefined ? {} : { reason }),
    })),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new Extension(CRL_NUMBER, false, new Uint8Array([2, 1, number])),
      ...extension === undefined
        ? []
        : [new Extension(extension[0], true, Uint8Array.fromHex(extension[1]))],
    ],
    signingAlgorithm: RSA_SHA256,
    signingKey,
  });
  return new Uint8Array(made.rawData);
}
