/**
 * The CA's revocation list on the disk, `ca-crl.pem` beside its certificate: always made anew from the
 * books.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import { CRL_LABEL, crlBookLines, issueCrl, type IssuedCrl } from "../pki/crl_issue.ts";
import { checkLedger, requireGoodLedger } from "../pki/ledger_check.ts";
import { type Crl, CRL_MAX_BYTES, crlEntryKey, parseCrl } from "../pki/path/crl.ts";
import { decodePemBundle } from "../pki/pem_bundle.ts";
import type { CrlSource } from "../pki/revocation_lists.ts";
import { readRevocations } from "../pki/revocations.ts";
import { LedgerFile } from "../store/ledger_file.ts";
import { readPrivate } from "../store/private_file.ts";
import { replacePublic } from "../store/public_file.ts";
import type { BookKeeper } from "./books.ts";
import { fileExists } from "./identity_files.ts";

/** Base64 and its line feeds make four thirds and some more of {@link CRL_MAX_BYTES}. */
const CRL_PEM_MAX_BYTES = CRL_MAX_BYTES * 1.5;

/** How long a list is good, where nobody says. */
export const DEFAULT_LIST_DAYS = 30;

/** Where the list goes, and how long it is good. */
export interface ListOptions {
  readonly path: string;
  /** Days until the next list is due. */
  readonly days: number;
  readonly nowMs: number;
}

/**
 * Reads revocation lists.
 *
 * @param path A file of one or more PEM blocks.
 * @returns The DER of each.
 * @throws {ChatError} NO_INPUT or FILE if it cannot be read; FORMAT if there is no list in it.
 */
export async function readCrlFile(path: string): Promise<readonly CrlSource[]> {
  const { bytes } = await readPrivate(path, { maxBytes: CRL_PEM_MAX_BYTES });
  const source = `"${printable(path)}"`;
  return decodePemBundle(new TextDecoder().decode(bytes), { label: CRL_LABEL, source })
    .map((der) => ({ der, source: path }));
}

/**
 * Reads the list that is about to be replaced.
 *
 * @param path Where the list goes.
 * @param ca The CA.
 * @returns The list, or nothing where there is none.
 * @throws {ChatError} EXISTS if something else than a list of this CA is there; FILE if the system
 * refuses.
 */
export async function readOwnList(path: string, ca: Certificate): Promise<Crl | undefined> {
  if (!await fileExists(path)) return undefined;
  try {
    const ders = (await readCrlFile(path)).map(({ der }) => der);
    const [crl, another] = readRevocations(ders, { anchors: [ca], source: path }).crls;
    if (another === undefined) return crl;
    throw new ChatError("FORMAT", "more than one list");
  } catch (error) {
    const { code } = asChatError(error);
    if (code !== "FORMAT" && code !== "BAD_CERT") throw error;
    const text = `cannot write "${printable(path)}": what is there is no revocation list of ` +
      `"${printable(ca.commonName)}"`;
    throw new ChatError("EXISTS", text, {
      cause: error,
      hint: "move it away if nobody needs it, or give the list another name",
    });
  }
}

/**
 * Whether a list has a certificate.
 *
 * @param list A list of the CA.
 * @param certificate The certificate, of the same CA.
 * @returns Whether it is on it.
 */
export function isOnList(
  { issuer, entries }: Crl,
  { serial }: Pick<Certificate, "serial">,
): boolean {
  // An INTEGER's octets: a serial number is positive (RFC 5280 §4.1.2.2).
  const octets = parseInt(serial.slice(0, 2), 16) >= 0x80 ? `00${serial}` : serial;
  return entries.has(crlEntryKey(issuer, octets));
}

/**
 * Makes the list from the books and writes it. The books are held meanwhile, so that of two commands the
 * later list is the one that stays.
 *
 * @param keeper The CA; its books exist.
 * @param options Where the list goes, and how long it is good.
 * @returns The list, which is on the disk.
 * @throws {ChatError} LEDGER if the books do not hold, or lack what the list that is there has; EXISTS
 * if something else is there; BAD_CERT, FORMAT as {@link issueCrl}; FILE if the system refuses.
 */
export async function writeRevocationList(
  { ca, caKey, path: ledger }: BookKeeper,
  { path, days, nowMs }: ListOptions,
): Promise<IssuedCrl> {
  using books = await LedgerFile.open(ledger);
  const source = `"${printable(ledger)}"`;
  const lines = requireGoodLedger(checkLedger((await books.read()).lines, { ca }), source);
  const before = await readOwnList(path, ca);
  const after = before === undefined ? {} : { above: before.number };
  const made = await issueCrl({ ca, caKey, lines, days, nowMs, ...after });
  if (before !== undefined) requireNothingLost(before, { made, lines: lines.length, path });
  await replacePublic(path, made.pem);
  return made;
}

/**
 * The lines that tell of a list.
 *
 * @param list The list.
 * @param path Its file.
 * @returns Two lines, with their ends.
 */
export function describeList({ number, entries, nextUpdate }: IssuedCrl, path: string): string {
  const count = `${entries} ${entries === 1 ? "entry" : "entries"}`;
  const next = nextUpdate.toISOString().replace(".000Z", "Z");
  return `list         ${printable(path)} (mode 0644), number ${number}, ${count}\n` +
    `next update  ${next}\n`;
}

/**
 * What to do with a list that was written.
 *
 * @param path Its file.
 * @returns One line, with its end.
 */
export function nextStep(path: string): string {
  return `next: copy ${printable(path)} to the server and to whoever audits\n`;
}

interface Replacement {
  readonly made: IssuedCrl;
  /** Of the books. */
  readonly lines: number;
  readonly path: string;
}

/** Nobody becomes innocent again because the end of the books was lost. */
function requireNothingLost(before: Crl, { made, lines, path }: Replacement): void {
  const { entries } = parseCrl(made.der);
  const lost = [...before.entries.keys()].filter((key) => !entries.has(key)).length;
  if (lost === 0 && crlBookLines(before.number) <= BigInt(lines)) return;
  const what = lost > 0 ? `${lost} of its revocations` : "lines that were there when it was made";
  throw new ChatError(
    "LEDGER",
    `cannot replace "${
      printable(path)
    }": the CA's books lack ${what}: their end was cut off, or they ` +
      "are an older copy",
  );
}
