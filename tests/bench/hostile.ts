/**
 * Fifty members who behave, while others do not: how long a statement takes to reach all of them in quiet
 * and under attack, and whether whoever is refused is told why.
 *
 * `ulimit -n 20000; deno run -A tests/bench/hostile.ts [--seconds 20] [--rate 10] [--attack N] [-- OPTIONS OF
 * SERVE]`; N is one of the attacks by its number in the list below, 0 is each and then all at once.
 *
 * Those who behave come from 127.0.0.1, the others from 127.0.0.2 to 127.0.0.6, out of a process of their
 * own whose niceness is 10: on two cores it would else take the time of the process that measures. What
 * it makes the server do is not nice.
 *
 * @module
 */

import { LatencyHistogram } from "../../src/chat/latency_histogram.ts";
import { Speaker } from "../../src/chat/speaker.ts";
import { asChatError } from "../../src/errors.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { Crew } from "./crew.ts";
import { DriverProcess } from "./driver_process.ts";
import { benchArguments, print } from "./figures.ts";
import { GOOD_ROOM, PIT_ROOM } from "./hostile/members.ts";
import type { AttackedReport } from "./hostile/tally.ts";
import { cpuMs, machineState, residentBytes, stolenPercent } from "./process_figures.ts";
import { type RoomServerProcess, startRoomServer } from "./room_process.ts";

const MEMBERS = 50;

/** Where newcomers come in who behave: one a second. */
const LOBBY = "lobby";
const NEWCOMER_MS = 1_000;

const ATTACKS = ["silent", "trickle", "hellos", "strangers", "deaf", "flood"] as const;

/** Connections are made and code is warm by then, ms. */
const WARM_MS = 3_000;

/** What is not delivered by then is lost, ms. */
const SETTLE_MS = 20_000;

const SETTLE_LOOK_MS = 50;

const RATIO_MAX = 2;

/** What was seen in some seconds. */
interface Seen {
  readonly times: LatencyHistogram;
  readonly newcomers: LatencyHistogram;
  readonly refusedNewcomers: ReadonlyMap<string, number>;
  readonly lost: number;
  readonly lagMs: number;
  readonly serverCpu: number;
}

/** Those who behave. */
class GoodRoom {
  readonly #server: RoomServerProcess;
  readonly #crew: Crew;
  readonly #newcomer: OwnIdentity;
  readonly #tag = crypto.randomUUID();
  #times = new LatencyHistogram();
  #said = 0;
  #delivered = 0;

