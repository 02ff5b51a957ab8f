/**
 * `securechat ca revoke`: takes a certificate back.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import { type IssuedCrl, requireCrlSigner } from "../pki/crl_issue.ts";
import type { LedgerLine } from "../pki/ledger.ts";
import type { RevocationReason } from "../pki/revocation_reason.ts";
import { daysValue, parseArgs } from "./args.ts";
import { type BookKeeper, ledgerPath, readGoodBooks, recordDeed } from "./books.ts";
import { loadCaKey } from "./ca_key.ts";
import { readConfig } from "./config.ts";
import { fileExists } from "./identity_files.ts";
import type { Io } from "./io.ts";
import { loadCa } from "./load_identity.ts";
import { passphraseParsers } from "./passphrase.ts";
import { progress } from "./report.ts";
import {
  DEFAULT_LIST_DAYS,
  describeList,
  isOnList,
  type ListOptions,
  nextStep,
  readOwnList,
  writeRevocationList,
} from "./revocation_list.ts";
import { findRevokeTarget, type RevokeTarget } from "./revoke_target.ts";

const COMMAND = "securechat ca revoke";

/** What `securechat ca revoke --help` prints. */
export const help = `${COMMAND}: takes a certificate back

Usage:
  securechat ca revoke SERIAL|FINGERPRINT|FILE --reason REASON [OPTIONS]

Writes the revocation into the CA's books and makes the revocation list anew.
From that moment on what the certificate's key signs counts for nothing; what it
signed before stays good. A revocation cannot be taken back. The certificate is
named by its whole serial number, by its whole SHA-256 fingerprint, or by its
file: securechat ca list shows the numbers. A person is asked before.

Options:
  --reason REASON   key-compromise, affiliation-changed, superseded,
                    cessation-of-operation, privilege-withdrawn or unspecified
                    (required)
  --days N          days until the next list is due (default: 30)
  --crl FILE        the list (default: CA_CRL, or ca-crl.pem beside
                    the CA's certificate)
  --yes             do not ask
  --ca FILE         the CA's certificate (default: CA_CERT, certs/ca-cert.pem)
  --ca-key FILE     its private key (default: CA_KEY, or certs/ca-key.pem)
  --passphrase-file FILE   the passphrase of the CA's key is the first line of
  --passphrase-stdin       FILE, or of standard input; without, you are asked
  -h, --help        this text

Exit status:
  0 revoked, 1 refused (it is revoked already, it is another CA's, you said no),
  2 wrong use or setting, 4 no such certificate

Examples:
  $ securechat ca revoke certs/bob-cert.pem --reason key-compromise
  $ securechat ca revoke 5A:0F:2B:6C:01:9E:44:D3:87:11:6D:A2:3C:58:F0:9B \\
      --reason superseded
`;

// In the order in which help gives them.
const REASONS = [
  "key-compromise",
  "affiliation-changed",
  "superseded",
  "cessation-of-operation",
  "privilege-withdrawn",
  "unspecified",
] as const satisfies readonly RevocationReason[];

