/**
 * Speed of protocol 2: the server in a process of its own, its clients in this one. A statement counts
 * when the server has flushed it and it has come back to its author, who has flushed it too.
 *
 * Each figure has the processor time of both processes beside it: on a busy machine that is the one to
 * compare.
 *
 * @module
 */

import { cpuMs, machineState, stolenPercent } from "./process_figures.ts";
import { type BenchClient, type RoomServerProcess, startRoomServer } from "./room_process.ts";
import type { BenchResult } from "./verify.ts";

const WARM_SETUPS = 30;
const SETUPS = 60;
const WARM_ROUNDS = 200;
const ROUND_TRIPS = 400;
const SENDERS = 10;
const READERS = 20;
const READ_STATEMENTS = 400;

/** Keys, and statements of a run: RSA signs some hundred a second. */
const KINDS = [
  { keyType: "ed25519", name: "Ed25519", statements: 6_000 },
  { keyType: "rsa-2048", name: "RSA-2048", statements: 1_500 },
] as const;

type Kind = typeof KINDS[number];

/** Set-up, round trip, one sender, ten senders, readers; for each kind of key. */
export async function benchRooms(): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const kind of KINDS) {
    await using server = await startRoomServer(kind.keyType);
    const before = await machineState();
    results.push(...await benchSetUp(server, kind));
    results.push(...await benchRoundTrip(server, kind));
    results.push(...await benchSenders(server, { ...kind, senders: 1 }));
    results.push(...await benchSenders(server, { ...kind, senders: SENDERS }));
    if (kind.keyType === "ed25519") results.push(...await benchReaders(server, kind));
    const after = await machineState();
    results.push({ name: `${kind.name}: load meanwhile`, value: round(after.load), unit: "" });
    const stolen = stolenPercent(before, after);
    results.push({ name: `${kind.name}: time stolen meanwhile`, value: stolen, unit: "%" });
  }
  return results;
}

/** Processor time of both sides while something is done, for each of some pieces of it. */
async function metered(
  { server, name, pieces }: {
    readonly server: RoomServerProcess;
    readonly name: string;
    readonly pieces: number;
  },
  work: () => Promise<unknown>,
): Promise<{ readonly seconds: number; readonly results: readonly BenchResult[] }> {
  const processes = [["server", server.pid], ["clients", Deno.pid]] as const;
  const before = await Promise.all(processes.map(([, pid]) => cpuMs(pid)));
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const results = await Promise.all(processes.map(async ([side, pid], index) => {
    const used = await cpuMs(pid) - (before[index] ?? NaN);
    return {
      name: `${name}, ${side}`,
      value: Math.round(used / pieces * 1000),
      unit: "µs CPU each",
    };
  }));
  return { seconds, results };
}

async function benchSetUp(
  server: RoomServerProcess,
  { name }: Kind,
): Promise<readonly BenchResult[]> {
  const own = await server.identity("visitor");
  const times: number[] = [];
  const visit = async () => {
    const start = performance.now();
    const { client } = await server.join(own);
    times.push(performance.now() - start);
    await client.leave();
  };
  for (let index = 0; index < WARM_SETUPS; index++) await visit();
  times.length = 0;
  const what = `${name}: set-up`;
  const { results } = await metered(
    { server, name: `${what} and leaving`, pieces: SETUPS },
    async () => {
      for (let index = 0; index < SETUPS; index++) await visit();
    },
  );
  return [{ name: `${what}, median`, value: round(median(times)), unit: "ms" }, ...results];
}

/** One says, the other one in the room shows. */
async function benchRoundTrip(
  server: RoomServerProcess,
  { name }: Kind,
): Promise<readonly BenchResult[]> {
  const author = await server.join(await server.identity("author"));
  const reader = await server.join(await server.identity("reader"));
  const times: number[] = [];
  for (let index = 0; index < WARM_ROUNDS + ROUND_TRIPS; index++) {
    const shown = untilShown([reader], 1);
    const start = performance.now();
    author.client.say(`line ${index} of a person`);
    await shown;
    if (index >= WARM_ROUNDS) times.push(performance.now() - start);
    await author.client.said();
  }
  await leaveAll([author, reader]);
  return [{ name: `${name}: from said to shown, median`, value: round(median(times)), unit: "ms" }];
}

/** All say as fast as they can, in one room. */
async function benchSenders(
  server: RoomServerProcess,
  { name, statements, senders }: Kind & { readonly senders: number },
): Promise<readonly BenchResult[]> {
  const clients: BenchClient[] = [];
  for (let index = 0; index < senders; index++) {
    clients.push(await server.join(await server.identity(`sender${index}`)));
  }
  // Each of ten clients reads what all ten say: fewer statements, as many deliveries.
  const pieces = senders === 1 ? statements : Math.round(statements / 4);
  await sayAll(clients, pieces / 3);
  const what = senders === 1 ? `${name}: one sender` : `${name}: ${senders} senders in one room`;
  const { seconds, results } = await metered(
    { server, name: what, pieces },
    () => sayAll(clients, pieces),
  );
  await leaveAll(clients);
  return [
    { name: what, value: Math.round(pieces / seconds), unit: "durable statements/s" },
    ...results,
  ];
}

/** One says, twenty read. */
async function benchReaders(
  server: RoomServerProcess,
  { name }: Kind,
): Promise<readonly BenchResult[]> {
  const author = await server.join(await server.identity("author"));
  const readers: BenchClient[] = [];
  for (let index = 0; index < READERS; index++) {
    readers.push(await server.join(await server.identity(`reader${index}`)));
  }
  await author.client.said();
  const pieces = READ_STATEMENTS * READERS;
  const what = `${name}: to ${READERS} readers`;
  const { seconds, results } = await metered({ server, name: what, pieces }, async () => {
    const shown = untilShown(readers, READ_STATEMENTS);
    await sayAll([author], READ_STATEMENTS);
    await shown;
  });
  await leaveAll([author, ...readers]);
  return [{ name: what, value: Math.round(pieces / seconds), unit: "deliveries/s" }, ...results];
}

/** Resolves when each of them was shown as many messages of others. */
async function untilShown(readers: readonly BenchClient[], messages: number): Promise<void> {
  await Promise.all(readers.map((reader) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let count = 0;
    reader.onEvent = (event) => {
      if (event.kind === "said" && event.author === "peer" && ++count === messages) resolve();
    };
    return promise;
  }));
}

async function sayAll(senders: readonly BenchClient[], statements: number): Promise<void> {
  await Promise.all(senders.map(async ({ client }) => {
    for (let index = 0; index < statements / senders.length; index++) {
      client.say(`message ${index} of a person who types a line of a usual length`);
    }
    await client.said();
  }));
}

async function leaveAll(clients: readonly BenchClient[]): Promise<void> {
  await Promise.all(clients.map(({ client }) => client.leave()));
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
