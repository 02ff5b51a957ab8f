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

import { cpuMs, machineState, residentBytes, stolenPercent } from "./process_figures.ts";
import { launchServer } from "./server_process.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

const SAMPLE_MS = 5_000;
const SLOPE_MS = 180_000;

/** What a process was like at a time. */
interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

interface Plan {
  readonly rooms: number;
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
  const given = Deno.args;
  if (given.length % 2 > 0) throw new Error("give each option a value");
  const defaults = { "--sessions": "2000", "--rooms": "20", "--seconds": "300", "--keep": "20" };
  const missing = Object.entries(defaults).filter(([name]) => !given.includes(name));
  const options = [...given, ...missing.flat()];
  return { rooms: Number(options[options.indexOf("--rooms") + 1]), options };
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

/** The slope over the last three minutes that were measured, and the most that a session took. */
function tellMemory(
  samples: readonly Sample[],
  report: { readonly started?: string; readonly seconds?: number; readonly wanted?: number },
): void {
  const { started = "", seconds = NaN, wanted = NaN } = report;
  const endMs = Date.parse(started) + seconds * 1000;
  const startMs = Math.max(Date.parse(started), endMs - SLOPE_MS);
  const last = samples.filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
  const slope = last.length < 2 ? "unknown" : `${slopePercent(last).toFixed(2)} % a minute`;
  print(`server's memory, last ${((endMs - startMs) / 1000).toFixed(0)} s: ${slope}`);
  const grown = Math.max(...samples.map(({ bytes }) => bytes)) - (samples[0]?.bytes ?? NaN);
  print(`server's memory for each session, at most: ${(grown / wanted / 1000).toFixed(0)} KB`);
}

async function transcriptsIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => `${folder}/${name}`);
}

/** Verifies files, and compares those of one log; each verdict is printed. */
async function verifyAll(folder: string, files: readonly string[]): Promise<boolean> {
  const { code, stdout } = await program(folder, ["verify", ...files, "--json"]).output();
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    const { file, files, verdict, result, from, size } = JSON.parse(line);
    const names = [file ?? files].flat().map((path) => String(path).split("/").at(-1));
    print(
      verdict === undefined
        ? `  ${result} in ${size} entries: ${names.join(", ")}`
        : `  ${verdict}, ${size - from} entries: ${names}`,
    );
  }
  return code === 0;
}

async function load(folder: string, { rooms, options }: Plan): Promise<boolean> {
  const keys = ["--key-type", "ed25519"];
  await mustRun(folder, ["ca", "init", "--name", "Load test CA", ...keys]);
  await mustRun(folder, ["cert", "issue", "--cn", "chat.bench", "--type", "server", ...keys]);
  const names = Array.from({ length: rooms }, (_, index) => ["--room", `bench-${index + 1}`]);
  // All sessions come from this machine: to a server that is one address.
  await Deno.writeTextFile(`${folder}/limits`, "exempt=127.0.0.1\n");
  const limits = ["--limits", "limits"];
  const serving = ["--protocol", "2", "--sign-in", "certificate", ...limits, ...names.flat()];
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
  tellMemory(server, report === "" ? {} : JSON.parse(report));
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
