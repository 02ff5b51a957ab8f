/**
 * `securechat cert check`: says which certificates are due, for cron.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { multiple, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { asChatError } from "../errors.ts";
import { type Certificate, parseCertificatePem } from "../pki/certificate.ts";
import { checkedValue, parseArgs } from "./args.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { readPem } from "./read_pem.ts";
import { report } from "./report.ts";

const COMMAND = "securechat cert check";
const DAY_MS = 86_400_000;
const DAYS_MAX = 36_500;

/** What `securechat cert check --help` prints. */
export const help = `${COMMAND}: says which certificates must be renewed

Usage:
  securechat cert check FILE… [--within LEFT] [--json]

A line for each certificate: fine, due, or expired. Made for cron: the exit
status tells whether something is to be done. Whether a certificate can be
trusted is another question: securechat cert verify.

Options:
  --within LEFT   when it is due: 30d, it ends within 30 days; 66%, so much of
                  its life has passed (default: 30d)
  --json          one JSON object a certificate and line
  -h, --help      this text

Exit status:
  0 all are fine, 1 one is due, expired or not a certificate, 2 wrong use,
  4 no such file

Examples:
  $ securechat cert check certs/server-cert.pem certs/ca-cert.pem
  $ securechat cert check certs/server-cert.pem --within 66%
`;

const leftValue = checkedValue({
  metavar: "LEFT",
  placeholder: "",
  expected: `days from 0d to ${DAYS_MAX}d, or a share of its life from 1% to 100%`,
  read: (text) => isLeft(text) ? text : undefined,
});

/** The options. */
export const parser = object({
  files: multiple(argument(string({ metavar: "FILE" })), { min: 1 }),
  within: withDefault(option("--within", leftValue), "30d"),
  json: option("--json"),
});

function isLeft(text: string): boolean {
  const [, days, share] = /^(?:(\d{1,5})d|(\d{1,3})%)$/.exec(text) ?? [];
  if (days !== undefined) return Number(days) <= DAYS_MAX;
  return share !== undefined && Number(share) >= 1 && Number(share) <= 100;
}

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 when all are fine, 1 when one is due or no certificate, 4 when one is not there.
 * @throws {ChatError} USAGE.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { files, within, json } = parsed.value;
  let status = 0;
  for (const file of files) {
    const found = await checkFile(io, { file, within });
    if (typeof found === "object") io.out.write(json ? `${jsonLine(found)}\n` : textLine(found));
    const own = typeof found === "number" ? found : found.state === "fine" ? 0 : 1;
    status = Math.max(status, own);
  }
  return status;
}

/** A file and when it is due. */
interface Question {
  readonly file: string;
  readonly within: string;
}

interface Answer {
  readonly file: string;
  readonly subject: string;
  readonly state: "fine" | "due" | "expired";
  readonly notAfter: string;
  /** Whole days, below 0 after its end. */
  readonly daysLeft: number;
  /** Percent of its life, 0 to 100. */
  readonly lifePassed: number;
}

/** The answer; or the exit status of an error that was told, so that other files are looked at. */
async function checkFile(io: Io, { file, within }: Question): Promise<Answer | number> {
  try {
    const { text } = await readPem(file);
    const certificate = parseCertificatePem(text, `"${printable(file)}"`);
    return answer(certificate, { file, within, nowMs: io.now() });
  } catch (error) {
    return report(io, asChatError(error));
  }
}

function answer(
  { subject, notBefore, notAfter }: Certificate,
  { file, within, nowMs }: Question & { readonly nowMs: number },
): Answer {
  const [from, end] = [notBefore.getTime(), notAfter.getTime()];
  const passed = 100 * Math.min(1, Math.max(0, (nowMs - from) / Math.max(1, end - from)));
  const amount = Number(within.slice(0, -1));
  const isDue = within.endsWith("%") ? passed >= amount : end <= nowMs + amount * DAY_MS;
  return {
    file,
    subject,
    state: end < nowMs ? "expired" : isDue ? "due" : "fine",
    notAfter: notAfter.toISOString(),
    daysLeft: Math.floor((end - nowMs) / DAY_MS),
    lifePassed: Math.floor(passed),
  };
}

function textLine({ file, subject, state, notAfter, daysLeft, lifePassed }: Answer): string {
  const end = notAfter.replace(".000Z", "Z");
  const when = state === "expired"
    ? `expired ${end}`
    : `ends ${end}, ${daysLeft} days left, ${lifePassed} % of its life has passed`;
  return `${state.padEnd(7)}  ${printable(file)}  ${printable(subject)}  ${when}\n`;
}
