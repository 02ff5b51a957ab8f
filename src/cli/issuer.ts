/**
 * The CA at work: its certificate, its key and its books, for the commands that issue.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { Certificate } from "../pki/certificate.ts";
import { type BookKeeper, ledgerPath } from "./books.ts";
import { loadCaKey } from "./ca_key.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { loadCa } from "./load_identity.ts";
import type { PassphraseOptions } from "./passphrase.ts";
import { warn } from "./report.ts";

/**
 * Programs of phones and browsers refuse leaves that live longer: 825 days were the CA/Browser
 * Forum's limit (Baseline Requirements 1.6.4 §6.3.2) and stay Apple's for CAs that users install.
 */
const LONG_LIFE_DAYS = 825;

/** What the options of `issuerParsers` said. */
export interface IssuerOptions extends PassphraseOptions {
  readonly days: number | undefined;
  readonly ca: string | undefined;
  readonly caKey: string | undefined;
}

/** A CA that can issue. */
export interface Issuer extends BookKeeper {
  /** The life of what it issues now. */
  readonly days: number;
}

/**
 * Opens the CA.
 *
 * @param io The world: settings fill in what the options leave out.
 * @param options What the options said.
 * @returns The CA, its key, where its books are, and for how long to issue.
 * @throws {ChatError} CONFIG; FILE or FORMAT for the CA's files; USAGE for an empty passphrase.
 */
export async function openIssuer(io: Io, options: IssuerOptions): Promise<Issuer> {
  const config = await readConfig(io, {
    CA_CERT: options.ca ?? "",
    CA_KEY: options.caKey ?? "",
    CERT_VALIDITY_DAYS: options.days?.toString() ?? "",
  });
  const ca = await loadCa(config.ca.cert);
  const caKey = await loadCaKey(io, { path: config.ca.key, ...options });
  return { ca, caKey, path: ledgerPath(config.ca.key), days: config.certValidityDays };
}

/**
 * Warns of a leaf that lives long.
 *
 * @param io The world.
 * @param days Its life.
 */
export function warnIfLong(io: Io, days: number): void {
  if (days <= LONG_LIFE_DAYS) return;
  warn(
    io,
    `a life of ${days} days is over ${LONG_LIFE_DAYS}: other programs refuse such a ` +
      "certificate, and a key that leaks is useful for as long",
  );
}

/**
 * Tells the names of a certificate.
 *
 * @param certificate A leaf.
 * @returns Its alternative names, or what stands for them.
 */
export function namesText(
  { commonName, dnsNames, ipAddresses, emailAddresses }: Certificate,
): string {
  const names = [...dnsNames, ...ipAddresses, ...emailAddresses];
  return printable(names.length === 0 ? `${commonName} (CN alone)` : names.join(", "));
}
