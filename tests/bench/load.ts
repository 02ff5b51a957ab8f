/**
 * `securechat bench` against `securechat serve`, each a process of its own: what the tool says, the
 * server's memory and processor time meanwhile, and a verdict over every transcript.
 *
 * `deno run … tests/bench/load.ts --sessions 2000 --rooms 20 --rate 20 --seconds 300 --keep 20`; other
 * options of `securechat bench` are passed on. Its exit status is 0 only if nothing was lost, duplicated
 * or out of order, no session failed, and all files are VALID.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { cpuMs, machineState, residentBytes, stolenPercent } from "./process_figures.ts";
import { launchServer } from "./server_process.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const SAMPLE_MS = 5_000;
const SLOPE_MS = 180_000;

/** Files that are verified by one process. */
const FILES_AT_ONCE = 8;

/** What a process was like at a time. */
interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

interface Plan {
  readonly rooms: number;
  readonly seconds: number;
  /** Options of the tool. */
  readonly options: readonly string[];
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function program(folder: string, args: readonly string[]): Deno.Command {
  const permissions = ["--allow-read", "--allow-write", "--allow-net=127.0.0.1", "--allow-env"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--config", CONFIG, ...permissions, MAIN, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
}

async function mustRun(folder: string, args: readonly string[]): Promise<void> {
  const { code } = await program(folder, args).output();
  if (code !== 0) throw new Error(`securechat ${args.join(" ")}: status ${code}`);
}

function readPlan(): Plan {
  const { values, tokens } = parseArgs({
    args: Deno.args,
    strict: false,
    tokens: true,
    options: { rooms: { type: "string" }, seconds: { type: "string" }, keep: { type: "string" } },
  });
  if (tokens.some(({ kind }) => kind === "positional")) {
    const needed = Deno.args.filter((arg) => !arg.startsWith("--"));
    if (needed.length * 2 !== Deno.args.length) throw new Error("give each option a value");
  }
  const defaults = { rooms: "20", seconds: "300", keep: "20" };
  const missing = Object.entries(defaults)
    .filter(([name]) => values[name] === undefined)
    .flatMap(([name, value]) => [`--${name}`, value]);
  const all = [...Deno.args, ...missing];
  const numberOf = (name: string) => Number(all[all.indexOf(`--${name}`) + 1]);
  return { rooms: numberOf("rooms"), seconds: numberOf("seconds"), options: all };
}

/** Looks at a process every five seconds until it is told to stop. */
function watch(pid: number, samples: Sample[]): () => void {
  const look = async () => {
    samples.push({ atMs: Date.now(), bytes: await residentBytes(pid), cpuMs: await cpuMs(pid) });
  };
  void look();
  const timer = setInterval(look, SAMPLE_MS);
  return () => clearInterval(timer);
}

/** Growth by least squares, percent of the mean a minute. */
function slopePercent(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [atMs, bytes] = [mean(samples.map((one) => one.atMs)), mean(samples.map((s) => s.bytes))];
  let [both, square] = [0, 0];
  for (const sample of samples) {
    both += (sample.atMs - atMs) * (sample.bytes - bytes);
    square += (sample.atMs - atMs) ** 2;
  }
  return 100 * 60_000 * both / square / bytes;
}

function tell(name: string, samples: readonly Sample[]): void {
  const [first] = samples;
  samples.forEach((sample, index) => {
    const before = samples[index - 1];
    if (first === undefined || before === undefined) return;
    const cpu = 100 * (sample.cpuMs - before.cpuMs) / (sample.atMs - before.atMs);
    const seconds = Math.round((sample.atMs - first.atMs) / 1000);
    const mebibytes = (sample.bytes / 1_048_576).toFixed(1);
    print(
      `  ${name} ${String(seconds).padStart(5)} s ${mebibytes.padStart(8)} MiB ` +
        `${cpu.toFixed(0).padStart(4)} % of a core`,
    );
  });
}

async function transcriptsIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => `${folder}/${name}`);
}

/** Verifies files; each line of a verdict is printed. */
async function verifyAll(folder: string, files: readonly string[]): Promise<boolean> {
  let areValid = true;
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const some = files.slice(start, start + FILES_AT_ONCE);
    const { code, stdout } = await program(folder, ["verify", ...some, "--json"]).output();
    areValid &&= code === 0;
    for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
      const { file, verdict, entries } = JSON.parse(line);
      print(`  ${verdict}, ${entries.length} entries: ${String(file).split("/").at(-1)}`);
    }
  }
  return areValid;
}

async function load(folder: string, { rooms, seconds, options }: Plan): Promise<boolean> {
  const keys = ["--key-type", "ed25519"];
  await mustRun(folder, ["ca", "init", "--name", "Load test CA", ...keys]);
  await mustRun(folder, ["cert", "issue", "--cn", "chat.bench", "--type", "server", ...keys]);
  const names = Array.from({ length: rooms }, (_, index) => ["--room", `bench-${index + 1}`]);
  const serving = ["--protocol", "2", "--sign-in", "certificate", ...names.flat()];
  const { process, port } = await launchServer(folder, serving);
  const [server, tool]: readonly [Sample[], Sample[]] = [[], []];
  const before = await machineState();
  const address = `127.0.0.1:${port}`;
  const bench = program(folder, ["bench", address, ...options, "--transcripts", "kept", "--json"])
    .spawn();
  const stops = [watch(process.pid, server), watch(bench.pid, tool)];
  const { code, stdout } = await bench.output();
  for (const stop of stops) stop();
  process.kill("SIGTERM");
  await process.status;
  tell("server", server);
  tell("tool  ", tool);
  const report = new TextDecoder().decode(stdout).trim();
  print(report);
  const setUpEnd = (server.at(-1)?.atMs ?? NaN) - Math.min(SLOPE_MS, seconds * 1000);
  const last = server.filter(({ atMs }) => atMs >= setUpEnd);
  print(
    `server's memory, last ${last.length * SAMPLE_MS / 1000} s: ` +
      `${slopePercent(last).toFixed(2)} % a minute`,
  );
  const { wanted = NaN } = report === "" ? {} : JSON.parse(report);
  const grown = Math.max(...server.map(({ bytes }) => bytes)) - (server[0]?.bytes ?? NaN);
  print(`server's memory for each session, at most: ${(grown / wanted / 1000).toFixed(0)} KB`);
  const after = await machineState();
  print(`load ${after.load.toFixed(2)}, stolen ${stolenPercent(before, after)} %`);
  const files = [
    ...await transcriptsIn(`${folder}/kept`),
    ...await transcriptsIn(`${folder}/transcripts`),
  ];
  const areValid = await verifyAll(folder, files);
  print(
    `${files.length} files ${areValid ? "VALID" : "NOT ALL VALID"}; the tool ended with ${code}`,
  );
  return areValid && code === 0;
}

const folder = await Deno.makeTempDir({ prefix: "securechat-load-" });
try {
  Deno.exitCode = await load(folder, readPlan()) ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
