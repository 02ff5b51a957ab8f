/**
 * The server's side of protocol 2: its rooms, and a session for each client.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { asChatError, ChatError, type ErrorCode } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import type { SessionEvent } from "../protocol/session.ts";
import { chainJudge, keepVerdicts } from "../protocol/v2/chain_judge.ts";
import type { OwnIdentity, SignInMode } from "../protocol/v2/handshake.ts";
import { membersOfDirectRoom } from "../protocol/v2/room_name.ts";
import type { KeyAccountStore } from "../store/key_accounts.ts";
import type { HallOptions } from "./classic_hall.ts";
import { diskFull, DiskWatch } from "./disk_watch.ts";
import { eventLog } from "./event_log.ts";
import type { Arrival, Hall } from "./hall.ts";
import type { Member } from "./member.ts";
import { Outcome } from "./outcome.ts";
import { revokedError } from "./revoked.ts";
import { RoomHost } from "./room_host.ts";
import { RoomSession } from "./room_session.ts";
import type { RoomTimes } from "./time_histogram.ts";
import { SignInDesk } from "./sign_in_desk.ts";
import { within } from "./within.ts";

/** Rooms of two that one person may begin: each is a file that is open as long as the server runs. */
const DIRECT_ROOMS_MAX = 64;

/** Files are waited for so long at the end, ms. */
const CLOSE_MS = 1_000;

const log = eventLog("server");

/** What protocol 2 needs of a server. */
export interface RoomHallOptions {
  readonly own: OwnIdentity;
  /** Whom this side trusts now; the same object as long as nothing has changed. */
  trust(): Trust;
  readonly signIn: SignInMode;
  readonly store: KeyAccountStore;
  /** The operator's list. */
  readonly rooms: readonly string[];
  /** How many past entries newcomers may see. */
  readonly newcomersSee: number;
  readonly transcriptDir: string;
  /** How long things take is noted here. */
  readonly times?: RoomTimes;
}

/** A client of protocol 2. */
interface RoomMemberOfHall extends Member {
  readonly connection: RoomSession;
}

/** See the module. */
export class RoomHall implements Hall {
  readonly #options: RoomHallOptions & HallOptions;
  readonly #desk: SignInDesk;
  readonly #hosts = new Map<string, Promise<RoomHost>>();
  readonly #members = new Map<number, RoomMemberOfHall>();
  /** Those of {@link #members} that have signed in, by their sessions' names. */
  readonly #bySession = new Map<string, RoomMemberOfHall>();
  /** How many rooms of two each person has begun. */
  readonly #begun = new Map<string, number>();
  readonly #disk: DiskWatch;
  #isStopping = false;

  /** Use {@link RoomHall.open}. */
  constructor(options: RoomHallOptions & HallOptions, disk: DiskWatch) {
    this.#options = options;
    this.#disk = disk;
    this.#desk = new SignInDesk({ store: options.store });
  }

  /**
   * Opens the rooms of the list.
   *
   * @param options Identity, accounts, rooms; limits, clock and watcher.
   * @returns The hall.
   * @throws {ChatError} FILE if a transcript cannot be written.
   */
  static async open(options: RoomHallOptions & HallOptions): Promise<RoomHall> {
    const { transcriptDir: folder, onEvent } = options;
    const told: { hall?: RoomHall } = {};
    const tell = (error?: ChatError) => {
      onEvent(error === undefined ? { kind: "disk" } : { kind: "disk", error });
      if (told.hall !== undefined) told.hall.#tellDisk(error !== undefined);
    };
    const disk = await DiskWatch.open({ folder, onFull: tell, onRoom: tell });
    const hall = new RoomHall(options, disk);
    told.hall = hall;
    try {
      for (const room of options.rooms) await hall.#host(room);
      return hall;
    } catch (thrown) {
      await hall.stop();
      throw thrown;
    }
  }

