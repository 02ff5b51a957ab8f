/**
 * `securechat ca show`: the CA, and what it has issued.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { option } from "@optique/core/primitives";
import { printable } from "../bytes/printable.ts";
import { caLimitsOf, type Certificate } from "../pki/certificate.ts";
import { expiringCertificates, type IssuedCertificate, issuedCertificates } from "../pki/issued.ts";
import { keyText } from "../pki/key_type.ts";
import { constraintTexts } from "../pki/permitted_names.ts";
import { parseArgs } from "./args.ts";
import { fileExists } from "./identity_files.ts";
import { readGoodBooks } from "./books.ts";
import { booksParsers, locateBooks, type LocatedBooks } from "./books_options.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";

const COMMAND = "securechat ca show";
const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

/** What `securechat ca show --help` prints. */
export const help = `${COMMAND}: shows the CA and what it has issued

Usage:
  securechat ca show [--json] [OPTIONS]

Says what the CA's certificate says, and counts what its books have: in use, of
these ending within 30 days, expired, renewed, revoked.

Options:
  --json          one JSON object instead of lines
  --ca FILE       certificate of the CA (default: CA_CERT, or certs/ca-cert.pem)
  --ledger FILE   its books (default: ca-ledger.jsonl beside CA_KEY)
  -h, --help      this text

Exit status:
  0 shown, 1 not a certificate, or the books do not hold, 2 wrong use or setting

Examples:
  $ securechat ca show
  $ securechat ca show --json --ca team/ca-cert.pem
`;

/** The options. */
export const parser = object({ json: option("--json"), ...booksParsers });

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when it is shown, with books or without.
 * @throws {ChatError} USAGE; CONFIG; FILE or FORMAT for a file; LEDGER if the books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { json, ...places } = parsed.value;
  const books = await locateBooks(io, places);
  const issued = await countIssued(io, books);
  const described = { ...describe(books.ca), books: issued === null ? null : books.path, issued };
  io.out.write(json ? `${jsonLine(described)}\n` : textLines(described, io.now()));
  return 0;
}

type Counts = Readonly<Record<IssuedCertificate["state"] | "expiring", number>>;

/** The numbers, or null where the CA keeps no books. */
async function countIssued(io: Io, books: LocatedBooks): Promise<Counts | null> {
  if (!await fileExists(books.path)) return null;
  const nowMs = io.now();
  const all = issuedCertificates(await readGoodBooks(io, books), nowMs);
  const count = (state: IssuedCertificate["state"]) =>
    all.filter((each) => each.state === state).length;
  const soon = expiringCertificates(all, { nowMs, withinMs: SOON_DAYS * DAY_MS });
  return {
    valid: count("valid"),
    expiring: soon.length,
    expired: count("expired"),
    renewed: count("renewed"),
    revoked: count("revoked"),
  };
}

interface Described extends ReturnType<typeof describe> {
  readonly books: string | null;
  readonly issued: Counts | null;
}

function describe(ca: Certificate) {
  const { pathLength, nameConstraintsDer: constraints } = caLimitsOf(ca);
  const names = constraints === undefined ? undefined : constraintTexts(constraints);
  return {
    subject: ca.subject,
    isCa: ca.isCa,
    notBefore: ca.notBefore.toISOString(),
    notAfter: ca.notAfter.toISOString(),
    keyKind: ca.keyKind,
    keyBits: ca.keyBits,
    pathLength: pathLength ?? null,
    hasNameConstraints: names !== undefined,
    permittedNames: names?.permitted ?? null,
    excludedNames: names?.excluded ?? null,
    serial: ca.serial,
    fingerprint: ca.fingerprint,
  };
}

function textLines(ca: Described, nowMs: number): string {
  const days = Math.floor((Date.parse(ca.notAfter) - nowMs) / DAY_MS);
  const rows = [
    ["subject", ca.isCa ? ca.subject : `${ca.subject} (NOT A CA)`],
    ["valid from", ca.notBefore],
    ["valid until", `${ca.notAfter} (${days < 0 ? "EXPIRED" : `${days} days left`})`],
    ["key", keyText(ca)],
    ["path length", ca.pathLength === null ? "not limited" : pathText(ca.pathLength)],
    ...namesRows(ca),
    ["serial", ca.serial],
    ["SHA-256", ca.fingerprint],
    ["books", ca.books ?? "none: begun at the next securechat cert issue"],
    ["issued", ca.issued === null ? "unknown" : countsText(ca.issued)],
  ];
  return rows.map(([label = "", value = ""]) => `${label.padEnd(13)}${printable(value)}\n`)
    .join("");
}

/** A row for what the CA may sign, and one for what it may not where that is not all the rest. */
function namesRows({ permittedNames: permitted, excludedNames: excluded }: Described) {
  if (permitted === null || excluded === null) return [["names", "not constrained"]];
  return [
    ["names", permitted.length === 0 ? "constrained" : `only ${permitted.join(", ")}`],
    ...(excluded.length === 0 ? [] : [["excluded", excluded.join(", ")]]),
  ];
}

function pathText(pathLength: number): string {
  return pathLength === 0 ? "0: it signs leaves and no other CA" : String(pathLength);
}

function countsText({ valid, expiring, expired, renewed, revoked }: Counts): string {
  return `${valid} valid (${expiring} of them end within ${SOON_DAYS} days), ` +
    `${expired} expired, ${renewed} renewed, ${revoked} revoked`;
}
