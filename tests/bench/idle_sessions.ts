/**
 * Ten thousand idle sessions at one server: how many it holds, what each costs, and whether they are awake.
 *
 * `ulimit -n 20000; deno run -A tests/bench/idle_sessions.ts [--sessions 10000] [--room 50] [--drivers 2]
 * [--idle 100] [-- OPTIONS OF SERVE]`. Both sides need a file handle for each session.
 *
 * The sessions are idle for longer than the 90 s after which a side that is silent is cut.
 *
 * @module
 */

import { DriverProcess, type Told } from "./driver_process.ts";
import { benchArguments, print } from "./figures.ts";
import { cpuMs, residentBytes } from "./process_figures.ts";
import { type RoomServerProcess, startRoomServer } from "./room_process.ts";

/** Sessions that are set up at once, over all drivers: what a server takes from one address. */
const AT_ONCE = 16;

/** Told to so many rooms, spread evenly. */
const SPOKEN_IN = 3;

/** All of them come from one address, and as fast as they can. */
const LIMITS = [
  "connections=100000",
  "exempt=127.0.0.0/8",
  "handshakes_of_all_per_second=100000",
  "handshakes_of_all_burst=1000000",
];

const MEBIBYTE = 1_048_576;

const { numbers, rest } = benchArguments({ sessions: 10_000, room: 50, drivers: 2, idle: 100 });
const rooms = Array.from(
  { length: Math.ceil(numbers.sessions / numbers.room) },
  (_, index) => `idle-${index + 1}`,
);
const { rooms: roomsOf } = share();

/** Which driver has which rooms. */
function share(): { readonly rooms: readonly (readonly string[])[] } {
  const drivers = Array.from({ length: numbers.drivers }, (_, driver) => driver);
  return {
    rooms: drivers.map((driver) => rooms.filter((_, index) => index % numbers.drivers === driver)),
  };
}

async function mebibytes(pid: number): Promise<string> {
  return `${(await residentBytes(pid) / MEBIBYTE).toFixed(0)} MiB`;
}

async function openFiles(pid: number): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}

/** What a driver tells next of a kind; progress is printed meanwhile. */
async function answer(driver: DriverProcess, kind: string, name: string): Promise<Told> {
  for (;;) {
    const told = await driver.next();
    if (told.kind === kind) return told;
    print(`  driver ${name}: ${told.entered} sessions`);
  }
}

function sumOf(all: readonly Told[], name: string): number {
  return all.reduce((sum, told) => sum + Number(told[name]), 0);
}

function tellReasons(all: readonly Told[]): void {
  for (const { reasons } of all) {
    for (const [text, count] of Object.entries(reasons ?? {})) {
      print(`  ${count} sessions: ${text}`);
    }
  }
}

async function enterAll(
  server: RoomServerProcess,
  drivers: readonly DriverProcess[],
): Promise<void> {
  const startMs = performance.now();
  const ca = server.issuer.handed();
  const atOnce = Math.max(1, Math.floor(AT_ONCE / drivers.length));
  const entered = await Promise.all(drivers.map(async (driver, index) => {
    const own = { rooms: roomsOf[index], sessionsOfRoom: numbers.room, name: `idle${index}` };
    await driver.send({ port: server.port, ca, atOnce, ...own });
    return await answer(driver, "entered", String(index));
  }));
  const seconds = (performance.now() - startMs) / 1000;
  print(`sessions in their rooms: ${sumOf(entered, "open")} of ${numbers.sessions}`);
  tellReasons(entered);
  const percentiles = entered.map(({ p50, p99 }) =>
    `${Number(p50).toFixed(0)} and ${Number(p99).toFixed(0)} ms`
  );
  print(
    `set-up: ${seconds.toFixed(0)} s, certificates and newcomers told to rooms included; ` +
      `of one, p50 and p99 by driver: ${percentiles.join(", ")}`,
  );
}

async function look(
  server: RoomServerProcess,
  { drivers, before, when }: {
    readonly drivers: readonly DriverProcess[];
    readonly before: number;
    readonly when: string;
  },
): Promise<void> {
  const states = await Promise.all(drivers.map(async (driver, index) => {
    await driver.send({ kind: "state" });
    return await answer(driver, "state", String(index));
  }));
  const open = sumOf(states, "open");
  const bytes = await residentBytes(server.pid);
  const ofDrivers = await Promise.all(drivers.map(({ pid }) => mebibytes(pid)));
  print(
    `${when}: ${open} signed in, ${await openFiles(server.pid)} files open at the server, ` +
      `its memory ${(bytes / MEBIBYTE).toFixed(0)} MiB, ` +
      `${((bytes - before) / open / 1000).toFixed(1)} KB a session; drivers' ${
        ofDrivers.join(", ")
      }`,
  );
  tellReasons(states);
}

async function say(drivers: readonly DriverProcess[]): Promise<boolean> {
  let isComplete = true;
  for (let number = 0; number < SPOKEN_IN; number++) {
    const place = Math.floor((rooms.length - 1) * number / (SPOKEN_IN - 1));
    const index = place % drivers.length;
    const driver = drivers[index];
    if (driver === undefined) throw new RangeError("unreachable: no driver");
    await driver.send({ kind: "say", room: rooms[place] ?? "" });
    const { room, delivered, of, ms } = await answer(driver, "said", String(index));
    print(`a statement in ${room}: ${delivered} of ${of} got it, in ${Number(ms).toFixed(0)} ms`);
    isComplete &&= delivered === of && Number(of) > 0;
  }
  return isComplete;
}

async function run(): Promise<boolean> {
  await using server = await startRoomServer("ed25519", rooms, { more: rest, limits: LIMITS });
  await using stack = new AsyncDisposableStack();
  const drivers = roomsOf.map(() => stack.use(new DriverProcess("idle_crew.ts")));
  const before = await residentBytes(server.pid);
  print(`${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}`);
  print(`server's memory with ${rooms.length} empty rooms: ${(before / MEBIBYTE).toFixed(0)} MiB`);
  await enterAll(server, drivers);
  const common = { drivers, before };
  await look(server, { ...common, when: "at once" });
  const cpu = await cpuMs(server.pid);
  await new Promise((resolve) => setTimeout(resolve, numbers.idle * 1000));
  const share = (await cpuMs(server.pid) - cpu) / numbers.idle / 10;
  await look(server, { ...common, when: `after ${numbers.idle} s idle` });
  print(`server's processor time meanwhile: ${share.toFixed(1)} % of a core`);
  return await say(drivers);
}

Deno.exitCode = await run() ? 0 : 1;
