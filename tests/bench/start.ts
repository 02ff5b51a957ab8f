/**
 * How long the program takes to start, against the runtime's own start.
 *
 * @module
 */

import type { BenchResult } from "./verify.ts";

const RUNS = 20;
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Median start of `--help`, of `deno eval 0`, and their ratio. */
export async function benchStart(): Promise<readonly BenchResult[]> {
  const help = await median(["run", "--quiet", "--allow-env", "--config", CONFIG, MAIN, "--help"]);
  const empty = await median(["eval", "0"]);
  return [
    { name: "start of --help, median", value: Math.round(help), unit: "ms" },
    { name: "start of `deno eval 0`, median", value: Math.round(empty), unit: "ms" },
    { name: "start of --help", value: Math.round(help / empty * 10) / 10, unit: "times eval's" },
  ];
}

async function median(args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const command = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdout: "null",
      stderr: "null",
    });
    const { success } = await command.output();
    if (!success) throw new Error(`cannot run deno ${args.join(" ")}`);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN;
}
