/**
 * The chat server: accepts connections, finds out which protocol each speaks, and gives it to that
 * protocol's hall.
 *
 * @module
 */

import { asChatError, ChatError, type ErrorCode } from "../errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import { plainStatus } from "../protocol/v2/handshake.ts";
import { chooseVersion } from "../protocol/v2/version.ts";
import type { AddressRange } from "./address_range.ts";
import { Admission } from "./admission.ts";
import { ClassicHall, type ClassicOptions, type HallOptions } from "./classic_hall.ts";
import { Doorkeeper, type Visit } from "./doorkeeper.ts";
import { eventLog } from "./event_log.ts";
import { FrameStream } from "./frame_stream.ts";
import { LimitError, limitError } from "./limit_error.ts";
import type { Arrival, Hall } from "./hall.ts";
import { LIMITS, type Limits } from "./limits.ts";
import type { Member } from "./member.ts";
import { RoomHall, type RoomHallOptions } from "./room_hall.ts";
import type { RoomHost } from "./room_host.ts";
import { Seldom } from "./seldom.ts";
import type { ServerEvent } from "./server_event.ts";
import { within } from "./within.ts";

export type { ServerEvent } from "./server_event.ts";

/** Sessions that are cut get this long more, ms: a stop takes less than 5 s. */
const CUT_MS = 1_400;

/** New connections that are taken before others have a turn. */
const ACCEPTED_AT_ONCE = 8;

const log = eventLog("server");

/** Who the server is, and what it speaks as such. */
export interface ServerSelf {
  /** Protocol 1, where it is spoken. */
  readonly classic?: ClassicOptions;
  /** Protocol 2, where it is spoken. */
  readonly rooms?: RoomHallOptions;
}

/** What a server is made of. */
export interface ServerOptions extends ServerSelf, Omit<HallOptions, "limits"> {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** May be changed while the server runs: they are looked at each time. */
  readonly limits?: Limits;
  /** Addresses that no limit of connections is for; nobody without it. */
  readonly exempt?: () => readonly AddressRange[];
}

type Halls = ReadonlyMap<number, Hall>;

/** What a running server has. */
interface ServerParts {
  readonly listener: Deno.TcpListener;
  readonly halls: Halls;
}

/** A running server. */
export class ChatServer {
  readonly #common: HallOptions;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #onEvent: (event: ServerEvent) => void;
  readonly #listener: Deno.TcpListener;
  readonly #admission: Admission;
  readonly #doorkeeper: Doorkeeper;
  readonly #turnedAway = new Seldom();
  #halls: Halls;
  readonly #running = new Set<Promise<void>>();
  /** Sockets whose first frame is not here yet. */
  readonly #unspoken = new Set<FrameStream>();
  readonly #accepting: Promise<void>;
  #lastId = 0;
  #stopping: Promise<void> | undefined;

  /** Use {@link ChatServer.listen}. */
  constructor(
    common: HallOptions,
    { listener, halls, exempt = () => [] }: ServerParts & Pick<ServerOptions, "exempt">,
  ) {
    const { limits, now, onEvent } = common;
    this.#common = common;
    this.#doorkeeper = new Doorkeeper(limits, exempt);
    this.#limits = limits;
    this.#now = now;
    this.#onEvent = onEvent;
    this.#listener = listener;
    this.#admission = new Admission(limits);
    this.#halls = halls;
    this.#accepting = this.#accept();
  }

  /**
   * Starts to listen.
   *
   * @param options Address, protocols, watcher.
   * @returns The running server.
   * @throws {ChatError} ADDRESS if the port is taken or the address is not of this machine.
   */
  static async listen(options: ServerOptions): Promise<ChatServer> {
    const { host, port } = options;
    const listener = openListener(host, port);
    try {
      const { limits = LIMITS, revocationOf, now, onEvent, book, exempt } = options;
      const common = { limits, revocationOf, now, onEvent, ...book && { book } };
      const halls = await openHalls(options, common);
      return new ChatServer(common, { listener, halls, ...exempt && { exempt } });
    } catch (thrown) {
      listener.close();
      throw thrown;
    }
  }

