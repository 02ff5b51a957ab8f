/**
 * A CA and certificates for tests, made once in a run: keys take time.
 *
 * @module
 */

import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";

/** When the certificates of tests were made. */
export const ISSUED_AT_MS = Date.parse("2026-01-01T00:00:00Z");

/** A moment within their life. */
export const VALID_AT = new Date("2026-06-01T00:00:00Z");

/** How a test's certificate differs from the usual one. */
export interface TestLeaf {
  readonly ca: Issued;
  readonly role: "server" | "client";
  readonly commonName?: string;
  readonly names?: readonly string[];
  readonly days?: number;
  readonly nowMs?: number;
}

/**
 * Makes a CA.
 *
 * @param name Its name.
 * @returns The CA, ten years old at most.
 */
export function testCa(name: string): Promise<Issued> {
  return createCa({ name, keyType: "rsa-2048", days: 3650, nowMs: ISSUED_AT_MS });
}

/**
 * Makes a certificate.
 *
 * @param leaf What it is to be.
 * @returns The certificate and its key, valid for a year.
 */
export function testLeaf(leaf: TestLeaf): Promise<Issued> {
  return issueLeaf({
    ca: leaf.ca.certificate,
    caKey: leaf.ca.key,
    commonName: leaf.commonName ?? `${leaf.role}.example`,
    role: leaf.role,
    names: leaf.names ?? [],
    days: leaf.days ?? 365,
    nowMs: leaf.nowMs ?? ISSUED_AT_MS,
  });
}
