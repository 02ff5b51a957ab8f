/**
 * `securechat verify`: checks transcripts and says who wrote what. Never uses the network.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { ERRORS } from "../errors.ts";
import type { TranscriptReport, Verdict } from "../transcript/v1/report.ts";
import { type VerifyOptions, verifyTranscript } from "../transcript/v1/verify.ts";
import { parseArgs, patternValue, usage } from "./args.ts";
import type { Io } from "./io.ts";
import { report as reportError, STOPPED_STATUS } from "./report.ts";
import { type EvidencePaths, openTranscriptFile, readEvidence } from "./verify_inputs.ts";
import { reportJson } from "./verify_json.ts";
import { reportText } from "./verify_report.ts";

const COMMAND = "securechat verify";

/** What `securechat verify --help` prints. */
export const help = `${COMMAND}: checks transcripts and says who wrote what

Usage:
  securechat verify FILE... [OPTIONS]

Reads transcripts of this program and of the original system, without network.
VALID: every entry is signed by one of the two sides, in order, and the signed
receipt covers them all. INVALID: something is wrong; the first bad line and why
come first. INCOMPLETE: what is there is good, but no receipt says it is all.

Options:
  --ca FILE           certificate of the CA, or of several (default: CA_CERT, or
                      certs/ca-cert.pem)
  --cert FILE         a certificate of a side, where the transcript has none;
                      may be repeated. Those beside the CA's are found anyway
  --crl FILE          the CA's revocation list: what a side signed since it was
                      revoked makes the file INVALID; may be repeated
  --session-key FILE  the .key file of the session: prints the words too
  --at TIME           judge certificates at this time instead of each entry's,
                      which its author chose: 2026-11-23 or 2026-11-23T08:00Z
  --json              one JSON object a file and line, "securechat-verify/1"
  -h, --help          this text

Exit status:
  0 all VALID, 1 any INVALID or not readable, 2 wrong use or setting,
  3 any INCOMPLETE, 4 no such file; of several, the first of 1, 4, 3, 0 counts

Examples:
  $ securechat verify transcripts/*.transcript
  $ securechat verify --ca team/ca-cert.pem --json chat.transcript
  $ securechat verify chat.transcript --crl certs/ca-crl.pem
  $ securechat verify chat.transcript --session-key chat.transcript.key
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

const STATUS: Readonly<Record<Verdict, number>> = { VALID: 0, INVALID: 1, INCOMPLETE: 3 };

/** A date, or a time with its zone: local time would give each reader another verdict. */
const timeValue = patternValue({
  metavar: "TIME",
  pattern: /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/,
  expected: "a date or a time with its zone, as 2026-11-23 or 2026-11-23T08:00Z",
});

/** The options. */
export const parser = object({
  files: multiple(argument(string({ metavar: "FILE" })), { min: 1 }),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  certs: multiple(option("--cert", string({ metavar: "FILE" }))),
  crls: multiple(option("--crl", string({ metavar: "FILE" }))),
  sessionKey: optional(option("--session-key", string({ metavar: "FILE" }))),
  at: optional(option("--at", timeValue)),
  json: option("--json"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns The exit status that `help` tells.
 * @throws {ChatError} USAGE; CONFIG; NO_INPUT, FILE or FORMAT for the CA, a certificate, a list or the
 * key; BAD_CERT for a list that the CA did not sign. What is wrong with a transcript is reported instead, and the next one is read.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { files, json, at, ...paths } = parsed.value;
  const time = parseTime(at);
  const evidence = await readEvidence(io, definedOf(paths));
  const options = { ...evidence, signal: io.stop, ...(time && { at: time }) };
  const statuses: number[] = [];
  for (const file of files) {
    statuses.push(await verifyFile(file, { io, options, json }));
    if (io.stop.aborted) break;
  }
  return STATUS_ORDER.find((status) => statuses.includes(status)) ?? 1;
}

/** How a file is verified, and where the result goes. */
interface Job {
  readonly io: Io;
  readonly options: VerifyOptions;
  readonly json: boolean;
}

async function verifyFile(file: string, { io, options, json }: Job): Promise<number> {
  let result: TranscriptReport;
  try {
    result = await verifyTranscript(await openTranscriptFile(file), options);
  } catch (error) {
    return reportError(io, error);
  }
  io.out.write(
    json
      ? reportJson(file, result)
      : reportText(file, { report: result, on: io.out, nowMs: io.now() }),
  );
  return STATUS[result.verdict];
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