  /** The protocols that it speaks. */
  get protocols(): readonly number[] {
    return [...this.#halls.keys()];
  }

  /** Where it listens; the port is the real one. */
  get address(): { readonly host: string; readonly port: number } {
    const { hostname, port } = this.#listener.addr;
    return { host: hostname, port };
  }

  /** Who can be talked to, in order of arrival. */
  members(): readonly Member[] {
    return this.#all((hall) => hall.members()).flat().sort((a, b) => a.id - b.id);
  }

  /** Who has proved a certificate, in order of arrival; signed in or not. */
  sessions(): readonly Member[] {
    const all = this.#all((hall) => hall.sessions()).flat();
    return all.filter(({ certificate }) => certificate !== undefined).sort((a, b) => a.id - b.id);
  }

  /** The rooms of protocol 2 that are open. */
  async hosts(): Promise<readonly RoomHost[]> {
    return (await Promise.all(this.#all((hall) => hall.hosts?.() ?? []))).flat();
  }

  /**
   * Says something as the operator.
   *
   * @param text The words.
   * @param to A member's name; without it everybody.
   * @returns To how many it goes.
   */
  say(text: string, to?: string): number {
    return this.#all((hall) => hall.say(text, to)).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Ends the sessions of revoked certificates: to be called when the list has changed.
   *
   * @returns How many sessions end.
   */
  endRevoked(): number {
    return this.#all((hall) => hall.endRevoked()).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Goes on as somebody new: with another certificate. A room's log names the certificate that signs it,
   * so all sessions end in order, and new logs begin; whoever connects meanwhile meets the new one.
   *
   * @param self Who it is from now on.
   * @returns When the last session of before has ended.
   * @throws {ChatError} FILE if a transcript cannot be written: then all stays as it was.
   */
  async renew(self: ServerSelf): Promise<void> {
    const halls = await openHalls(self, this.#common);
    const before = this.#halls;
    // A server that stops meanwhile stops what it has: these must not be left over.
    this.#halls = this.#stopping === undefined ? halls : before;
    const ending = this.#halls === halls ? before : halls;
    await Promise.all([...ending.values()].map((hall) => hall.stop()));
  }

  /** Stops: goodbyes to all, transcripts closed; whoever does not answer in time is cut off. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#listener.close();
    this.#admission.close();
    await this.#accepting;
    const error = new ChatError("CONNECTION", "cannot begin: the server stops");
    for (const stream of this.#unspoken) stream.fail(error);
    await Promise.all(this.#all((hall) => hall.stop()));
    await within(Promise.all(this.#running), CUT_MS);
  }

  #all<T>(of: (hall: Hall) => T): readonly T[] {
    return [...this.#halls.values()].map(of);
  }

  async #accept(): Promise<void> {
    for (let accepted = 1;; accepted++) {
      try {
        // However many come at once, those who are here are served between them.
        if (accepted % ACCEPTED_AT_ONCE === 0) await new Promise((go) => setTimeout(go, 1));
        const conn = await this.#listener.accept();
        const serving = this.#serve(conn).catch(logFault).finally(() =>
          this.#running.delete(serving)
        );
        this.#running.add(serving);
      } catch (thrown) {
        if (thrown instanceof Deno.errors.BadResource) return;
        // Out of file descriptors, or a peer that was gone at once: others may still come.
        log.warn("connection.not_accepted", "cannot accept a connection: {reason}", {
          reason: asChatError(thrown).message,
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const { hostname, port } = conn.remoteAddr;
    const stream = new FrameStream(conn, this.#limits);
    let visit: Visit;
    try {
      visit = this.#doorkeeper.enter(hostname);
    } catch (thrown) {
      return await this.#turnAway(stream, { address: hostname, thrown });
    }
    const ended: { code?: ErrorCode } = {};
    try {
      const place = await this.#admission.enter(hostname);
      if (place === undefined) return await this.#turnAway(stream, this.#noPlace(hostname));
      try {
        const id = ++this.#lastId;
        const arrival = { id, address: `${hostname}:${port}`, stream, place };
        const code = await this.#dispatch(arrival);
        if (code !== undefined && this.#stopping === undefined) ended.code = code;
      } finally {
        place.release();
      }
    } finally {
      visit.end(ended.code);
    }
  }

  #noPlace(address: string): { readonly address: string; readonly thrown: unknown } {
    const thrown = limitError("unauthenticated_per_address", this.#limits, {
      ...{ waitMs: 1_000, code: "BUSY" },
      why: "too many connections have not signed in",
    });
    return { address, thrown };
  }

  /** Gives why it ended, if it had not signed in. */
  async #dispatch(arrival: Omit<Arrival, "first">): Promise<ErrorCode | undefined> {
    const { stream } = arrival;
    const member = unspoken(arrival, this.#now());
    this.#onEvent({ kind: "connected", member });
    this.#unspoken.add(stream);
    try {
      const first = await stream.next({
        maxBytes: HANDSHAKE_BODY_MAX_BYTES,
        withinMs: this.#limits.stepMs,
        what: "a step of the handshake",
      });
      this.#unspoken.delete(stream);
      if (first === undefined) throw new ChatError("CONNECTION", "left before its first frame");
      const version = chooseVersion(first, [...this.#halls.keys()]);
      return await this.#halls.get(version)?.serve({ ...arrival, first });
    } catch (thrown) {
      this.#unspoken.delete(stream);
      const error = asChatError(thrown);
      await refuse(stream, error);
      this.#onEvent({ kind: "session", member, event: { kind: "ended", error } });
      return error.code;
    }
  }

  async #turnAway(
    stream: FrameStream,
    { address, thrown }: { readonly address: string; readonly thrown: unknown },
  ): Promise<void> {
    const error = asChatError(thrown);
    const limit = error instanceof LimitError ? error.limit : error.code;
    const reason = error.told ?? error.message;
    const more = this.#turnedAway.told(performance.now());
    if (more !== undefined) {
      log.warn("connection.turned_away", "turned away {address}: {reason}", {
        address,
        limit,
        reason,
        more,
      });
    }
    this.#onEvent({ kind: "turned_away", address, limit, reason });
    await refuse(stream, error);
  }
}

async function openHalls({ classic, rooms }: ServerSelf, common: HallOptions): Promise<Halls> {
  const halls = new Map<number, Hall>();
  if (classic !== undefined) halls.set(1, new ClassicHall({ ...classic, ...common }));
  if (rooms !== undefined) halls.set(2, await RoomHall.open({ ...rooms, ...common }));
  return halls;
}

/** A connection that has not told yet what it speaks. */
function unspoken({ id, address, stream }: Omit<Arrival, "first">, sinceMs: number): Member {
  const connection = {
    isOpen: false,
    leave: () => stream.close(),
    abort: (error: ChatError) => Promise.resolve(stream.fail(error)),
  };
  return { id, address, connection, sinceMs };
}

/** A peer that is refused in plain reads that, or nothing. */
async function refuse(stream: FrameStream, error: ChatError): Promise<void> {
  void stream.write(plainStatus(error));
  await stream.close();
}

/** Nothing that happens to one connection may reach the others. */
function logFault(thrown: unknown): void {
  log.error("connection.failed", "a connection failed: {reason}", {
    reason: asChatError(thrown).message,
  });
}

function openListener(hostname: string, port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (thrown) {
    throw addressError(thrown, `${hostname}:${port}`);
  }
}

function addressError(thrown: unknown, address: string): ChatError {
  const cause = { cause: thrown };
  if (thrown instanceof Deno.errors.AddrInUse) {
    return new ChatError("ADDRESS", `cannot listen on ${address}: the port is in use`, cause);
  }
  if (thrown instanceof Deno.errors.PermissionDenied) {
    return new ChatError("ADDRESS", `cannot listen on ${address}: permission denied`, {
      ...cause,
      hint: "ports below 1024 need privileges: choose another with --port",
    });
  }
  return new ChatError("ADDRESS", `cannot listen on ${address}: not an address of this machine`, {
    ...cause,
    hint: "listen on 127.0.0.1, on 0.0.0.0, or on an address that this machine has: --host",
  });
}
