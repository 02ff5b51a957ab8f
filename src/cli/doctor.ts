/**
 * `securechat doctor`: looks at all that a server or client of this folder would use, and says what is
 * wrong and what mends it.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { asChatError } from "../errors.ts";
import { parseArgs } from "./args.ts";
import { type Config, readConfig } from "./config.ts";
import { examine, type ExamineOptions } from "./doctor/examine.ts";
import { CHECKS, type Finding, Findings } from "./doctor/finding.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";

const COMMAND = "securechat doctor";

/** What `securechat doctor --help` prints. */
export const help = `${COMMAND}: says what is wrong here, and what mends it

Usage:
  securechat doctor [OPTIONS]

Looks at the settings, certificates, keys and their modes, revocations, clock,
accounts, folders, disk and port of this folder; changes nothing, and asks no
other machine but a database that is named. Certificates that are not here are
no fault: a client's machine has none of a server.

Options:
  --limits FILE      look at the file of serve --limits, too
  --json             one object for each finding: check, level, code, message,
                     remedy, command
  -h, --help         this text

Exit status:
  0 nothing is wrong, perhaps with warnings; 1 something is; 2 wrong use

Examples:
  $ securechat doctor
  $ securechat doctor --json | jq -r 'select(.level=="fault").command'
`;

/** The options. */
export const parser = object({
  limits: optional(option("--limits", string({ metavar: "FILE" }))),
  json: option("--json"),
});

/**
 * Runs the command.
 *
 * @param args The arguments after the command's name.
 * @param io The world.
 * @returns 0 if nothing is wrong, else 1.
 * @throws {ChatError} USAGE.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArgs(parser, args, { command: COMMAND });
  if (parsed.kind === "help") {
    io.out.write(help);
    return 0;
  }
  const { limits, json } = parsed.value;
  const wanted = {
    required: [],
    protocols: [1, 2],
    crlRequired: false,
    portMustBeFree: false,
    limits,
  };
  const findings = new Findings();
  let config: Config | undefined;
  await findings.look("settings", async () => {
    try {
      config = await readConfig(io, {});
    } catch (thrown) {
      findings.error("settings", thrown, settingCommand(thrown));
    }
  });
  if (config !== undefined) await examine(io, findings, { ...wanted, config });
  return tellFindings(io, findings, json);
}

/**
 * Looks at what a server would use, before it starts.
 *
 * @param io The world.
 * @param options What is looked at.
 * @returns 0 if it could start, else 1.
 */
export async function checkServer(io: Io, options: ExamineOptions): Promise<number> {
  const findings = new Findings();
  await examine(io, findings, options);
  return tellFindings(io, findings, false);
}

function tellFindings(io: Io, findings: Findings, isJson: boolean): number {
  for (const finding of findings.all) {
    io.out.write(isJson ? `${jsonLine(finding)}\n` : textOf(finding));
  }
  if (!isJson) {
    for (const check of findings.good) io.out.write(`good     ${check}: ${CHECKS[check]}\n`);
  }
  return findings.hasFaults ? 1 : 0;
}

function textOf({ check, level, code, message, remedy, command }: Finding): string {
  const lines = [
    `${level.padEnd(8)} ${check}: [${code}] ${printable(message)}`,
    ...remedy === command ? [] : [`         ${printable(remedy)}`],
    ...command === undefined ? [] : [`         $ ${printable(command)}`],
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** A line of .env that is wrong is taken out; its default holds then. */
function settingCommand(thrown: unknown): string | undefined {
  const { message } = asChatError(thrown);
  const [, name] = message.includes(".env") ? /\b([A-Z][A-Z_]+[A-Z])\b/.exec(message) ?? [] : [];
  return name === undefined ? undefined : `sed -i /^${name}=/d .env`;
}
