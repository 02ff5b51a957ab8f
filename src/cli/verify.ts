/**
 * `securechat verify`: checks transcripts and says who wrote what. Never uses the network.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ERRORS } from "../errors.ts";
import { parseArgs, patternValue, usage } from "./args.ts";
import { openPage } from "./html/page_request.ts";
import type { Io } from "./io.ts";
import { report as reportError, STOPPED_STATUS } from "./report.ts";
import { type ComparedFile, compareFiles } from "./verify_compare.ts";
import { type EvidencePaths, expandPaths, readEvidence, STANDARD_INPUT } from "./verify_inputs.ts";
import { verifyFile, type VerifyJob } from "./verify_job.ts";

const COMMAND = "securechat verify";

/** What `securechat verify --help` prints. */
export const help = `${COMMAND}: checks transcripts and says who wrote what

Usage:
  securechat verify FILE... [OPTIONS]
  securechat verify FILE --prove INDEX [--by FINGERPRINT] > proof.json
  securechat verify FILE --html REPORT [OPTIONS]

Reads transcripts of both protocols and of the original system, and proofs that
--prove has written, without network. FILE may be a folder, or - for standard
input. VALID: every entry is signed by its author, in order, and both sides have
signed that it is all. INVALID: something is wrong; the first bad line and why
come first. INCOMPLETE (protocol 1) and VALID SO FAR (2): what is there is good,
but its end is not signed; who has signed up to where is told. Files of one log
are compared: if its server has signed two stories, that is its EQUIVOCATION.

Options:
  --ca FILE           certificate of the CA, or of several (default: CA_CERT, or
                      certs/ca-cert.pem)
  --cert FILE         a certificate of a side, where the transcript has none;
                      may be repeated. Those beside the CA's are found anyway
  --crl FILE          the CA's revocation list: what a side signed since it was
                      revoked makes the file INVALID; may be repeated
  --expect-author WHO   a name or fingerprint that must have signed an entry;
                      may be repeated. Good evidence of somebody else is 1
  --expect-server WHO   the name or fingerprint that the server must have
  --session-key FILE  protocol 1: the .key file of the session: prints the words
  --insecure-at TIME  protocol 1: judge certificates at this time instead of
                      each entry's, which its author chose: 2026-11-23 or
                      2026-11-23T08:00Z. It can let words pass that were signed
                      out of date; so the report says that it was given
  --entries           list all entries, also when they are over 100
  --prove INDEX       protocol 2: print a proof of this entry alone
  --by FINGERPRINT    with --prove: whose head it is to be under (default: the
                      server's)
  --html REPORT       also write a report for people as one HTML page: reads
                      without network or script, prints well; holds the words,
                      so its mode is 0600; 5,000 entries, all with --entries
  --force             replace the REPORT that is there
  -q, --quiet         one line a file
  --json              one JSON object a file and line, "securechat-verify/1"
  -h, --help          this text

Exit status:
  0 all VALID, 1 any INVALID, EQUIVOCATION, not as expected or not readable,
  2 wrong use or setting, 3 any INCOMPLETE or VALID SO FAR, 4 no such file or
  entry; of several, the first of 1, 4, 3, 0 counts

Examples:
  $ securechat verify transcripts
  $ securechat verify --ca team/ca-cert.pem --json chat.transcript
  $ securechat verify chat.transcript --crl certs/ca-crl.pem
  $ securechat verify alice.jsonl bob.jsonl --expect-server chat.example
  $ securechat verify alice.jsonl --prove 7 > proof.json
  $ securechat verify alice.jsonl --html report.html
`;

/** Statuses in the order in which they win over those behind them. */
const STATUS_ORDER: readonly number[] = [
  STOPPED_STATUS,
  ERRORS.INTERNAL.exit,
  1,
  ERRORS.NO_INPUT.exit,
  3,
  0,
];

/** A date, or a time with its zone: local time would give each reader another verdict. */
const timeValue = patternValue({
  metavar: "TIME",
  pattern: /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/,
  expected: "a date or a time with its zone, as 2026-11-23 or 2026-11-23T08:00Z",
});

const fingerprintValue = patternValue({
  metavar: "FINGERPRINT",
  pattern: /^[0-9a-f]{64}$/,
  expected: "a fingerprint: 64 digits and letters a to f",
});

/** What the option was called before its name said what it does. */
const OLD_AT = "--at";
const OLD_AT_IS = "--at is now --insecure-at: it can let pass what was signed out of date";

