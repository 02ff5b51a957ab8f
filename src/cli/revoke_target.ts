/**
 * Finds the certificate that is to be revoked: exactly one, or none.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { type Certificate, parseCertificatePem } from "../pki/certificate.ts";
import type { LedgerDeed, LedgerLine, LedgerSubject } from "../pki/ledger.ts";
import { fileExists } from "./identity_files.ts";
import { readPem } from "./read_pem.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12

/** A CA and what it has done. */
export interface TargetSearch {
  readonly ca: Certificate;
  /** The CA's books, checked. */
  readonly lines: readonly LedgerLine[];
}

/** The certificate. */
export interface RevokeTarget {
  readonly subject: LedgerSubject;
  readonly role: LedgerDeed["role"];
  /** Whether the books have it: they may have begun after it was issued. */
  readonly isInBooks: boolean;
  /** Its revocation, if it is revoked already. */
  readonly revocation?: LedgerLine;
}

/**
 * Finds a certificate by its whole serial number, its whole fingerprint, or its file. Names and parts
 * of numbers find nothing: two certificates may share them.
 *
 * @param text What was typed; hex in any case, with or without colons.
 * @param search The CA and its books.
 * @returns The certificate.
 * @throws {ChatError} NO_INPUT if there is none; BAD_CERT if it is another CA's or this CA itself; FILE
 * or FORMAT for a file.
 */
export async function findRevokeTarget(text: string, search: TargetSearch): Promise<RevokeTarget> {
  const hex = text.replaceAll(":", "").toLowerCase();
  const issued = search.lines.filter(({ kind }) => kind === "issued" || kind === "renewed");
  const line = /^[0-9a-f]+$/.test(hex)
    ? issued.find(({ serial, fingerprint }) => hex === fingerprint || isSerial(hex, serial))
    : undefined;
  if (line !== undefined) return targetOf(line, search);
  if (await fileExists(text)) return await targetOfFile(text, { ...search, issued });
  throw notFound(text, search);
}

/** Programs differ in whether they write a leading zero. */
function isSerial(hex: string, serial: string): boolean {
  return hex.replace(/^0+/, "") === serial.replace(/^0+/, "");
}

function notFound(text: string, { ca }: TargetSearch): ChatError {
  const what = `"${printable(text)}"`;
  return new ChatError(
    "NO_INPUT",
    `cannot revoke ${what}: it is no whole serial number or fingerprint in the books of ` +
      `"${printable(ca.commonName)}", and no file`,
    { hint: "find the serial number: securechat ca list; names and parts of numbers do not count" },
  );
}

function targetOf(line: LedgerLine, { lines }: TargetSearch): RevokeTarget {
  const { serial, fingerprint, subject, role } = line;
  const revocation = lines.find((each) => each.kind === "revoked" && each.serial === serial);
  return {
    subject: { serial, fingerprint, subject, notAfter: new Date(line.notAfter) },
    role,
    isInBooks: true,
    ...(revocation && { revocation }),
  };
}

async function targetOfFile(
  path: string,
  { issued, ...search }: TargetSearch & { readonly issued: readonly LedgerLine[] },
): Promise<RevokeTarget> {
  const name = `"${printable(path)}"`;
  const certificate = parseCertificatePem((await readPem(path)).text, name);
  const known = issued.find(({ fingerprint }) => fingerprint === certificate.fingerprint);
  if (known !== undefined) return targetOf(known, search);
  const { ca, lines } = search;
  if (certificate.fingerprint === ca.fingerprint) {
    throw new ChatError("BAD_CERT", `cannot revoke ${name}: it is the CA itself`, {
      hint: "a CA cannot revoke itself: give everybody a new one, securechat ca init",
    });
  }
  if (!await certificate.signedBy(ca)) {
    const who = printable(ca.commonName);
    throw new ChatError("BAD_CERT", `cannot revoke ${name}: "${who}" did not sign it`, {
      hint:
        "only the CA that signed a certificate revokes it: name that one with --ca and --ca-key",
    });
  }
  const revocation = lines.find(({ kind, serial }) =>
    kind === "revoked" && serial === certificate.serial
  );
  return {
    subject: certificate,
    role: certificate.extendedKeyUsage?.includes(SERVER_AUTH) ? "server" : "client",
    isInBooks: issued.some(({ serial }) => serial === certificate.serial),
    ...(revocation && { revocation }),
  };
}
