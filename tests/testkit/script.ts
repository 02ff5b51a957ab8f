/**
 * Runs a script of commands with what they must print: `tests/cli/*.txt`, and console blocks of
 * documents.
 *
 * A line `$ command` runs; the lines under it are its standard output, `! line` is a line of standard
 * error, `? 2` is the exit status where it is not 0. `[WILDCARD]` stands for anything within a line.
 * Empty lines and `#` lines between commands are for readers.
 *
 * Commands: `securechat …` (with `NAME=value` in front and `echo text |` for standard input),
 * `mode FILE…`, `write FILE text`, `chmod OCTAL FILE`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { memoryIo } from "./memory_io.ts";
import { inTempFolder } from "./temp_folder.ts";

interface Step {
  readonly line: number;
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly status: number;
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/**
 * Runs a script in the current folder and compares all that its commands print.
 *
 * @param text The script.
 * @returns The number of commands run.
 * @throws {Error} At the first command that does something else.
 */
export async function runScript(text: string): Promise<number> {
  const steps = parseScript(text);
  for (const step of steps) {
    const outcome = await runCommand(step.command);
    const where = `line ${step.line}: $ ${step.command}\n${outcome.stdout}${outcome.stderr}`;
    compare(outcome.stdout, step.stdout, `${where}\nstandard output`);
    compare(outcome.stderr, step.stderr, `${where}\nstandard error`);
    assert.equal(outcome.status, step.status, `${where}\nexit status`);
  }
  return steps.length;
}

function parseScript(text: string): readonly Step[] {
  const chunks = text.split(/^(?=\$ )/m);
  let line = 1;
  const steps: Step[] = [];
  for (const chunk of chunks) {
    if (chunk.startsWith("$ ")) steps.push(parseStep(chunk, line));
    line += chunk.split("\n").length - 1;
  }
  return steps;
}

function parseStep(chunk: string, line: number): Step {
  const [command = "", ...rest] = chunk.split("\n");
  const comment = rest.findIndex((each) => each.startsWith("#"));
  const lines = comment === -1 ? rest : rest.slice(0, comment);
  while (lines.at(-1) === "") lines.pop();
  const isOutput = (each: string) => !each.startsWith("! ") && !each.startsWith("? ");
  return {
    line,
    command: command.slice(2),
    stdout: lines.filter(isOutput),
    stderr: lines.filter((each) => each.startsWith("! ")).map((each) => each.slice(2)),
    status: Number(lines.find((each) => each.startsWith("? "))?.slice(2) ?? 0),
  };
}

function compare(got: string, wanted: readonly string[], where: string): void {
  const text = wanted.map((line) => `${line}\n`).join("");
  const pattern = text.split("[WILDCARD]").map(RegExp.escape).join("[^\\n]*");
  if (new RegExp(`^${pattern}$`).test(got)) return;
  assert.equal(got, text, where);
}

/** Splits at spaces outside double quotation marks, and removes those. */
function splitWords(command: string): readonly string[] {
  return (command.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

async function runCommand(command: string): Promise<Outcome> {
  const [, input, rest = command] = /^echo (.*?) \| (.*)$/.exec(command) ?? [];
  const words = splitWords(rest);
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const env = Object.fromEntries(words.slice(0, start).map((word) => word.split("=", 2)));
  const [name = "", ...args] = words.slice(start);
  if (name !== "securechat") return await runBuiltIn(name, args);
  const io = memoryIo({ env, ...(input === undefined ? {} : { stdin: `${input}\n` }) });
  const status = await main(args, io);
  return { stdout: io.stdout(), stderr: io.stderr(), status };
}

async function runBuiltIn(name: string, args: readonly string[]): Promise<Outcome> {
  const [first = "", ...rest] = args;
  let stdout = "";
  if (name === "mode") {
    for (const path of args) stdout += `${octalMode(await Deno.stat(path))} ${path}\n`;
  } else if (name === "write") {
    await Deno.writeTextFile(first, `${rest.join(" ")}\n`);
  } else if (name === "chmod") {
    for (const path of rest) await Deno.chmod(path, parseInt(first, 8));
  } else {
    throw new Error(`a script cannot run ${name}`);
  }
  return { stdout, stderr: "", status: 0 };
}

function octalMode({ mode }: Deno.FileInfo): string {
  return ((mode ?? 0) & 0o777).toString(8).padStart(4, "0");
}

/**
 * Runs a script in a process of its own, in an empty folder: the current folder belongs to a whole
 * process, and other tests need theirs.
 *
 * @param file The script.
 * @returns What the process said; empty when every command did what the script says.
 */
export async function runScriptFile(file: URL): Promise<string> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const permissions = ["--allow-read", "--allow-write", "--allow-env"];
  const runtime = ["run", "--quiet", "--no-prompt", "--cached-only", "--config", config];
  return await inTempFolder(async (folder) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...runtime, ...permissions, new URL(import.meta.url).pathname, file.pathname],
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return code === 0 ? "" : new TextDecoder().decode(stderr);
  });
}

if (import.meta.main) {
  const text = await Deno.readTextFile(Deno.args[0] ?? "");
  assert.ok(await runScript(text) > 0, "no commands found");
}