  constructor(
    server: RoomServerProcess,
    { crew, newcomer }: { readonly crew: Crew; readonly newcomer: OwnIdentity },
  ) {
    [this.#server, this.#crew, this.#newcomer] = [server, crew, newcomer];
  }

  /** Lets all in. */
  static async open(server: RoomServerProcess): Promise<GoodRoom> {
    const crew = new Crew(server);
    const good = new GoodRoom(server, { crew, newcomer: await server.identity("newcomer") });
    const names = Array.from({ length: MEMBERS }, (_, index) => `good-${index}`);
    await crew.enterAll(
      await Promise.all(names.map(async (name) => ({
        ...{ own: await server.identity(name), room: GOOD_ROOM },
        onEntry: (event: { readonly kind: string; readonly text: string }) => good.#got(event),
      }))),
    );
    return good;
  }

  /** Members whose sessions are still open. */
  get open(): number {
    return this.#crew.open.length;
  }

  /** How often what they said was refused for a time. */
  get refused(): ReadonlyMap<string, number> {
    return this.#crew.refused;
  }

  /** They speak in turn. */
  async speak(seconds: number, rate: number): Promise<Seen> {
    const [said, delivered] = [this.#said, this.#delivered];
    this.#times = new LatencyHistogram();
    this.#crew.takeLagMs();
    const cpu = await cpuMs(this.#server.pid);
    using coming = this.#newcomers();
    const stop = new AbortController().signal;
    const speaker = new Speaker({ rate, seconds, stop, tick: () => performance.now() });
    const speakers = this.#crew.open;
    const took = await speaker.run((number, dueMs) => {
      this.#said++;
      speakers[number % speakers.length]?.say(`${this.#tag} ${dueMs.toFixed(3)}`.padEnd(100, " x"));
    }, () => {});
    const serverCpu = (await cpuMs(this.#server.pid) - cpu) / took / 10;
    const lagMs = this.#crew.takeLagMs();
    const { times: newcomers, refused: refusedNewcomers } = coming;
    const wanted = () => (this.#said - said) * MEMBERS;
    const endMs = performance.now() + SETTLE_MS;
    while (this.#delivered - delivered < wanted() && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_LOOK_MS));
    }
    const lost = wanted() - (this.#delivered - delivered);
    return { times: this.#times, newcomers, refusedNewcomers, lost, lagMs, serverCpu };
  }

  async close(): Promise<void> {
    await this.#crew[Symbol.asyncDispose]();
  }

  #got({ kind, text }: { readonly kind: string; readonly text: string }): void {
    const [tag, dueMs] = text.split(" ");
    if (kind !== "said" || tag !== this.#tag) return;
    this.#times.add(performance.now() - Number(dueMs));
    this.#delivered++;
  }

  /** One comes each second, and leaves. */
  #newcomers(): Disposable & {
    readonly times: LatencyHistogram;
    readonly refused: Map<string, number>;
  } {
    const [times, refused] = [new LatencyHistogram(), new Map<string, number>()];
    const visit = async () => {
      const startMs = performance.now();
      try {
        const own = this.#newcomer;
        const member = await this.#crew.enter({ own, room: LOBBY, onEntry: () => {} });
        times.add(performance.now() - startMs);
        await this.#crew.dismiss(member);
      } catch (thrown) {
        const { code } = asChatError(thrown);
        refused.set(code, (refused.get(code) ?? 0) + 1);
      }
    };
    const timer = setInterval(() => void visit(), NEWCOMER_MS);
    return { times, refused, [Symbol.dispose]: () => clearInterval(timer) };
  }
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function counts(of: Readonly<Record<string, number>> | ReadonlyMap<string, number>): string {
  const entries = of instanceof Map ? [...of] : Object.entries(of);
  return entries.length === 0 ? "none" : entries.map(([name, n]) => `${n} ${name}`).join(", ");
}

function show(what: string, seen: Seen): void {
  const { times, newcomers } = seen;
  print(
    `  ${what.padEnd(8)} p50 ${ms(times.percentile(50))}, p99 ${ms(times.percentile(99))}, ` +
      `longest ${ms(times.longestMs)}, ${seen.lost} lost of ${times.count + seen.lost}; ` +
      `newcomers ${newcomers.count} in, p50 ${ms(newcomers.percentile(50))}, longest ` +
      `${ms(newcomers.longestMs)}, refused: ${counts(seen.refusedNewcomers)}; server ` +
      `${seen.serverCpu.toFixed(0)} % of a core; own lag p99 ${ms(seen.lagMs)}`,
  );
}

/** What hostile connections were told. */
function tellRefusals(
  reports: Readonly<Record<string, AttackedReport & { readonly held: number }>>,
) {
  let [told, untold] = [0, 0];
  for (const [name, report] of Object.entries(reports)) {
    print(
      `  ${name}: ${report.opened} connections, ${report.held} held at the end; ` +
        `refused with a reason: ${counts(report.told)}; without: ${counts(report.untold)}; ` +
        `answered: ${counts(report.answered)}`,
    );
    told += Object.values(report.told).reduce((sum, count) => sum + count, 0);
    untold += Object.values(report.untold).reduce((sum, count) => sum + count, 0);
  }
  print(`  refused in all: ${told} with a reason, ${untold} without`);
}

async function run(attacks: readonly string[]): Promise<number> {
  print(attacks.join(" and "));
  await using server = await startRoomServer("ed25519", [GOOD_ROOM, PIT_ROOM, LOBBY], {
    more: rest,
  });
  const good = await GoodRoom.open(server);
  await good.speak(WARM_MS / 1000, numbers.rate);
  const quiet = await good.speak(numbers.seconds, numbers.rate);
  show("quiet", quiet);
  const before = await residentBytes(server.pid);
  await using driver = new DriverProcess("hostile_driver.ts", 10);
  await driver.send({ port: server.port, ca: server.issuer.handed(), attacks });
  await driver.next(); // it has begun
  await new Promise((resolve) => setTimeout(resolve, WARM_MS));
  const cpu = await cpuMs(driver.pid);
  const hostile = await good.speak(numbers.seconds, numbers.rate);
  const driverCpu = (await cpuMs(driver.pid) - cpu) / numbers.seconds / 10;
  await driver.send({ kind: "end" });
  const { reports } = await driver.next();
  show("hostile", hostile);
  tellRefusals(reports as Parameters<typeof tellRefusals>[0]);
  const after = await residentBytes(server.pid);
  const ratio = hostile.times.percentile(99) / quiet.times.percentile(99);
  print(
    `  ratio of p99: ${ratio.toFixed(2)}${ratio < RATIO_MAX ? "" : `, NOT below ${RATIO_MAX}`}; ` +
      `${good.open} of ${MEMBERS} members still there, their statements refused for a time: ` +
      `${counts(good.refused)}; server's memory ${(before / 1_048_576).toFixed(0)} to ` +
      `${(after / 1_048_576).toFixed(0)} MiB; hostile process ${driverCpu.toFixed(0)} % of a core`,
  );
  await good.close();
  return ratio;
}

const { numbers, rest } = benchArguments({ seconds: 20, rate: 10, attack: 0 });
const all = [...ATTACKS.map((name) => [name]), [...ATTACKS]];
const chosen = numbers.attack === 0 ? all : all.slice(numbers.attack - 1, numbers.attack);
const before = await machineState();
print(
  `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}, ${new Date().toISOString()}`,
);
const ratios = new Map<string, number>();
for (const attacks of chosen) ratios.set(attacks.join("+"), await run(attacks));
print("p99 under attack, in p99 of the quiet run before it");
for (const [name, ratio] of ratios) print(`  ${name.padEnd(44)} ${ratio.toFixed(2).padStart(8)}`);
const after = await machineState();
print(`load ${after.load.toFixed(2)}, stolen ${stolenPercent(before, after)} %`);
Deno.exitCode = [...ratios.values()].every((ratio) => ratio < RATIO_MAX) ? 0 : 1;
