/**
 * Whose evidence a transcript is expected to be: good evidence of somebody else is not what was asked for.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Role } from "../pki/validate.ts";

/** What `--expect-author` and `--expect-server` name: a name in the certificate, or its fingerprint. */
export interface Expectations {
  readonly authors: readonly string[];
  readonly server?: string;
}

/** Somebody of a transcript. */
export interface Witness {
  readonly role: Role;
  readonly certificate?: Certificate;
  /** How many entries this certificate has signed. */
  readonly entries: number;
}

/**
 * Compares.
 *
 * @param expected Who is expected.
 * @param witnesses Who is there.
 * @returns What does not hold, printable; nothing if all is as expected.
 */
export function unmetExpectations(
  { authors, server }: Expectations,
  witnesses: readonly Witness[],
): readonly string[] {
  const missing = authors.filter((author) =>
    !witnesses.some(({ certificate, entries }) => entries > 0 && isNamed(certificate, author))
  );
  const isServer = server === undefined ||
    witnesses.some(({ role, certificate }) => role === "server" && isNamed(certificate, server));
  return [
    ...missing.map((author) => `no entry is signed by ${printable(author)}`),
    ...isServer ? [] : [`the server is not ${printable(server)}`],
  ];
}

function isNamed(certificate: Certificate | undefined, who: string): boolean {
  if (certificate === undefined) return false;
  const { fingerprint, commonName, dnsNames, ipAddresses } = certificate;
  const digits = who.replaceAll(":", "").toLowerCase();
  return digits === fingerprint || [commonName, ...dnsNames, ...ipAddresses].includes(who);
}
