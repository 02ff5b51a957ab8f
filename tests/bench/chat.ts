/**
 * Speed of a whole conversation: both sides in this process, over TCP, every message on disk before
 * it is sent and before it is shown.
 *
 * @module
 */

import type { ChatServer, ServerEvent } from "../../src/chat/server.ts";
import { type ChatWorld, startWorld, type TestClient } from "../testkit/chat_world.ts";
import type { BenchResult } from "./verify.ts";

const SETUPS = 60;
const ROUND_TRIPS = 300;
const MESSAGES = 1500;
const SENDERS = 10;

/** Set-up, ping-pong, one sender, ten senders. */
export async function benchChat(): Promise<readonly BenchResult[]> {
  const heard = new Heard();
  await using world = await startWorld({
    onServerEvent: (event, server) => heard.take(event, server),
  });
  return [
    await benchSetUp(world),
    await benchPingPong(world, heard),
    await benchSenders(world, { heard, senders: 1 }),
    await benchSenders(world, { heard, senders: SENDERS }),
  ];
}

/** Counts what the server has shown, and answers each message in echo mode. */
class Heard {
  echoes = false;
  #count = 0;
  #wanted = Infinity;
  #reached = Promise.withResolvers<void>();

  take(event: ServerEvent, server: ChatServer): void {
    if (event.kind !== "session" || event.event.kind !== "said") return;
    if (event.event.author !== "peer") return;
    if (this.echoes) server.say(event.event.text);
    if (++this.#count >= this.#wanted) this.#reached.resolve();
  }

  /** Resolves when as many more messages have been shown. */
  more(messages: number): Promise<void> {
    this.#wanted = this.#count + messages;
    this.#reached = Promise.withResolvers();
    return this.#reached.promise;
  }
}

async function benchSetUp(world: ChatWorld): Promise<BenchResult> {
  const times: number[] = [];
  for (let index = 0; index < SETUPS; index++) {
    const start = performance.now();
    const client = await world.join(`setup${index}`);
    times.push(performance.now() - start);
    await client.connection?.leave();
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? NaN;
  return { name: "session set-up with registration, median", value: round(median), unit: "ms" };
}

async function benchPingPong(world: ChatWorld, heard: Heard): Promise<BenchResult> {
  const client = await world.join("ping");
  heard.echoes = true;
  const start = performance.now();
  for (let index = 0; index < ROUND_TRIPS; index++) {
    client.connection?.say(`ping ${index}`);
    await client.until(() => client.texts().length > index);
  }
  const seconds = (performance.now() - start) / 1000;
  heard.echoes = false;
  await client.connection?.leave();
  const value = Math.round(ROUND_TRIPS / seconds);
  return { name: "ping-pong, one client", value, unit: "round trips/s" };
}

async function benchSenders(
  world: ChatWorld,
  { heard, senders }: { readonly heard: Heard; readonly senders: number },
): Promise<BenchResult> {
  const names = Array.from({ length: senders }, (_, index) => `sender${senders}x${index}`);
  const clients = await Promise.all(names.map((name) => world.join(name)));
  const all = heard.more(MESSAGES);
  const start = performance.now();
  await Promise.all(clients.map((client) => sendAll(client, MESSAGES / senders)));
  await all;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(clients.map((client) => client.connection?.leave()));
  const name = senders === 1 ? "one sender" : `${senders} senders together`;
  return { name, value: Math.round(MESSAGES / seconds), unit: "messages/s" };
}

async function sendAll({ connection }: TestClient, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    connection?.say(`message ${index} of a person who types a line of a usual length`);
    if ((connection?.waitingTexts ?? 0) >= 64) await connection?.said();
  }
  await connection?.said();
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
