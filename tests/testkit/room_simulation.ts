/**
 * A room with members who come, talk, are cut off, come back and leave, in an order that a seed decides:
 * every queue, every signature and the disk take a step when the seed says so.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { Authors } from "../../src/protocol/v2/authors.ts";
import type { ChainJudge } from "../../src/protocol/v2/chain_judge.ts";
import { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import type { LogEntry } from "../../src/protocol/v2/entry_window.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import {
  encodeMessage,
  type Message,
  type MessageType,
  parseMessage,
} from "../../src/protocol/v2/messages.ts";
import type { PeerIdentity } from "../../src/protocol/v2/peer_identity.ts";
import { RoomLog } from "../../src/protocol/v2/room_log.ts";
import type { RoomMember } from "../../src/protocol/v2/room_member.ts";
import { leafHash } from "../../src/protocol/v2/statement.ts";
import { ROOM } from "./hand_room.ts";
import { NOW_MS } from "./identities2.ts";
import { SlowSignatures } from "./slow_signatures.ts";
import { Seeded } from "./seeded.ts";
import type { SimulationCounts } from "./simulation_counts.ts";
import { Link } from "./simulation_link.ts";

const SKEW_MS = 30_000;
const TIME_MS = 200_000; // in all, so that nothing that waits in a queue grows stale
const FROM_CLIENT: readonly MessageType[] = ["join", "msg", "head", "leave"];
const FROM_SERVER: readonly MessageType[] = ["joined", "peer", "entry", "head", "refused"];

/** Who takes part. */
export interface Cast {
  readonly server: OwnIdentity;
  readonly people: readonly OwnIdentity[];
}

/** One interleaving. */
export class RoomSimulation {
  readonly #random: Seeded;
  readonly #counts: SimulationCounts;
  readonly #cast: Cast;
  readonly #signatures = new SlowSignatures();
  readonly #known = new Map<string, PeerIdentity>();
  readonly #links: Link[] = [];
  readonly #entries: LogEntry[] = [];
  readonly #oracle = new MerkleTree();
  readonly #failures: unknown[] = [];
  #log: RoomLog | undefined;
  #flushed = 1;
  #nowMs = NOW_MS;
  #isEnding = false;

