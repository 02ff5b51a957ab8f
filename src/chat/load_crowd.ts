/**
 * A load test: many members of one server, in rooms, who say something at a steady rate, and what became
 * of it.
 *
 * @module
 */

import { asChatError, ChatError, type ErrorCode } from "../errors.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import { LatencyHistogram } from "./latency_histogram.ts";
import { LoadMember } from "./load_member.ts";
import { keptSessions, type LoadOptions, type LoadResult } from "./load_plan.ts";
import { LoadTally } from "./load_tally.ts";
import { openSocket } from "./open_socket.ts";
import { SharedChains } from "./shared_chains.ts";
import { Speaker } from "./speaker.ts";

/** How often each member looks at the clock, ms: heads and retries are due in seconds. */
const LOOK_MS = 250;

/** A share of the members looks at each turn of the wheel: else all heads of a room would fall together. */
const LOOK_TURNS = 10;

/** Before the first statement all have read who joined; that is waited for so long, ms. */
const QUIET_MS = 120_000;

/** How often it is looked whether they have, ms. */
const QUIET_LOOK_MS = 100;

/** What is not delivered so long after the last statement is lost, ms. */
const GRACE_MS = 5_000;

/** How often it is looked whether all is delivered, ms. */
const GRACE_LOOK_MS = 20;

/** Members that leave at once; each who leaves is told to all that are still there. */
const LEAVING_AT_ONCE = 64;

/** Leaving: for each, and for all together beside some time for each, ms. */
const LEAVE_MS = 10_000;
const LEAVE_EACH_MS = 20;

/** What every session would meet: the first one ends the test. */
const FATAL: ReadonlySet<ErrorCode> = new Set(
  ["ROOM", "SIGN_IN", "BAD_CERT", "REVOKED", "VERSION", "FILE"] as const,
);

/** A room, and who is in it. */
interface Room {
  name: string;
  readonly tally: LoadTally;
  readonly members: Map<number, LoadMember>;
  /** Whose turn it is to say something. */
  turn: number;
}

