/**
 * Deliveries a second to 200 listeners, side by side: securechat, ngircd and prosody, each over an
 * encrypted line to a room of its own, on this machine, one after the other, in rounds.
 *
 * `deno run -A tests/bench/compare_listeners.ts [--listeners 200] [--seconds 8] [--rounds 3] [-- OPTIONS OF SERVE]`.
 * Needs the Debian packages `ngircd` and `prosody`.
 *
 * One process drives all: the speaker, and all listeners. For securechat a listener checks the author's
 * signature and the tree of each statement; for the others TLS is all that there is to check. Where the
 * driver takes a core for itself, it is what limits the deliveries: the processor time that the server
 * took for each is then the figure to compare.
 *
 * @module
 */

import { LatencyHistogram } from "../../src/chat/latency_histogram.ts";
import type { Contest, Contestant } from "./contest/contestant.ts";
import { NGIRCD } from "./contest/ngircd.ts";
import { PROSODY } from "./contest/prosody.ts";
import { securechat } from "./contest/securechat.ts";
import { benchArguments, median, print } from "./figures.ts";
import { cpuMs, machineState, residentBytes, stolenPercent } from "./process_figures.ts";

/** Statements a second, where delay is measured. */
const PACE = 10;

const TEXT_BYTES = 100;

/** What is not here by then is lost, ms. */
const SETTLE_MS = 10_000;

const WARM_MS = 2_000;

/** What one server did in one round. */
interface Figures {
  readonly "deliveries/s": number;
  readonly "full speed p50 ms": number;
  readonly "full speed p99 ms": number;
  readonly "10 a second p50 ms": number;
  readonly "10 a second p99 ms": number;
  readonly "server CPU µs a delivery": number;
  readonly "server CPU %": number;
  readonly "deliveries a CPU second of the server": number;
  readonly "driver CPU %": number;
  readonly "driver CPU µs a delivery": number;
  readonly "server RSS MiB": number;
  readonly lost: number;
}

/** Who has got what. */
class Scores {
  readonly #counts: number[];
  #times = new LatencyHistogram();
  #progress = Promise.withResolvers<void>();
  #sent = 0;
  delivered = 0;

  constructor(listeners: number) {
    this.#counts = Array.from({ length: listeners }, () => 0);
  }

  /** Statements that not all have. */
  get behind(): number {
    return this.#sent - Math.min(...this.#counts);
  }

  get missing(): number {
    return this.#counts.reduce((sum, count) => sum + this.#sent - count, 0);
  }

  text(): string {
    return `${this.#sent++} ${performance.now().toFixed(3)} `.padEnd(TEXT_BYTES, "x");
  }

  got(listener: number, text: string): void {
    const [number, saidMs] = text.split(" ");
    const count = this.#counts[listener] ?? NaN;
    if (Number(number) !== count) {
      throw new Error(`listener ${listener} got ${number} for ${count}`);
    }
    this.#counts[listener] = count + 1;
    this.#times.add(performance.now() - Number(saidMs));
    this.delivered++;
    this.#progress.resolve();
  }

  /** When somebody has got something. */
  async progress(): Promise<void> {
    const late = setTimeout(() => this.#progress.resolve(), SETTLE_MS);
    await this.#progress.promise;
    clearTimeout(late);
    this.#progress = Promise.withResolvers();
  }

  takeTimes(): LatencyHistogram {
    const times = this.#times;
    this.#times = new LatencyHistogram();
    return times;
  }
}

async function settle(scores: Scores): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (scores.behind > 0 && performance.now() < endMs) await scores.progress();
}

/** As fast as the slowest listener gets it; so many are under way that no server waits for the driver. */
async function fullSpeed(contest: Contest, scores: Scores, ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    while (scores.behind < numbers.window) contest.say(scores.text());
    await scores.progress();
    await new Promise((resolve) => setTimeout(resolve, 0)); // others of this turn count, too
  }
}

async function paced(contest: Contest, scores: Scores, ms: number): Promise<void> {
  const startMs = performance.now();
  for (let said = 0; said < ms * PACE / 1000; said++) {
    const waitMs = startMs + said * 1000 / PACE - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, 0)));
    contest.say(scores.text());
  }
  await settle(scores);
}

