/**
 * What `--html` asks for, from the command's arguments.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { VerifyOptions } from "../../transcript/v1/verify.ts";
import { usage } from "../args.ts";
import { readConfig } from "../config.ts";
import type { Expectations } from "../expectations.ts";
import type { Io } from "../io.ts";
import { chainTrustOf } from "../verify_inputs.ts";
import { shellWord } from "./check_section.ts";
import { ReportPage } from "./report_page.ts";

const COMMAND = "securechat verify";

/** Options that change what is printed, and nothing of the result. */
const PRINTING = /^(?:--force|--quiet|-q|--json|--html=.*)$/s;

/** Everything that the page needs to know. */
export interface PageRequest {
  /** Where the page goes. */
  readonly path: string;
  readonly force: boolean;
  /** The one file. */
  readonly file: string;
  /** As typed, after the command's name. */
  readonly args: readonly string[];
  /** The CA's path, where it was named. */
  readonly ca: string | undefined;
  /** Other files that are read. */
  readonly read: readonly string[];
  readonly expected: Expectations;
  /** Options that make the verdict worth less, as typed. */
  readonly insecure: readonly string[];
  readonly isLong: boolean;
  readonly options: VerifyOptions;
}

/**
 * Opens the page.
 *
 * @param io The world.
 * @param request What is asked for.
 * @returns The page; dispose it.
 * @throws {ChatError} USAGE if the page would take the place of a file that is read, or FILE is a folder;
 * EXISTS; FILE; CONFIG.
 */
export async function openPage(io: Io, request: PageRequest): Promise<ReportPage> {
  const { path, force: replace, file, args, ca, expected, insecure, isLong, options } = request;
  if (path === "" || path === "-") {
    throw usage(COMMAND, { state: "--html needs the name of a file" });
  }
  const config = await readConfig(io, ca === undefined ? {} : { CA_CERT: ca });
  const caPath = config.ca.cert;
  await requireApart(path, [file, caPath, ...request.read]);
  const { at, sessionKey } = options;
  const check = {
    ...{ file, caPath, expected, isLong, atMs: io.now(), insecure },
    command: commandOf(args, ca === undefined ? ["--ca", caPath] : []),
    hasSessionKey: sessionKey !== undefined,
    ...chainTrustOf(options),
    ...at && { judgedMs: at.getTime() },
  };
  return await ReportPage.open({ path, replace, check, signal: io.stop });
}

/** With `--force`, too: evidence is never overwritten by what is said about it. */
async function requireApart(path: string, read: readonly string[]): Promise<void> {
  const stat = await statOf(read[0] ?? "");
  if (stat?.isDirectory) throw usage(COMMAND, { state: "--html needs one FILE, not a folder" });
  const target = await Deno.realPath(path).catch(() => undefined);
  if (target === undefined) return;
  for (const each of read) {
    if (await Deno.realPath(each).catch(() => undefined) !== target) continue;
    throw usage(COMMAND, { state: `--html names "${printable(path)}", which is read` });
  }
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch(() => undefined);
}

/**
 * A command that repeats a check.
 *
 * @param args As typed.
 * @param more What the settings said instead.
 * @returns The command, without what only changes what is printed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const args = ["a.jsonl", "--html", "a.html", "--force", "--crl", "my list.pem"];
 * assert.equal(commandOf(args, []), "securechat verify a.jsonl --crl 'my list.pem'");
 * ```
 */
export function commandOf(args: readonly string[], more: readonly string[]): string {
  const kept = args.filter((arg, index) =>
    !PRINTING.test(arg) && arg !== "--html" && args[index - 1] !== "--html"
  );
  const end = kept.indexOf("--");
  const all = end < 0 ? [...kept, ...more] : kept.toSpliced(end, 0, ...more);
  return [COMMAND, ...all.map(shellWord)].join(" ");
}