/** See the module. */
export class LoadCrowd {
  readonly #options: LoadOptions;
  readonly #chains: SharedChains;
  readonly #rooms: readonly Room[];
  readonly #times = {
    delivery: new LatencyHistogram(),
    setUp: new LatencyHistogram(),
    ownLag: new LatencyHistogram(),
  };
  readonly #refused = new Map<ErrorCode, number>();
  readonly #errors: ChatError[] = [];
  readonly #keptSessions: ReadonlySet<number>;
  readonly #kept: LoadMember[] = [];
  #entered = 0;
  #turn = 0;
  #isMeasuring = false;
  #lookedMs = 0;
  #fatal: ChatError | undefined;

  /** @param options What it is made of. */
  constructor(options: LoadOptions) {
    this.#options = options;
    this.#chains = new SharedChains(options.trust);
    const tag = crypto.randomUUID().slice(0, 8);
    const clock = { times: this.#times.delivery, tick };
    this.#rooms = options.plan.rooms.map((name, index) => ({
      name,
      tally: new LoadTally(`${tag}r${index}`, clock),
      members: new Map(),
      turn: 0,
    }));
    this.#keptSessions = keptSessions(options.plan);
  }

  /**
   * Runs the test.
   *
   * @returns What came of it, also when it was stopped.
   * @throws {ChatError} What the first session meets, or every one would: CONNECTION, ROOM, SIGN_IN,
   * BAD_CERT, REVOKED, VERSION, FILE, and others.
   */
  async run(): Promise<LoadResult> {
    const wheel = setInterval(() => this.#look(), LOOK_MS / LOOK_TURNS);
    try {
      await this.#enterAll();
      if (this.#fatal !== undefined) throw this.#fatal;
      await this.#quiet();
      const startedMs = this.#options.now();
      this.#isMeasuring = true;
      const seconds = await this.#speak();
      this.#isMeasuring = false;
      await this.#settle();
      const result = this.#result({ startedMs, seconds });
      await this.#leaveAll();
      return { ...result, errors: this.#allErrors(), transcripts: this.#transcripts() };
    } finally {
      await this.#leaveAll();
      clearInterval(wheel);
    }
  }

  /** The first alone: what it meets, all others would meet. */
  async #enterAll(): Promise<void> {
    const { plan, stop } = this.#options;
    await this.#enterFirst();
    let next = 1;
    const worker = async () => {
      while (next < plan.sessions && !stop.aborted && this.#fatal === undefined) {
        await this.#enterOne(next++);
      }
    };
    await Promise.all(Array.from({ length: plan.parallel }, worker));
  }

  async #enterFirst(): Promise<void> {
    const [room] = this.#rooms;
    const { otherRoom } = this.#options.plan;
    try {
      await this.#enter(0);
    } catch (thrown) {
      const isRoom = thrown instanceof ChatError && thrown.code === "ROOM";
      if (!isRoom || this.#rooms.length > 1 || room === undefined) throw thrown;
      room.name = otherRoom;
      await this.#enter(0);
    }
  }

  async #enterOne(session: number): Promise<void> {
    try {
      await this.#enter(session);
    } catch (thrown) {
      if (this.#options.stop.aborted) return;
      const error = asChatError(thrown);
      if (FATAL.has(error.code) || isOutOfFiles(error)) this.#fatal ??= outOfFiles(error) ?? error;
      else this.#errors.push(error);
    }
  }

  async #enter(session: number): Promise<void> {
    const { host, port, identities, plan, stop, onProgress } = this.#options;
    const room = this.#rooms[session % this.#rooms.length];
    const own = identities[session % identities.length];
    if (room === undefined || own === undefined) throw new RangeError("unreachable: no room");
    const start = tick();
    const conn = await openSocket({ host, port, signal: stop });
    const { number, member } = this.#member(conn, { session, own, room });
    try {
      await member.enter();
    } catch (thrown) {
      room.members.delete(number);
      room.tally.forget();
      throw thrown;
    }
    if (this.#keptSessions.has(session)) this.#kept.push(member);
    this.#times.setUp.add(tick() - start);
    this.#entered++;
    onProgress(`${this.#entered} of ${plan.sessions} sessions are in their rooms`);
  }

  #member(
    conn: Deno.TcpConn,
    { session, own, room }: {
      readonly session: number;
      readonly own: OwnIdentity;
      readonly room: Room;
    },
  ): { readonly number: number; readonly member: LoadMember } {
    const { trust, serverName, now, plan } = this.#options;
    const isKept = this.#keptSessions.has(session);
    const number = room.tally.join();
    const member = new LoadMember({
      ...{ conn, own, trust, serverName, now, chains: this.#chains, room: room.name },
      ...(isKept ? { transcriptDir: plan.transcriptDir } : {}),
      onEntry: (event) => room.tally.got(number, event),
      onRefused: ({ code }) => void this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1),
    });
    room.members.set(number, member);
    return { number, member };
  }

  /** Waits until everybody knows of everybody: telling them is part of the set-up. */
  async #quiet(): Promise<void> {
    const { stop, onProgress } = this.#options;
    const endMs = tick() + QUIET_MS;
    const isQuiet = () =>
      this.#rooms.every((room) => new Set(openOf(room).map(([, { size }]) => size)).size <= 1);
    for (let quiet = 0; quiet < 2 && tick() < endMs && !stop.aborted;) {
      onProgress("all are in; waiting until they have read who joined");
      await sleep(QUIET_LOOK_MS);
      quiet = isQuiet() ? quiet + 1 : 0;
    }
  }

  /** Says what is due, or holds still; gives how long it took, s. */
  async #speak(): Promise<number> {
    const { plan, stop, onProgress } = this.#options;
    const speaker = new Speaker({ ...plan, stop, tick });
    return await speaker.run((place, dueMs) => this.#say(place, dueMs), (seconds) => {
      onProgress(`${seconds} of ${plan.seconds} s, ${this.#delivered} deliveries`);
    });
  }

  /** The rooms in turn, and in each its members. */
  #say(place: number, dueMs: number): void {
    const room = this.#rooms[place % this.#rooms.length];
    const author = room === undefined ? undefined : nextOf(room);
    if (room === undefined || author === undefined) return;
    author.say(room.tally.say(author.fingerprint, dueMs));
  }

  async #settle(): Promise<void> {
    const endMs = tick() + GRACE_MS;
    const isOver = () =>
      this.#rooms.every((room) => room.tally.isComplete(openOf(room).map(([number]) => number)));
    while (!isOver() && tick() < endMs) await sleep(GRACE_LOOK_MS);
  }

  async #leaveAll(): Promise<void> {
    const { onProgress } = this.#options;
    const leaving = this.#rooms.flatMap((room) => openOf(room).map(([, member]) => member));
    const endMs = tick() + LEAVE_MS + leaving.length * LEAVE_EACH_MS;
    const worker = async () => {
      for (let member = leaving.pop(); member !== undefined; member = leaving.pop()) {
        onProgress(`${leaving.length} sessions have not left`);
        await member.leave(Math.max(Math.min(LEAVE_MS, endMs - tick()), 0));
      }
    };
    await Promise.all(Array.from({ length: LEAVING_AT_ONCE }, worker));
  }

  #look(): void {
    const nowMs = this.#options.now();
    const lagMs = tick() - this.#lookedMs - LOOK_MS / LOOK_TURNS;
    if (this.#isMeasuring) this.#times.ownLag.add(lagMs);
    this.#lookedMs = tick();
    this.#turn = (this.#turn + 1) % LOOK_TURNS;
    for (const { members } of this.#rooms) {
      for (const [number, member] of members) {
        if (number % LOOK_TURNS === this.#turn) member.look(nowMs);
      }
    }
  }

  #result(span: Pick<LoadResult, "startedMs" | "seconds">): LoadResult {
    const failed = new Set(
      this.#rooms.flatMap(({ members }) =>
        [...members.values()].filter(({ isOpen }) => !isOpen).map((one) => one.fingerprint)
      ),
    );
    const faults = this.#rooms.map((room) =>
      room.tally.faults(openOf(room).map(([number]) => number), (author) => failed.has(author))
    );
    return {
      sessions: this.#rooms.reduce((sum, room) => sum + openOf(room).length, 0),
      rooms: this.#rooms.map(({ name }) => name),
      sent: this.#rooms.reduce((sum, { tally }) => sum + tally.sent, 0),
      delivered: this.#delivered,
      lost: faults.reduce((sum, { lost }) => sum + lost, 0),
      duplicated: faults.reduce((sum, { duplicated }) => sum + duplicated, 0),
      outOfOrder: faults.reduce((sum, { outOfOrder }) => sum + outOfOrder, 0),
      ...this.#times,
      ...{ ...span, refused: this.#refused, errors: [], transcripts: [] },
    };
  }

  get #delivered(): number {
    return this.#rooms.reduce((sum, { tally }) => sum + tally.delivered, 0);
  }

  /** Of sessions that did not come in, or ended otherwise than by leaving. */
  #allErrors(): readonly ChatError[] {
    const ended = this.#rooms.flatMap(({ members }) =>
      [...members.values()].flatMap(({ error }) => error === undefined ? [] : [error])
    );
    return [...new Set([...this.#errors, ...ended])];
  }

  #transcripts(): readonly string[] {
    return this.#kept.flatMap(({ transcriptPath: path }) => path === undefined ? [] : [path]);
  }
}

function openOf({ members }: Room): readonly (readonly [number, LoadMember])[] {
  return [...members].filter(([, { isOpen }]) => isOpen);
}

/** The next member that is there, by their numbers; there are gaps where somebody did not come in. */
function nextOf(room: Room): LoadMember | undefined {
  for (let tries = 0; tries < room.tally.numbers; tries++) {
    const member = room.members.get(room.turn++ % room.tally.numbers);
    if (member?.isOpen === true) return member;
  }
  return undefined;
}

function tick(): number {
  return performance.now();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isOutOfFiles({ cause }: ChatError): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EMFILE";
}

function outOfFiles(error: ChatError): ChatError | undefined {
  if (!isOutOfFiles(error)) return undefined;
  return new ChatError("CONNECTION", "cannot open more connections: too many files are open", {
    cause: error,
    hint: "raise the limit for this program and for the server: ulimit -n 20000",
  });
}
