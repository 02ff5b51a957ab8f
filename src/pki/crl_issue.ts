/**
 * Makes the CA's revocation list from its books: a complete CRL, version 2 (RFC 5280 §5).
 *
 * Everything that was ever revoked is in it, expired certificates too: RFC 5280 §3.3 would let them
 * go, but whoever audits a transcript years later must still see that its author was revoked.
 *
 * @module
 */

import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Extension,
  type X509CrlEntryParams,
  X509CrlGenerator,
} from "@peculiar/x509";
import { ChatError } from "../errors.ts";
import { type Certificate, subjectNameOf } from "./certificate.ts";
import { signingAlgorithms } from "./key_type.ts";
import type { LedgerLine } from "./ledger.ts";
import { parsePathCertificate } from "./path/certificate_der.ts";
import { EXTENSION } from "./path/extensions.ts";
import { KEY_USAGE } from "./path/profile_rules.ts";
import { encodePem } from "./pem.ts";
import type { PrivateKeyDer } from "./private_key.ts";
import { reasonCode } from "./revocation_reason.ts";

/** The label of a CRL in PEM (RFC 7468 §6). */
export const CRL_LABEL = "X509 CRL";

const DAY_MS = 86_400_000;
const TAG_INTEGER = 0x02; // X.690 §8.3
const TAG_ENUMERATED = 0x0a; // X.690 §8.4

/** Seconds since the Unix epoch are below it until the year 33658. */
const NUMBER_STEP = 1_000_000_000_000n;

/** What a list is made of. */
export interface CrlRequest {
  readonly ca: Certificate;
  readonly caKey: PrivateKeyDer;
  /** The CA's books, all of them, checked. */
  readonly lines: readonly LedgerLine[];
  /** Days until the next list is due. */
  readonly days: number;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** The number of the list before, where it is known: the new one is greater. */
  readonly above?: bigint;
}

/** A list, as made. */
export interface IssuedCrl {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly pem: string;
  readonly number: bigint;
  readonly entries: number;
  readonly nextUpdate: Date;
}

/**
 * Makes the list of everything that the books say is revoked.
 *
 * Its number is that of the books' lines times 10^12, plus the time in seconds: it never falls as long
 * as the books grow, and two lists of different times never have the same one (RFC 5280 §5.2.3). Where
 * the clock went back it is one more than the number of the list before.
 *
 * @param request The CA, its books, and how long the list is good.
 * @returns The list, signed.
 * @throws {ChatError} BAD_CERT if the CA's certificate does not let it sign lists; FORMAT if the key is
 * not the certificate's.
 */
export async function issueCrl(request: CrlRequest): Promise<IssuedCrl> {
  const { ca, caKey, lines, days } = request;
  requireCrlSigner(request);
  const thisUpdate = new Date(wholeSecond(request.nowMs));
  const nextUpdate = new Date(thisUpdate.getTime() + days * DAY_MS);
  const number = numberOf(request);
  const { key, signature } = signingAlgorithms(caKey.kind);
  const entries = entriesOf(lines);
  const made = await X509CrlGenerator.create({
    issuer: subjectNameOf(ca),
    thisUpdate,
    nextUpdate,
    entries,
    // Neither may be critical: RFC 5280 §5.2.1, §5.2.3.
    extensions: [
      await authorityKeyOf(ca),
      new Extension(EXTENSION.crlNumber, false, integerDer(number)),
    ],
    signingAlgorithm: signature,
    signingKey: await crypto.subtle.importKey("pkcs8", caKey.pkcs8Der, key, false, ["sign"]),
  });
  const der = new Uint8Array(made.rawData);
  return {
    der,
    pem: encodePem(CRL_LABEL, der),
    number,
    entries: entries.length,
    nextUpdate,
  };
}

/**
 * How many lines the books had when a list was made.
 *
 * @param number The list's number.
 * @returns The number of lines.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(crlBookLines(4_001_795_452_143n), 4n);
 * ```
 */
export function crlBookLines(number: bigint): bigint {
  return number / NUMBER_STEP;
}

function numberOf({ lines, nowMs, above = -1n }: CrlRequest): bigint {
  const seconds = Math.max(0, Math.floor(nowMs / 1000));
  const number = BigInt(lines.length) * NUMBER_STEP + BigInt(seconds);
  return number > above ? number : above + 1n;
}

/**
 * Refuses a CA that cannot make lists: asked before its books have a line that no list will show.
 *
 * @param signer The CA's certificate and key.
 * @throws {ChatError} BAD_CERT if the certificate does not let it sign lists; FORMAT if the key is not
 * the certificate's.
 */
export function requireCrlSigner({ ca, caKey }: Pick<CrlRequest, "ca" | "caKey">): void {
  const maySign = ca.keyUsage === undefined || (ca.keyUsage & KEY_USAGE.crlSign) !== 0;
  if (!ca.isCa || !maySign) {
    throw new ChatError(
      "BAD_CERT",
      "cannot make a revocation list: the CA's certificate does not let it sign lists (cRLSign)",
    );
  }
  if (caKey.spkiDer.toHex() === ca.key.spkiDer.toHex()) return;
  throw new ChatError(
    "FORMAT",
    "cannot make a revocation list: the CA key does not belong to the CA certificate",
  );
}

/** One entry for each serial number, by its first revocation: what came later changes nothing. */
function entriesOf(lines: readonly LedgerLine[]): X509CrlEntryParams[] {
  const first = new Map<string, LedgerLine>();
  for (const line of lines) {
    if (line.kind === "revoked" && !first.has(line.serial)) first.set(line.serial, line);
  }
  return [...first.values()].map(({ serial, time, note }) => ({
    serialNumber: serial,
    revocationDate: new Date(wholeSecond(Date.parse(time))),
    // Always written, "unspecified" too: without any extension the library would write an empty list
    // of them, which RFC 5280 §5.1.2.6 has no place for.
    extensions: [
      new Extension(
        EXTENSION.crlReason,
        false,
        new Uint8Array([TAG_ENUMERATED, 1, reasonCode(note)]),
      ),
    ],
  }));
}

/** The identifier that the CA's certificate has of its key (RFC 5280 §5.2.1). */
async function authorityKeyOf(ca: Certificate): Promise<AuthorityKeyIdentifierExtension> {
  const { subjectKeyId } = parsePathCertificate(ca.der);
  return subjectKeyId === undefined
    ? await AuthorityKeyIdentifierExtension.create(new Uint8Array(ca.key.spkiDer))
    : new AuthorityKeyIdentifierExtension(subjectKeyId);
}

/** RFC 5280 §5.1.2.4 has whole seconds. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** DER of a positive INTEGER: the fewest octets, the first bit 0 (X.690 §8.3). */
function integerDer(value: bigint): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const octets = Uint8Array.fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  const sign = (octets[0] ?? 0) >= 0x80 ? [0] : [];
  return new Uint8Array([TAG_INTEGER, sign.length + octets.length, ...sign, ...octets]);
}