/** The options. */
export const parser = object({
  target: argument(string({ metavar: "SERIAL|FINGERPRINT|FILE" })),
  reason: option("--reason", choice(REASONS)),
  days: withDefault(option("--days", daysValue()), DEFAULT_LIST_DAYS),
  crl: optional(option("--crl", string({ metavar: "FILE" }))),
  yes: option("--yes"),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  caKey: optional(option("--ca-key", string({ metavar: "FILE" }))),
  ...passphraseParsers,
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when it is revoked, 1 when the person says no.
 * @throws {ChatError} USAGE; CONFIG; FILE or FORMAT for a file; NO_INPUT if there is no such
 * certificate; BAD_CERT if it is another CA's; REVOKED if it is revoked already; EXISTS if something
 * else is in the list's place; LEDGER if the books do not hold.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { target: text, reason, days, crl, yes, ca: caFile, caKey: keyFile, ...passphrase } =
    parsed.value;
  const config = await readConfig(io, {
    CA_CERT: caFile ?? "",
    CA_KEY: keyFile ?? "",
    CA_CRL: crl ?? "",
  });
  const ca = await loadCa(config.ca.cert);
  const books = ledgerPath(config.ca.key);
  const target = await findRevokeTarget(text, { ca, lines: await linesOf(io, { ca, books }) });
  const { path } = config.crl;
  const before = await readOwnList(path, ca);
  const { revocation } = target;
  if (revocation !== undefined && before !== undefined && isOnList(before, revocation)) {
    throw revokedAlready(target, { revocation, list: path });
  }
  if (revocation === undefined && !yes && !await isWanted(io, target)) return 1;
  const caKey = await loadCaKey(io, { path: config.ca.key, ...passphrase });
  requireCrlSigner({ ca, caKey });
  const keeper = { ca, caKey, path: books };
  const options = { path, days, nowMs: io.now() };
  if (revocation !== undefined) { // the list was lost, or a crash came before it was written
    await writeRevocationList(keeper, options);
    throw revokedAlready(target, { revocation, list: path });
  }
  const line = await record(io, { keeper, target, reason });
  const list = await writeList(keeper, options);
  io.out.write(
    `revoked\n${certificateLines(target)}reason       ${reason}\n` +
      `books        ${printable(books)}, line ${line.index + 1}\n` +
      describeList(list, path) + nextStep(path),
  );
  return 0;
}

/** The books; a CA that has none yet begins them with its first revocation. */
async function linesOf(
  io: Io,
  { ca, books }: { readonly ca: Certificate; readonly books: string },
): Promise<readonly LedgerLine[]> {
  return await fileExists(books) ? await readGoodBooks(io, { ca, path: books }) : [];
}

interface Sentence {
  readonly keeper: BookKeeper;
  readonly target: RevokeTarget;
  readonly reason: RevocationReason;
}

async function record(io: Io, { keeper, target, reason }: Sentence): Promise<LedgerLine> {
  const { subject, role, isInBooks } = target;
  const deed = { kind: "revoked", role, nowMs: io.now(), note: reason } as const;
  const line = await recordDeed(io, keeper, { ...deed, certificate: subject });
  if (!isInBooks) progress(io, "the books did not have this certificate: only its revocation");
  return line;
}

/** The books have it by now, so a list that cannot be written is not the end of it. */
async function writeList(keeper: BookKeeper, options: ListOptions): Promise<IssuedCrl> {
  try {
    return await writeRevocationList(keeper, options);
  } catch (error) {
    const { code, message } = asChatError(error);
    throw new ChatError(code, `${message}; the revocation is in the books`, {
      cause: error,
      hint: "nobody else knows of it yet; when this is mended, write the list: securechat ca crl",
    });
  }
}

function revokedAlready(
  { subject }: RevokeTarget,
  { revocation, list }: { readonly revocation: LedgerLine; readonly list: string },
): ChatError {
  const { time, note, index } = revocation;
  const text = `cannot revoke ${printable(subject.subject)}: it was revoked ${time} ` +
    `(${printable(note)}), line ${index + 1} of the books`;
  return new ChatError("REVOKED", text, { hint: `it is on the list already: ${printable(list)}` });
}

/** Without a terminal nobody can be asked: the command line is the decision. */
async function isWanted(io: Io, target: RevokeTarget): Promise<boolean> {
  if (!io.input.isTerminal) return true;
  progress(io, certificateLines(target).trimEnd());
  const answer = (await io.input.ask("revoke this? [y/N] "))?.trim().toLowerCase();
  if (answer === "y" || answer === "yes") return true;
  progress(io, "nothing was revoked");
  return false;
}

function certificateLines({ subject, role }: RevokeTarget): string {
  return [
    ["subject", `${subject.subject} (${role})`],
    ["valid until", subject.notAfter.toISOString().replace(".000Z", "Z")],
    ["serial", subject.serial],
    ["SHA-256", subject.fingerprint],
  ].map(([label = "", value = ""]) => `${label.padEnd(13)}${printable(value)}\n`).join("");
}
