/**
 * `securechat ca list`: what the CA has issued.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { printable } from "../bytes/printable.ts";
import { expiringCertificates, type IssuedCertificate, issuedCertificates } from "../pki/issued.ts";
import { checkedValue, parseArgs } from "./args.ts";
import { readGoodBooks } from "./books.ts";
import { booksParsers, locateBooks } from "./books_options.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { progress } from "./report.ts";

const COMMAND = "securechat ca list";
const DAY_MS = 86_400_000;

/** What `securechat ca list --help` prints. */
export const help = `${COMMAND}: lists the certificates that the CA has issued

Usage:
  securechat ca list [--expiring DAYS] [--json] [OPTIONS]

Reads the CA's books and checks every line of them. A line for each certificate,
oldest first: valid, expired, renewed (there is a newer one) or revoked; its
role; its end; its serial number; whom it is for, and since when and why it is
revoked.

Options:
  --expiring DAYS   only what is valid now and ends within so many days: 30d
  --json            one JSON object a certificate and line
  --ca FILE         the CA's certificate (default: CA_CERT, certs/ca-cert.pem)
  --ledger FILE     its books (default: ca-ledger.jsonl beside CA_KEY)
  -h, --help        this text

Exit status:
  0 listed, 1 there are no books or they do not hold, 2 wrong use or setting

Examples:
  $ securechat ca list
  $ securechat ca list --expiring 30d
  $ securechat ca list --json --ledger backup/ca-ledger.jsonl
`;

const daysAhead = checkedValue({
  metavar: "DAYS",
  placeholder: 0,
  expected: "a number of days from 0d to 36500d",
  read: (text) => {
    const days = /^\d{1,5}d$/.test(text) ? Number(text.slice(0, -1)) : NaN;
    return days <= 36_500 ? days : undefined;
  },
});

/** The options. */
export const parser = object({
  expiring: optional(option("--expiring", daysAhead)),
  json: option("--json"),
  ...booksParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when they are listed, or there are none.
 * @throws {ChatError} USAGE; CONFIG; FILE or FORMAT for a file; LEDGER if the books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { expiring, json, ...places } = parsed.value;
  const books = await locateBooks(io, places);
  const nowMs = io.now();
  const all = issuedCertificates(await readGoodBooks(io, books), nowMs);
  const shown = expiring === undefined
    ? all
    : expiringCertificates(all, { nowMs, withinMs: expiring * DAY_MS });
  for (const each of shown) io.out.write(json ? `${jsonLine(each)}\n` : textLine(each));
  if (shown.length === 0) {
    const which = expiring === undefined ? "no certificate" : "no such certificate among";
    progress(io, `${which}${expiring === undefined ? "" : ` ${all.length}`} in ${books.path}`);
  }
  return 0;
}

function textLine(
  { state, role, notAfter, serial, subject, revoked }: IssuedCertificate,
): string {
  const end = notAfter.replace(".000Z", "Z");
  const why = revoked === undefined ? "" : `, since ${revoked.time} (${revoked.reason})`;
  return `${state.padEnd(7)}  ${role.padEnd(6)}  ${end}  ${serial}  ${printable(subject + why)}\n`;
}