async function measure(contest: Contest, scores: Scores, seconds: number): Promise<Figures> {
  await fullSpeed(contest, scores, WARM_MS);
  await settle(scores);
  scores.takeTimes();
  const pids = [contest.pid, Deno.pid];
  const [before, delivered] = [await Promise.all(pids.map(cpuMs)), scores.delivered];
  const startMs = performance.now();
  await fullSpeed(contest, scores, seconds * 1000);
  const ms = performance.now() - startMs;
  const count = scores.delivered - delivered;
  const after = await Promise.all(pids.map(cpuMs));
  const [server = NaN, driver = NaN] = after.map((one, index) => one - (before[index] ?? NaN));
  await settle(scores);
  const fast = scores.takeTimes();
  await paced(contest, scores, seconds * 1000);
  const slow = scores.takeTimes();
  return {
    "deliveries/s": count / ms * 1000,
    "full speed p50 ms": fast.percentile(50),
    "full speed p99 ms": fast.percentile(99),
    "10 a second p50 ms": slow.percentile(50),
    "10 a second p99 ms": slow.percentile(99),
    "server CPU µs a delivery": server * 1000 / count,
    "server CPU %": 100 * server / ms,
    "deliveries a CPU second of the server": count / server * 1000,
    "driver CPU %": 100 * driver / ms,
    "driver CPU µs a delivery": driver * 1000 / count,
    "server RSS MiB": await residentBytes(contest.pid) / 1_048_576,
    lost: scores.missing,
  };
}

async function round(
  contestant: Contestant,
  { listeners, seconds }: { readonly listeners: number; readonly seconds: number },
): Promise<Figures> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-compare-" });
  try {
    const scores = new Scores(listeners);
    const onText = (listener: number, text: string) => scores.got(listener, text);
    await using contest = await contestant.start({ folder, listeners, onText });
    const figures = await measure(contest, scores, seconds);
    if (contest.listening < listeners) {
      print(`  ${contestant.name}: ${listeners - contest.listening} listeners were cut`);
    }
    return figures;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function medians(rounds: readonly Figures[]): readonly (readonly [string, number])[] {
  const names = Object.keys(rounds[0] ?? {});
  return names.map((
    name,
  ) => [name, median(rounds.map((one) => new Map(Object.entries(one)).get(name) ?? NaN))]);
}

function digits(value: number): string {
  return value.toFixed(value < 100 ? 2 : 0);
}

const { numbers, rest } = benchArguments({ listeners: 200, seconds: 8, rounds: 3, window: 200 });
const contestants = [securechat(rest), NGIRCD, PROSODY];
print(
  `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}, ${new Date().toISOString()}`,
);
for (const one of contestants) print(`${one.name}: ${await one.version()}; ${one.settings}`);
const before = await machineState();
const rounds = new Map(contestants.map(({ name }): [string, Figures[]] => [name, []]));
for (let number = 1; number <= numbers.rounds; number++) {
  for (const contestant of contestants) {
    const figures = await round(contestant, numbers);
    rounds.get(contestant.name)?.push(figures);
    print(
      `round ${number} ${contestant.name.padEnd(10)} ${
        digits(figures["deliveries/s"])
      } deliveries/s`,
    );
  }
}
const columns = contestants.map(({ name }) => medians(rounds.get(name) ?? []));
print(
  `medians of ${numbers.rounds} rounds, ${numbers.listeners} listeners, statements of ${TEXT_BYTES} bytes`,
);
print(["".padEnd(40), ...contestants.map(({ name }) => name.padStart(12))].join(""));
for (const [row, [name = ""] = []] of (columns[0] ?? []).entries()) {
  print(
    [name.padEnd(40), ...columns.map((some) => digits(some[row]?.[1] ?? NaN).padStart(12))].join(
      "",
    ),
  );
}
for (
  const name of ["deliveries/s", "deliveries a CPU second of the server", "10 a second p99 ms"]
) {
  const [ours = NaN, ...others] = columns.map((some) => new Map(some).get(name) ?? NaN);
  const ratios = others.map((theirs, index) =>
    `${digits(ours / theirs)} of ${contestants[index + 1]?.name}'s`
  );
  print(`ratio, ${name}: securechat has ${ratios.join(", ")}`);
}
for (const [index, { name }] of contestants.entries()) {
  const share = new Map(columns[index]).get("driver CPU %") ?? NaN;
  if (share >= 90) {
    print(`${name}: the driver was busy for ${digits(share)} % of a core: it was the limit`);
  }
}
const after = await machineState();
print(`load ${after.load.toFixed(2)}, stolen ${stolenPercent(before, after)} %`);
