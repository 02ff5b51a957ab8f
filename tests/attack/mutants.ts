/**
 * Shows that each attack's row can fail: takes the check out that stops it, in a copy of the program
 * in a temporary folder, and runs the row there. Exit status 0 only if every row fails then.
 *
 * `deno run --allow-read --allow-write --allow-env --allow-run tests/attack/mutants.ts [WORDS…]`;
 * with words only the attacks whose names hold one of them. The working tree is read and not changed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { ALL_ATTACKS } from "./all.ts";
import { missingFor } from "./attack.ts";
import { ALL_MUTATIONS } from "./all_mutations.ts";
import type { Edit, Mutation } from "./mutations.ts";

const COPIED = ["src", "tests", "deno.json", "deno.lock"] as const;
const COPIES = 2; // one process each
const RUN_MS = 90_000;
const BASELINE_MS = 600_000;

/** One attack against one mutant. */
interface Trial {
  readonly attack: string;
  readonly mutation: Mutation;
}

interface Run {
  readonly isGreen: boolean;
  readonly got: string;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function copyTree(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(`${from}/${name}`, `${to}/${name}`);
  }
}

async function copyProgram(): Promise<string> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const copy = await Deno.makeTempDir({ prefix: "securechat-mutant-" });
  for (const name of COPIED) await copyTree(`${root}/${name}`, `${copy}/${name}`);
  return copy;
}

/** Replaces texts that must be there exactly once; disposing of the result brings the files back. */
async function mutate(copy: string, edits: readonly Edit[]): Promise<AsyncDisposable> {
  const originals = new Map<string, string>();
  for (const { file, search, replace } of edits) {
    const path = `${copy}/src/${file}`;
    const text = await Deno.readTextFile(path);
    if (!originals.has(path)) originals.set(path, text);
    const parts = text.split(search);
    if (parts.length !== 2) {
      throw new Error(`src/${file} has this ${parts.length - 1} times, expected once: ${search}`);
    }
    await Deno.writeTextFile(path, parts.join(replace));
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      for (const [path, text] of originals) await Deno.writeTextFile(path, text);
    },
  };
}

/** Runs the tests of attacks in a copy. */
async function runRows(copy: string, filter: string, ms: number): Promise<Run> {
  const signal = AbortSignal.timeout(ms);
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-check",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--allow-run",
      "--allow-net=127.0.0.1,127.0.0.2",
      `--filter=${filter}`,
      "tests/attack/attacks_test.ts",
    ],
    cwd: copy,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (signal.aborted) return { isGreen: false, got: `nothing within ${ms / 1000} s` };
  if (code === 0) return { isGreen: true, got: /(\d+) passed/.exec(text)?.[0] ?? "nothing" };
  if (!/ [1-9]\d* failed/.test(text)) throw new Error(`the tests did not run:\n${text}`);
  const got = /AssertionError: expected .*?, got (.*)/.exec(text)?.[1] ??
    /error: (.*)/.exec(text)?.[1];
  return { isGreen: false, got: got ?? "an error" };
}

function filterOf(attack: string): string {
  return `/^attack: ${attack.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}$/`;
}

/** Takes trials from the queue until it is empty; returns how many rows did not fail. */
async function work(copy: string, queue: Trial[]): Promise<number> {
  let survivors = 0;
  for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
    const { attack, mutation: { check, edits } } = trial;
    await using _mutant = await mutate(copy, edits);
    const { isGreen, got } = await runRows(copy, filterOf(attack), RUN_MS);
    if (isGreen) survivors++;
    const verdict = isGreen ? "STILL HELD" : "failed, as expected";
    print([attack.padEnd(80), check.padEnd(64), got.padEnd(32), verdict].join("  "));
  }
  return survivors;
}

/** Every row needs a check that can be taken out, and no check may be for a row that is gone. */
function requireComplete(): void {
  const named = new Set(ALL_MUTATIONS.flatMap(({ attacks }) => attacks));
  const names = new Set(ALL_ATTACKS.map(({ name }) => name));
  const faults = [
    ...[...names.difference(named)].map((name) => `no check is taken out for: ${name}`),
    ...[...named.difference(names)].map((name) => `there is no attack: ${name}`),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

async function trialsOf(words: readonly string[]): Promise<Trial[]> {
  const runnable = new Set<string>();
  for (const attack of ALL_ATTACKS) {
    const missing = await missingFor(attack);
    if (missing === undefined) runnable.add(attack.name);
    else print(`${attack.name}: ${missing}`);
  }
  return ALL_MUTATIONS.flatMap((mutation) =>
    mutation.attacks
      .filter((attack) => runnable.has(attack))
      .filter((attack) => words.length === 0 || words.some((word) => attack.includes(word)))
      .map((attack) => ({ attack, mutation }))
  );
}

async function main(words: readonly string[]): Promise<number> {
  requireComplete();
  const trials = await trialsOf(words);
  const copies = await Promise.all(Array.from({ length: COPIES }, copyProgram));
  try {
    if (words.length === 0) {
      const whole = await runRows(copies[0] ?? "", "attack: ", BASELINE_MS);
      print(`with every check in place: ${whole.isGreen ? "" : "FAILED, "}${whole.got}`);
      if (!whole.isGreen) return 1;
    }
    const queue = [...trials];
    const counts = await Promise.all(copies.map((copy) => work(copy, queue)));
    const survivors = counts.reduce((sum, count) => sum + count, 0);
    print(`\n${trials.length - survivors} of ${trials.length} rows failed without their check`);
    return survivors === 0 ? 0 : 1;
  } finally {
    for (const copy of copies) await Deno.remove(copy, { recursive: true });
  }
}

Deno.exitCode = await main(Deno.args);