  constructor(seed: number, cast: Cast, counts: SimulationCounts) {
    [this.#random, this.#cast, this.#counts] = [new Seeded(seed), cast, counts];
    for (const one of [cast.server, ...cast.people]) this.#known.set(nameOf(one.chain), one);
  }

  /** Runs it; throws what went wrong. */
  async run(steps: number): Promise<void> {
    const { log, entry } = await RoomLog.open({
      ...{ room: ROOM, own: this.#signatures.of(this.#cast.server), judge: this.#judge },
      newcomersSee: this.#random.pick([0, 3, 1000]),
      ...{ random: this.#random.bytes, nowMs: this.#nowMs },
    });
    this.#log = log;
    this.#note(entry);
    this.#signatures.isSlow = true;
    for (const own of this.#cast.people) this.#connect(own);
    for (let step = 0; step < steps; step++) await this.#step(this.#actions());
    await this.#end();
  }

  /** Everybody goes; all that waits is done. */
  async #end(): Promise<void> {
    this.#isEnding = true;
    const isServerFirst = this.#random.below(2) === 0;
    for (const link of this.#live()) {
      if (isServerFirst) this.#remove(link);
      else this.#leave(link);
    }
    await this.#step([() => {}]); // what was just begun shows as work only then
    for (let round = 0; round < 10_000; round++) {
      const actions = this.#actions();
      if (actions.length === 0) break;
      await this.#step(actions);
    }
    for (const link of this.#live()) this.#checkEnd(link);
  }

  #checkEnd({ client, member, said, placed }: Link): void {
    if (client === undefined || member?.isDone !== true) throw new Error("no final heads");
    if (client.size !== member.sentTo) throw new Error("the final heads are not over all");
    if (client.unanswered.length !== said - placed) throw new Error("something said is lost");
    this.#counts.unanswered += said - placed;
  }

  async #step(actions: readonly (() => void)[]): Promise<void> {
    this.#counts.steps++;
    this.#random.pick(actions)();
    await new Promise<void>((resolve) => setImmediate(resolve)); // all that can go on goes on
    if (this.#failures.length > 0) throw this.#failures[0];
    for (const { client } of this.#links) {
      if (client === undefined || client.size > this.#oracle.size) continue;
      if (client.root !== this.#oracle.rootAt(client.size).toHex()) {
        throw new Error("a member's tree is no prefix of the server's");
      }
    }
  }

  /** All that can happen now. At the end only what brings it about. */
  #actions(): readonly (() => void)[] {
    const work = [
      ...this.#signatures.releases(),
      ...(this.#flushed < this.#oracle.size ? [() => this.#flush()] : []),
      ...this.#live().flatMap((link) => [
        ...(link.up.length > 0 && !link.isServerBusy ? [() => this.#serve(link)] : []),
        ...(link.down.length > 0 && !link.isClientBusy ? [() => this.#receive(link)] : []),
      ]),
    ];
    if (this.#isEnding) return work;
    const isOpen = (link: Link) => link.client?.isOpen === true;
    const talk = this.#live().filter(isOpen).flatMap((link) => [
      () => this.#say(link),
      () => this.#say(link),
    ]);
    const rare = [
      () => this.#advance(),
      () => this.#advance(),
      () => this.#serverLine(),
      () => this.#cut(this.#random.pick(this.#live())),
      () => this.#leave(this.#random.pick(this.#live())),
      () => this.#remove(this.#random.pick(this.#live())),
    ];
    return [...work, ...work, ...talk, ...(this.#random.below(4) === 0 ? rare : []), () => {}];
  }

  #live(): readonly Link[] {
    return this.#links.filter(({ isOver }) => !isOver);
  }

  #connect(own: OwnIdentity): void {
    const authors = new Authors({ server: this.#cast.server, judge: this.#judge });
    const want = this.#random.pick([0, 2, 1000]);
    const skewMs = this.#random.below(2 * SKEW_MS) - SKEW_MS;
    const session = this.#random.bytes(16).toHex();
    const link = new Link(this.#signatures.of(own), session, authors, want, skewMs);
    this.#links.push(link);
    link.up.push(encodeMessage({ type: "join", room: ROOM, want }));
    this.#counts.joins++;
  }

  #cut(link: Link): void {
    link.isOver = true;
    this.#counts.disconnects++;
    if (link.member !== undefined) this.#theLog.drop(link.member);
    this.#again(link);
  }

  #again({ own }: Link): void {
    const person = this.#cast.people.find(({ fingerprint }) => fingerprint === own.fingerprint);
    if (person === undefined) return;
    this.#counts.rejoins++;
    this.#connect(person);
  }

  #say(link: Link): void {
    const { client } = link;
    if (client === undefined || client.retryAtMs !== undefined) return;
    link.said++;
    this.#counts.said++;
    this.#watch(async () => {
      try {
        this.#up(link, await client.say(`${link.session} ${link.said}`, this.#clock(link)));
      } catch (error) {
        if (client.isOpen && client.retryAtMs === undefined) throw error;
        link.said--; // left, or asked to wait, since the call
        this.#counts.said--;
      }
    });
  }

  #leave(link: Link): void {
    const { client } = link;
    if (client?.isOpen !== true) return this.#isEnding ? this.#remove(link) : undefined;
    this.#counts.leaves++;
    this.#watch(async () => this.#up(link, await client.leave()));
  }

  /** The server ends it, whatever the client is doing; who did not get in yet is cut off. */
  #remove(link: Link): void {
    const { member } = link;
    if (member === undefined) {
      if (this.#isEnding) link.isOver = true;
      else this.#cut(link);
      return;
    }
    this.#counts.removals++;
    this.#watch(() => this.#finish(link, member));
  }

  async #finish(link: Link, member: RoomMember): Promise<void> {
    this.#flush();
    const final = await this.#theLog.finalHead(member, this.#nowMs);
    if (final !== undefined) this.#down(link, final);
  }

  #serverLine(): void {
    this.#counts.serverLines++;
    this.#watch(async () => {
      const line = { kind: "notice", text: `notice ${this.#random.below(100)}` } as const;
      this.#note(await this.#theLog.state(line, this.#nowMs));
    });
  }

  #advance(): void {
    this.#nowMs = Math.min(this.#nowMs + this.#random.below(25_000), NOW_MS + TIME_MS);
    this.#watch(async () => {
      const head = await this.#theLog.rollingHead(this.#nowMs);
      if (head === undefined) return;
      this.#counts.rollingHeads++;
      this.#flush();
      for (const link of this.#live()) {
        if (link.member === undefined) continue;
        for (const message of this.#theLog.deliverHead(link.member, head)) {
          this.#down(link, message);
        }
      }
    });
    for (const link of this.#live()) this.#tick(link);
  }

  #tick(link: Link): void {
    const { client, member } = link;
    if (member?.reportLate(this.#nowMs) !== undefined) this.#counts.late++;
    if (client === undefined) return;
    const nowMs = this.#clock(link);
    if (client.reportLate(nowMs) !== undefined) this.#counts.late++;
    this.#watch(async () => {
      const head = await client.makeHead(nowMs);
      if (head !== undefined) {
        this.#counts.clientHeads++;
        this.#up(link, head);
      }
      for (const message of await client.retry(nowMs)) this.#up(link, message);
    });
  }

  /** The server takes the next message of a connection. */
  #serve(link: Link): void {
    const body = link.up.shift();
    if (body === undefined) return;
    link.isServerBusy = true;
    this.#watch(async () => {
      try {
        await this.#serveMessage(link, parseMessage(body, FROM_CLIENT));
      } finally {
        link.isServerBusy = false;
      }
    });
  }

  async #serveMessage(link: Link, message: Message): Promise<void> {
    const { member } = link;
    if (message.type === "join") {
      const { want, own: peer, session, shown } = { ...link, want: message.want };
      const joined = await this.#theLog.join({ session, peer, want, shown, nowMs: this.#nowMs });
      if (link.isOver) return this.#theLog.drop(joined.member);
      link.member = joined.member;
      this.#down(link, joined.message);
      this.#deliver(link);
    }
    if (member === undefined) return;
    if (message.type === "leave") await this.#finish(link, member);
    if (message.type === "head" && this.#theLog.takeHead(member, message, this.#nowMs).final) {
      this.#counts.finals++;
    }
    if (message.type === "msg") await this.#serveStatement(link, member, message);
  }

  async #serveStatement(link: Link, member: RoomMember, message: Message<"msg">): Promise<void> {
    const limit = { message: "too fast", retryMs: this.#random.below(5000) };
    const isOver = !this.#isEnding && this.#random.below(20) === 0;
    const now = isOver ? { nowMs: this.#nowMs, limit } : { nowMs: this.#nowMs };
    const accepted = await this.#theLog.accept(member, message, now);
    if (accepted.kind === "refused") {
      this.#counts.refusals++;
      this.#down(link, accepted.message);
    }
    if (accepted.kind === "entry") {
      this.#counts.placed++;
      link.placed++;
      this.#note(accepted.entry);
    }
  }

  /** A client takes the next message of the server. */
  #receive(link: Link): void {
    const body = link.down.shift();
    if (body === undefined) return;
    link.isClientBusy = true;
    this.#watch(async () => {
      try {
        await this.#receiveMessage(link, parseMessage(body, FROM_SERVER));
      } finally {
        link.isClientBusy = false;
      }
    });
  }

  async #receiveMessage(link: Link, message: Message): Promise<void> {
    const { client, own, session, authors, want } = link;
    const nowMs = this.#clock(link);
    if (message.type === "joined") {
      const options = { room: ROOM, want, session, own, authors, nowMs };
      link.client = ClientRoom.joined(message, { ...options, random: this.#random.bytes });
      if (this.#isEnding) this.#leave(link);
    }
    if (message.type === "peer") await authors.take(message.chain, nowMs);
    if (client === undefined) return;
    if (message.type === "entry") await client.takeEntry(message, nowMs);
    if (message.type === "refused") client.takeRefused(message, nowMs);
    if (message.type !== "head") return;
    const { answer } = await client.takeHead(message, nowMs);
    if (answer === undefined) return;
    this.#counts.finals++;
    this.#up(link, answer);
    if (!this.#isEnding && this.#random.below(2) === 0) this.#again(link);
  }

  /** The transcript is on the disk: all that is in it is sent. */
  #flush(): void {
    this.#flushed = this.#oracle.size;
    for (const link of this.#live()) this.#deliver(link);
  }

  #deliver(link: Link): void {
    if (link.member === undefined) return;
    const now = { nowMs: this.#nowMs, flushed: this.#flushed };
    for (const message of this.#theLog.deliver(link.member, now)) this.#down(link, message);
  }

  #note(entry: LogEntry): void {
    this.#entries[entry.index] = entry;
    for (let next = this.#entries[this.#oracle.size]; next !== undefined;) {
      this.#oracle.append(leafHash(next.message));
      next = this.#entries[this.#oracle.size];
    }
  }

  #up(link: Link, message: Message): void {
    link.up.push(encodeMessage(message));
  }

  #down(link: Link, message: Message): void {
    link.down.push(encodeMessage(message));
  }

  /** Work that goes on by itself. What goes wrong on a line that was cut is nobody's. */
  #watch(work: () => Promise<void>): void {
    work().catch((error) => this.#failures.push(error));
  }

  #clock({ skewMs }: Link): number {
    return this.#nowMs + skewMs;
  }

  readonly #judge: ChainJudge = async (chain) => {
    const known = this.#known.get(nameOf(chain));
    if (known === undefined) throw new Error("a chain of nobody");
    if (this.#random.below(2) === 0) await Promise.resolve();
    return known;
  };

  get #theLog(): RoomLog {
    if (this.#log === undefined) throw new Error("the room is not open");
    return this.#log;
  }
}

function nameOf([leaf]: readonly Uint8Array[]): string {
  return leaf?.toBase64() ?? "";
}
