/**
 * Many members of protocol 2 in this process, each with every check of a receiver, and one clock for all.
 *
 * @module
 */

import { LatencyHistogram } from "../../src/chat/latency_histogram.ts";
import { LoadMember } from "../../src/chat/load_member.ts";
import { openSocket } from "../../src/chat/open_socket.ts";
import { SharedChains } from "../../src/chat/shared_chains.ts";
import type { ChatError } from "../../src/errors.ts";
import { type Trust, trustIn } from "../../src/pki/trust.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { RoomEvent } from "../../src/protocol/v2/room_event.ts";
import type { Issuer } from "./issuer.ts";
import { SERVER_NAME } from "./room_process.ts";

/** Heads and words that were refused are looked for by a tenth of the members at a time. */
const LOOK_MS = 25;
const LOOK_TURNS = 10;

/** As the server takes from one address without making anybody wait. */
const AT_ONCE = 16;

const LEAVE_MS = 3_000;

/** Who comes in, and who is told. */
export interface Entering {
  readonly own: OwnIdentity;
  readonly room: string;
  /** Told of every entry that passed. */
  onEntry(event: RoomEvent): void;
}

/** See the module. */
export class Crew implements AsyncDisposable {
  readonly #port: number;
  readonly #trust: Trust;
  readonly #chains: SharedChains;
  readonly #wheel: ReturnType<typeof setInterval>;
  readonly #refused = new Map<string, number>();
  #lag = new LatencyHistogram();
  #members: LoadMember[] = [];
  #turn = 0;
  #lookedMs = performance.now();

  /** @param server Port and CA of the server. */
  constructor({ port, issuer }: { readonly port: number; readonly issuer: Issuer }) {
    this.#port = port;
    this.#trust = trustIn(issuer.certificate);
    this.#chains = new SharedChains(this.#trust);
    this.#wheel = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Those whose sessions are open. */
  get open(): readonly LoadMember[] {
    return this.#members.filter(({ isOpen }) => isOpen);
  }

  /** Why sessions ended before their time. */
  get errors(): readonly ChatError[] {
    return this.#members.flatMap(({ error }) => error === undefined ? [] : [error]);
  }

  /** How often what was said was refused for a time, by code. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** How late this process was since the last call, ms, 99 times in 100. */
  takeLagMs(): number {
    const lagMs = this.#lag.percentile(99);
    this.#lag = new LatencyHistogram();
    return lagMs;
  }

  /** Shakes hands and joins. */
  async enter({ own, room, onEntry }: Entering): Promise<LoadMember> {
    const conn = await openSocket({ host: "127.0.0.1", port: this.#port });
    const [trust, chains] = [this.#trust, this.#chains];
    const member = new LoadMember({
      ...{ conn, own, room, trust, chains, onEntry, serverName: SERVER_NAME, now: Date.now },
      onRefused: ({ code }) => void this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1),
    });
    await member.enter();
    this.#members.push(member);
    return member;
  }

  /** Lets many in, some at once; gives them in order. */
  async enterAll(all: readonly Entering[]): Promise<readonly LoadMember[]> {
    const entered: LoadMember[] = [];
    let next = 0;
    const worker = async () => {
      for (let place = next++; place < all.length; place = next++) {
        const entering = all[place];
        if (entering !== undefined) entered[place] = await this.enter(entering);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return entered;
  }

  /** Lets one go. */
  async dismiss(member: LoadMember): Promise<void> {
    await member.leave(LEAVE_MS);
    this.#members = this.#members.filter((one) => one !== member);
  }

  /** All leave. */
  async [Symbol.asyncDispose](): Promise<void> {
    const leaving = [...this.open];
    const worker = async () => {
      for (let one = leaving.pop(); one !== undefined; one = leaving.pop()) {
        await one.leave(LEAVE_MS);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    clearInterval(this.#wheel);
  }

  #look(): void {
    const nowMs = performance.now();
    this.#lag.add(nowMs - this.#lookedMs - LOOK_MS);
    this.#lookedMs = nowMs;
    this.#turn = (this.#turn + 1) % LOOK_TURNS;
    for (let place = this.#turn; place < this.#members.length; place += LOOK_TURNS) {
      this.#members[place]?.look(Date.now());
    }
  }
}