  /** See {@link Hall}. */
  members(): readonly Member[] {
    return [...this.#members.values()].filter(({ connection }) => connection.isOpen);
  }

  /** See {@link Hall}. */
  sessions(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** See {@link Hall}. */
  async hosts(): Promise<readonly RoomHost[]> {
    const opened = await Promise.allSettled(this.#hosts.values());
    return opened.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  }

  /** Protocol 2 has no words for one alone: whoever is named hears nothing. */
  say(text: string, to?: string): number {
    if (to !== undefined) return 0;
    if (this.#disk.isFull) {
      this.#options.onEvent({ kind: "disk", error: this.#disk.error });
      return 0;
    }
    for (const opening of this.#hosts.values()) {
      opening.then((host) => host.state({ kind: "notice", text })).catch(warn);
    }
    return this.members().length;
  }

  /** See {@link Hall}. */
  endRevoked(): number {
    const { revocationOf } = this.#options;
    const ending = [...this.#members.values()].flatMap(({ certificate, connection }) => {
      const error = revokedError(certificate, revocationOf);
      return error === undefined ? [] : [connection.abort(error)];
    });
    return ending.length;
  }

  /** See {@link Hall}. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#eachHost((host) => host.hurry());
    await Promise.all([...this.#members.values()].map(({ connection }) => connection.leave()));
    const closing = [...this.#hosts.values()].map((opening) =>
      opening.then((host) => host.close()).catch(warn)
    );
    await within(Promise.all(closing), CLOSE_MS);
    this.#disk[Symbol.dispose]();
  }

  /** See {@link Hall}. */
  async serve({ id, address, stream, first, place }: Arrival): Promise<ErrorCode | undefined> {
    const outcome = new Outcome();
    const { own, trust, signIn, limits, now } = this.#options;
    const connection: RoomSession = new RoomSession({
      ...{ stream, first, own, signIn, limits, now },
      trust: trust(),
      desk: this.#desk,
      roomOf: (name, fingerprint) => this.#roomFor(name, fingerprint),
      endEarlier: (session, fingerprint) => this.#endEarlier(session, { fingerprint, connection }),
      onJoined: (room) => this.#tellOfTwo(room, connection),
      onEvent: (event) => {
        outcome.note(event);
        if (event.kind === "signed_in") place.release();
        return this.#react(member, event);
      },
    });
    const member: RoomMemberOfHall = { id, protocol: 2, address, connection, sinceMs: now() };
    this.#members.set(id, member);
    try {
      await connection.run();
    } finally {
      this.#members.delete(id);
      this.#bySession.delete(connection.name ?? "");
    }
    return outcome.code;
  }

  #react(member: RoomMemberOfHall, event: SessionEvent): ChatError | undefined {
    if (event.kind === "peer") member.certificate = event.certificate;
    if (event.kind === "signed_in") {
      member.username = event.username;
      member.email = event.email;
      this.#bySession.set(member.connection.name ?? "", member);
    }
    this.#options.onEvent({ kind: "session", member, event });
    if (event.kind !== "peer") return undefined;
    // The list may have changed while the certificate was being judged by the one before.
    const { revocationOf, book } = this.#options;
    return revokedError(event.certificate, revocationOf) ?? book?.refusalOf(event.certificate);
  }

  /** Rooms of the list for all, a room of two for these two; the other one is told. */
  async #roomFor(name: string, fingerprint: string): Promise<RoomHost> {
    if (this.#isStopping) throw new ChatError("CONNECTION", "cannot join: the server stops");
    const pair = membersOfDirectRoom(name);
    const isMine = pair?.includes(fingerprint) ?? this.#options.rooms.includes(name);
    if (!isMine) throw new ChatError("ROOM", `cannot join "${printable(name)}": no such room`);
    if (this.#disk.isFull) throw diskFull("join");
    const other = pair?.find((one) => one !== fingerprint);
    if (other === undefined) return await this.#host(name);
    if (!this.#hosts.has(name)) this.#requireMayBegin({ other, by: fingerprint });
    return await this.#host(name);
  }

  /**
   * Ends an earlier session of a person who is here again: his line may have been lost without the
   * server's noticing. After this nothing of it can be placed.
   */
  async #endEarlier(
    session: string,
    { fingerprint, connection }: { readonly fingerprint: string; readonly connection: RoomSession },
  ): Promise<void> {
    const text = "this person is here again: the earlier session ends";
    const error = new ChatError("CONNECTION", text);
    const earlier = this.#bySession.get(session);
    if (earlier === undefined || earlier.connection === connection) return;
    if (earlier.certificate?.fingerprint === fingerprint) {
      await earlier.connection.endForGood(error);
    }
  }

  /**
   * Somebody is in a room: of two, the other is told; and he himself of the rooms where somebody waits
   * for him.
   */
  #tellOfTwo(name: string, connection: RoomSession): void {
    const { peer } = connection;
    if (peer === undefined) return;
    const pair = membersOfDirectRoom(name);
    const other = pair?.find((one) => one !== peer.fingerprint);
    for (const { certificate, connection } of this.#members.values()) {
      if (certificate?.fingerprint === other) connection.invite(name, peer);
    }
    if (connection.rooms.length > 1) return;
    for (const [room, opening] of this.#hosts) {
      if (membersOfDirectRoom(room)?.includes(peer.fingerprint) !== true) continue;
      opening.then((host) => {
        const by = host.people().find(({ fingerprint }) => fingerprint !== peer.fingerprint);
        if (by !== undefined) connection.invite(room, by);
      }, () => undefined); // a room that cannot be opened has nobody in it
    }
  }

  /** Each room is a file: nobody makes many, or one for people who are not here. */
  #requireMayBegin({ other, by }: { readonly other: string; readonly by: string }): void {
    const isHere = [...this.#members.values()].some(({ certificate }) =>
      certificate?.fingerprint === other
    );
    if (!isHere) throw new ChatError("ROOM", "cannot join a room of two: the other is not here");
    const begun = this.#begun.get(by) ?? 0;
    if (begun >= DIRECT_ROOMS_MAX) {
      throw new ChatError("ROOM", `cannot begin more than ${DIRECT_ROOMS_MAX} rooms of two`);
    }
    this.#begun.set(by, begun + 1);
  }

  #tellDisk(isFull: boolean): void {
    if (this.#isStopping) return;
    this.#eachHost((host) => host.tellDisk(isFull));
  }

  /** Rooms that are open now or will be. */
  #eachHost(act: (host: RoomHost) => void): void {
    for (const opening of this.#hosts.values()) opening.then(act, () => undefined);
  }

  #host(room: string): Promise<RoomHost> {
    const known = this.#hosts.get(room);
    if (known !== undefined) return known;
    const { own, trust, newcomersSee, transcriptDir, now, onEvent, book, times } = this.#options;
    const opening = RoomHost.open({
      ...{ room, own, newcomersSee, transcriptDir, now, random: randomBytes },
      judge: keepVerdicts(chainJudge(trust), trust),
      disk: this.#disk,
      ...book && { book },
      ...times && { times },
      onWarning: (error) => onEvent({ kind: "room", room, error }),
    });
    this.#hosts.set(room, opening);
    opening.catch(() => this.#hosts.delete(room)); // when the disk has room again, so has the hall
    return opening;
  }
}

function warn(thrown: unknown): void {
  const { code, message } = asChatError(thrown);
  log.warn("room.trouble", "room: {code}: {reason}", { code, reason: message });
}