/** The options. */
export const parser = object({
  files: multiple(argument(string({ metavar: "FILE" })), { min: 1 }),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  certs: multiple(option("--cert", string({ metavar: "FILE" }))),
  crls: multiple(option("--crl", string({ metavar: "FILE" }))),
  sessionKey: optional(option("--session-key", string({ metavar: "FILE" }))),
  at: optional(option("--insecure-at", timeValue)),
  expectAuthors: multiple(option("--expect-author", string({ metavar: "WHO" }))),
  expectServer: optional(option("--expect-server", string({ metavar: "WHO" }))),
  entries: option("--entries"),
  prove: optional(option("--prove", integer({ metavar: "INDEX", min: 0 }))),
  by: optional(option("--by", fingerprintValue)),
  html: optional(option("--html", string({ metavar: "REPORT" }))),
  force: option("--force"),
  quiet: option("-q", "--quiet"),
  json: option("--json"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status that `help` tells.
 * @throws {ChatError} USAGE; CONFIG; NO_INPUT, FILE or FORMAT for the CA, a certificate, a list or the
 * key; BAD_CERT for a list that the CA did not sign; EXISTS for a report that is there. What is wrong with a transcript is reported instead, and the next one is read.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  if (args.includes(OLD_AT)) throw usage(COMMAND, { state: OLD_AT_IS });
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { ca, certs, crls, sessionKey, files: named, ...wanted } = parsed.value;
  const time = parseTime(wanted.at);
  requireOneUse(named, wanted);
  const evidence = await readEvidence(io, definedOf({ ca, certs, crls, sessionKey }));
  const options = { ...evidence, signal: io.stop, ...(time && { at: time }) };
  const job = jobOf(io, wanted, options);
  if (wanted.html === undefined) return await verifyAll(named, job);
  await using page = await openPage(io, {
    ...{ path: wanted.html, force: wanted.force, file: named[0] ?? "", args, ca, options },
    read: [...certs, ...crls, ...sessionKey === undefined ? [] : [sessionKey]],
    ...{ expected: job.expected, insecure: job.insecure, isLong: job.isLong },
  });
  const status = await verifyAll(named, { ...job, page });
  if (page.isWritten) io.err.write(`securechat: wrote ${printable(wanted.html)} (mode 0600)\n`);
  return status;
}

async function verifyAll(named: readonly string[], job: VerifyJob): Promise<number> {
  const { io } = job;
  const statuses: number[] = [];
  const parts: ComparedFile[] = [];
  for (const path of named) {
    try {
      const files = await expandPaths([path]);
      const isCompared = named.length > 1 || files.length > 1;
      for (const file of files) {
        if (io.stop.aborted) throw new DOMException("stopped", "AbortError");
        statuses.push(await verifyOne(file, { ...job, isCompared }, parts));
      }
    } catch (error) {
      statuses.push(reportError(io, error));
    }
    if (io.stop.aborted) break;
  }
  if (parts.length > 1 && !io.stop.aborted) {
    statuses.push(await compareFiles(io, parts, job.style === "json"));
  }
  return STATUS_ORDER.find((status) => statuses.includes(status)) ?? 1;
}

async function verifyOne(file: string, job: VerifyJob, parts: ComparedFile[]): Promise<number> {
  try {
    const { status, part } = await verifyFile(file, job);
    if (part !== undefined) parts.push(part);
    return status;
  } catch (error) {
    return reportError(job.io, error);
  }
}

/** The options that say what is wanted of each file. */
interface Wanted {
  readonly at: string | undefined;
  readonly expectAuthors: readonly string[];
  readonly expectServer: string | undefined;
  readonly entries: boolean;
  readonly prove: number | undefined;
  readonly by: string | undefined;
  readonly html: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

function requireOneUse(
  files: readonly string[],
  { prove, by, html, force, quiet, json }: Wanted,
): void {
  const state = prove === undefined && by !== undefined
    ? "--by needs --prove"
    : prove !== undefined && files.length !== 1
    ? "--prove needs one file"
    : html !== undefined && prove !== undefined
    ? "--html and --prove exclude each other"
    : html !== undefined && files.length !== 1
    ? "--html needs one file"
    : html === undefined && force
    ? "--force needs --html"
    : quiet && json
    ? "--quiet and --json exclude each other"
    : files.filter((file) => file === STANDARD_INPUT).length > 1
    ? "standard input can be read once"
    : undefined;
  if (state !== undefined) throw usage(COMMAND, { state });
}

function jobOf(io: Io, wanted: Wanted, options: VerifyJob["options"]): VerifyJob {
  const { at, expectAuthors: authors, expectServer: server, entries, prove, by, quiet, json } =
    wanted;
  return {
    ...{
      io,
      options,
      isLong: entries,
      isCompared: false,
      style: json ? "json" : quiet ? "quiet" : "text",
    },
    insecure: at === undefined ? [] : [`--insecure-at ${at}`],
    expected: server === undefined ? { authors } : { authors, server },
    ...prove === undefined
      ? {}
      : { prove: by === undefined ? { index: prove } : { index: prove, by } },
  };
}

function parseTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw usage(COMMAND, { state: `there is no such time as ${text}` });
}

function definedOf(
  { ca, certs, crls, sessionKey }: {
    readonly ca: string | undefined;
    readonly certs: readonly string[];
    readonly crls: readonly string[];
    readonly sessionKey: string | undefined;
  },
): EvidencePaths {
  return {
    certs,
    crls,
    ...(ca !== undefined && { ca }),
    ...(sessionKey !== undefined && { sessionKey }),
  };
}
