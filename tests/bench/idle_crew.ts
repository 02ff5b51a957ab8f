/**
 * A share of the sessions of `idle_sessions.ts`, in a process of its own: they sign in, join, and do
 * nothing but answer pings and sign heads.
 *
 * @module
 */

import { LatencyHistogram } from "../../src/chat/latency_histogram.ts";
import type { LoadMember } from "../../src/chat/load_member.ts";
import { Crew } from "./crew.ts";
import { jsonLines, tell, type Told } from "./driver_process.ts";
import { type HandedCa, Issuer } from "./issuer.ts";

/** What is not delivered by then is lost, ms. */
const DELIVERY_MS = 10_000;

const LOOK_MS = 10;

/** It is told how far it is each so many sessions. */
const TOLD_EACH = 500;

/** What it is asked for. */
interface Job {
  readonly port: number;
  readonly ca: HandedCa;
  readonly rooms: readonly string[];
  readonly sessionsOfRoom: number;
  /** Tells its sessions from those of other processes. */
  readonly name: string;
}

/** A room, and how often its test statement has come. */
interface Room {
  readonly members: LoadMember[];
  delivered: number;
}

/** See the module. */
class IdleCrew {
  readonly #rooms = new Map<string, Room>();
  readonly #setUp = new LatencyHistogram();
  readonly #job: Job;
  readonly #issuer: Issuer;
  readonly #crew: Crew;
  readonly #failed: string[] = [];

  constructor(job: Job) {
    this.#job = job;
    this.#issuer = Issuer.of(job.ca);
    this.#crew = new Crew({ port: job.port, issuer: this.#issuer });
  }

  /** Room after room, so that newcomers are told to few who are in the same one. */
  async enterAll(atOnce: number): Promise<void> {
    const { rooms, sessionsOfRoom } = this.#job;
    const all = rooms.flatMap((room) => Array.from({ length: sessionsOfRoom }, () => room));
    let next = 0;
    const worker = async () => {
      while (next < all.length) {
        const place = next++;
        await this.#enter(all[place] ?? "", place).catch((thrown) => {
          this.#failed.push(String(thrown));
        });
        if (next % TOLD_EACH === 0) tell({ kind: "progress", entered: next });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const [p50, p99] = [this.#setUp.percentile(50), this.#setUp.percentile(99)];
    tell({ kind: "entered", ...this.#state(), p50, p99 });
  }

  state(): void {
    tell({ kind: "state", ...this.#state() });
  }

  /** One member of a room says something; tells how many of the room got it. */
  async say(name: string): Promise<void> {
    const room = this.#rooms.get(name);
    const startMs = performance.now();
    const wanted = room?.members.filter(({ isOpen }) => isOpen) ?? [];
    wanted[0]?.say("is anybody awake?");
    const isLate = () => performance.now() - startMs > DELIVERY_MS;
    while ((room?.delivered ?? 0) < wanted.length && !isLate()) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const ms = performance.now() - startMs;
    tell({ kind: "said", room: name, delivered: room?.delivered ?? 0, of: wanted.length, ms });
  }

  #state(): Told {
    const errors = [...this.#failed, ...this.#crew.errors.map(({ message }) => message)];
    const reasons = Object.fromEntries(
      [...Map.groupBy(errors, (text) => text)].map(([text, some]) => [text, some.length]),
    );
    return { open: this.#crew.open.length, reasons };
  }

  async #enter(name: string, place: number): Promise<void> {
    const room = this.#rooms.get(name) ?? { members: [], delivered: 0 };
    this.#rooms.set(name, room);
    const own = await this.#issuer.identity(`${this.#job.name}-${place}`);
    const startMs = performance.now();
    const member = await this.#crew.enter({
      ...{ own, room: name },
      onEntry: ({ kind }) => {
        if (kind === "said") room.delivered++;
      },
    });
    this.#setUp.add(performance.now() - startMs);
    room.members.push(member);
  }
}

const orders = jsonLines(Deno.stdin.readable);
const { value: job } = await orders.next();
const crew = new IdleCrew(job);
await crew.enterAll(job.atOnce);
for await (const { kind, room } of orders) {
  if (kind === "state") crew.state();
  if (kind === "say") await crew.say(String(room));
}
Deno.exit(0); // ten thousand goodbyes would take minutes: the server is stopped next
