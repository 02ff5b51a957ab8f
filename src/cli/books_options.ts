import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import type { Certificate } from "../pki/certificate.ts";
import { ledgerPath } from "./books.ts";
import { readConfig } from "./config.ts";
import type { Io } from "./io.ts";
import { loadCa } from "./load_identity.ts";

/** The options of commands that read the CA's books. */
export const booksParsers = {
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  ledger: optional(option("--ledger", string({ metavar: "FILE" }))),
};

/** What those options said. */
export interface BooksOptions {
  readonly ca: string | undefined;
  readonly ledger: string | undefined;
}

/** The books of a CA. */
export interface LocatedBooks {
  readonly ca: Certificate;
  /** The ledger's file. */
  readonly path: string;
}

/**
 * Finds the CA and its books.
 *
 * @param io The world: settings fill in what the options leave out.
 * @param options What they say.
 * @returns The CA, and where its books should be.
 * @throws {ChatError} CONFIG; FILE or FORMAT for the CA's certificate.
 */
export async function locateBooks(io: Io, options: BooksOptions): Promise<LocatedBooks> {
  const config = await readConfig(io, { CA_CERT: options.ca ?? "" });
  const path = options.ledger ?? ledgerPath(config.ca.key);
  return { ca: await loadCa(config.ca.cert), path };
}
