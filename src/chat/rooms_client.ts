/**
 * A client of protocol 2 that is in several rooms, and comes back by itself when the line is lost.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { SessionEvent, SignIn } from "../protocol/session.ts";
import {
  directRoomName,
  isRoomName,
  membersOfDirectRoom,
  ROOMS_MAX,
} from "../protocol/v2/room_name.ts";
import { KeptRoom, type OwnText, WANT_BACK } from "./kept_room.ts";
import { isPassing, returnDelayMs } from "./return_delay.ts";
import type { RoomClient, WantedRoom } from "./room_client.ts";
import { Pause } from "./pause.ts";
import { People } from "./people.ts";
import type { RoomsClientOptions, RoomsDial } from "./rooms_client_parts.ts";
import type { Person, Rooms, RoomsEvent, RoomState } from "./rooms_event.ts";

/** See the module. */
export class RoomsClient implements Rooms {
  readonly #options: RoomsClientOptions;
  readonly #rooms = new Map<string, KeptRoom>();
  readonly #people = new People();
  readonly #pause = new Pause();
  #client: RoomClient | undefined;
  #signIn: SignIn | undefined;
  #fault: ChatError | undefined;
  #hasBeenOnline = false;
  #isLeaving = false;
  /** A room is wanted that this connection cannot join any more. */
  #isRenewing = false;
  #lastId = 0;
  #tries = 0;
  #wake = Promise.withResolvers<void>();

  /** @param options Who, where, and who is told. */
  constructor(options: RoomsClientOptions) {
    this.#options = options;
    for (const { room, want } of options.rooms) this.#rooms.set(room, new KeptRoom(room, want));
  }

  /** See {@link Rooms}. */
  get self(): Person {
    return this.#options.self;
  }

  /** See {@link Rooms}. */
  get isOnline(): boolean {
    return this.#client?.isSignedIn === true;
  }

  /** See {@link Rooms}. */
  rooms(): readonly RoomState[] {
    return [...this.#rooms.values()].filter(({ wasJoined }) => wasJoined)
      .map(({ state }) => state);
  }

  /** See {@link Rooms}. */
  people(): readonly Person[] {
    return this.#people.all();
  }

  /** See {@link Rooms}. */
  directWith(fingerprint: string): string {
    return directRoomName(this.self.fingerprint, fingerprint);
  }

  /** See {@link Rooms}. */
  join(room: string, want: number): void {
    if (!isRoomName(room)) {
      throw new ChatError("ROOM", `cannot join "${printable(room)}": not the name of a room`);
    }
    if (this.#rooms.get(room)?.isJoined === true) return;
    if (!this.#rooms.has(room) && this.#rooms.size >= ROOMS_MAX) {
      throw new ChatError("ROOM", `cannot join more than ${ROOMS_MAX} rooms`);
    }
    if (!this.#rooms.has(room)) this.#rooms.set(room, new KeptRoom(room, want));
    if (!this.isOnline) return; // joined with the others
    if (this.#client?.stays.has(room) === true) return this.#renew();
    this.#client?.join({ room, want });
  }

  /** See {@link Rooms}. */
  part(room: string): void {
    const kept = this.#kept(room);
    const staying = [...this.#rooms.values()].filter((one) => !one.isLeaving);
    if (staying.length === 1 && staying[0] === kept) {
      throw new ChatError("ROOM", `cannot leave "${printable(room)}": it is the only room`, {
        hint: "end the session instead",
      });
    }
    if (kept.isJoined) return void kept.leave().catch(() => undefined); // a lost line tells itself
    void this.#forget(kept).catch(() => undefined);
  }

  /** See {@link Rooms}. */
  say(room: string, text: string): number {
    const id = this.#lastId + 1;
    this.#kept(room).say({ id, text });
    return this.#lastId = id;
  }

  /** See {@link Rooms}. */
  who(room: string): void {
    this.#kept(room);
    this.#client?.who(room);
  }

  /**
   * Gives the person's choice; only after "sign_in_wanted". It is used again after a loss.
   *
   * @param request Register, or log in.
   */
  async signIn(request: SignIn): Promise<void> {
    this.#signIn = { mode: "login", email: request.email, password: request.password };
    await this.#client?.signIn(request);
  }

  /** Whether it ends, or has. */
  get hasEnded(): boolean {
    return this.#isLeaving;
  }

  /** Waits for the next event. */
  changed(): Promise<void> {
    return this.#wake.promise;
  }

  /** See {@link Rooms}. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#pause.end();
    await this.#client?.leave();
  }

  /**
   * Ends from this side for a reason.
   *
   * @param error What "ended" tells.
   */
  async giveUp(error: ChatError): Promise<void> {
    this.#fault ??= error;
    await this.leave();
  }

  /** Connects and stays until this side leaves or an end is final, which "ended" tells. Never throws. */
  async run(): Promise<void> {
    for (;;) {
      const error = await this.#connect();
      const isOver = this.#hasToEnd;
      const isLost = this.#hasBeenOnline && isPassing(error?.code);
      const mayReturn = isPassing(error?.code) && this.#isRenewing ||
        this.#options.returns && isLost;
      if (isOver || !mayReturn) {
        return await this.#end(isOver && isQuiet(error) ? undefined : error);
      }
      await this.#wait(error);
      if (this.#hasToEnd) return await this.#end(undefined);
    }
  }

  get #hasToEnd(): boolean {
    return this.#isLeaving || this.#options.signal.aborted;
  }

  async #connect(): Promise<ChatError | undefined> {
    this.#tries++;
    await this.#tell({ kind: "connecting", tries: this.#tries });
    const ended: { error?: ChatError } = {};
    try {
      const wanted = this.#wanted();
      const client = await this.#options.dial({
        ...wanted,
        onEvent: async (event) => {
          if (event.kind === "signed_in") this.#joinLate(client, wanted);
          if (event.kind !== "ended") return await this.#react(client, event);
          if (event.error !== undefined) ended.error = event.error;
        },
      });
      this.#client = client;
      if (this.#isLeaving) void client.leave();
      await client.run();
      this.#client = undefined;
      for (const kept of [...this.#rooms.values()]) {
        kept.lost(client.session ?? "");
        if (kept.isLeaving && this.#rooms.size > 1) await this.#forget(kept);
      }
    } catch (thrown) {
      if (!this.#options.signal.aborted) ended.error = asChatError(thrown);
    }
    return ended.error;
  }

  /** Rooms of the list come first: a server that refuses the first ends the session. */
  #wanted(): Omit<RoomsDial, "onEvent"> {
    const isDirect = ({ room }: WantedRoom) => membersOfDirectRoom(room) !== undefined;
    const all = [...this.#rooms.values()].map(({ wanted }) => wanted)
      .sort((a, b) => Number(isDirect(a)) - Number(isDirect(b)));
    const [first, ...more] = all;
    if (first === undefined) throw new ChatError("ROOM", "cannot connect: no room is wanted");
    const after = new Set([...this.#rooms.values()].flatMap(({ sessions }) => sessions));
    return { ...first, more, after: [...after] };
  }

  /** Rooms that were asked for while this connection was being made. */
  #joinLate(client: RoomClient, { room, more }: Omit<RoomsDial, "onEvent">): void {
    const asked = new Set([room, ...more.map((one) => one.room)]);
    for (const kept of this.#rooms.values()) if (!asked.has(kept.room)) client.join(kept.wanted);
  }

  async #forget(kept: KeptRoom): Promise<void> {
    this.#rooms.delete(kept.room);
    await this.#tellFates(kept);
  }

  async #wait(error: ChatError | undefined): Promise<void> {
    if (this.#isRenewing) {
      this.#isRenewing = false;
      return;
    }
    const retryMs = returnDelayMs(this.#tries + 1, this.#options.random());
    const lost = error ?? new ChatError("CONNECTION", "the server has ended the session in order");
    await this.#tell({ kind: "lost", error: lost, retryMs });
    if (!this.#isLeaving) await this.#pause.wait(retryMs, this.#options.signal);
  }

  /** A session joins a room once: to be in it again takes another session. */
  #renew(): void {
    this.#isRenewing = true;
    void this.#client?.leave();
  }

  async #end(found: ChatError | undefined): Promise<void> {
    const error = this.#fault ?? found;
    this.#isLeaving = true;
    for (const kept of [...this.#rooms.values()]) await this.#tellFates(kept);
    await this.#tell(error === undefined ? { kind: "ended" } : { kind: "ended", error });
  }

  async #react(client: RoomClient, event: SessionEvent): Promise<void> {
    switch (event.kind) {
      case "peer":
        return await this.#tell({ kind: "server", certificate: event.certificate });
      case "phase":
      case "explained":
        return await this.#tell(event);
      case "sign_in_wanted":
        if (this.#signIn === undefined) return await this.#tell(event);
        return await client.signIn(this.#signIn);
      case "signed_in":
        this.#hasBeenOnline = true;
        return await this.#tell(event);
      case "entered":
        return await this.#entered(client, event.room);
      case "not_entered":
        return await this.#notEntered(event);
      case "said":
      case "presence":
        return await this.#entry(client, event);
      case "signed":
        this.#rooms.get(event.room)?.signed(event.by, event.size);
        return await this.#tell(event);
      case "members": {
        const { room, more } = event;
        const members = event.members.map((one) => this.#person(client, one));
        return await this.#tell({ kind: "members", room, members, more });
      }
      case "invited": {
        const { room, fingerprint } = event;
        const kept = this.#rooms.get(room);
        if (kept?.wasJoined === true && !kept.isJoined) return this.join(room, WANT_BACK);
        return await this.#tell({ kind: "invited", room, by: this.#person(client, fingerprint) });
      }
      case "parted":
        return await this.#parted(client, event);
      case "waiting": {
        const { room = "" } = event;
        return await this.#tell({ ...event, room });
      }
      case "disk":
        if (event.error === undefined) {
          for (const kept of this.#rooms.values()) {
            kept.sayQueued();
          }
        }
        return await this.#tell(event);
      case "refused":
        return await this.#tell(event);
    }
  }

  async #entered(client: RoomClient, room: string): Promise<void> {
    const stay = client.stays.get(room);
    const kept = this.#rooms.get(room);
    if (stay === undefined) return;
    if (kept === undefined) return void stay.leave().catch(() => undefined); // not wanted any more
    this.#tries = 0;
    const isBack = kept.entered(stay);
    const { log, joinedHead: { from, size } } = stay;
    await this.#tell({ kind: "entered", room, log, from, size, isBack });
    await this.#settle(kept);
  }

  async #notEntered(
    { room, error }: Extract<SessionEvent, { kind: "not_entered" }>,
  ): Promise<void> {
    // A room of two that was joined before is joined again when the other one is back.
    if (this.#rooms.get(room)?.wasJoined !== true) this.#rooms.delete(room);
    await this.#tell({ kind: "not_entered", room, error });
  }

  async #entry(
    client: RoomClient,
    event: Extract<SessionEvent, { kind: "said" | "presence" }>,
  ): Promise<void> {
    const kept = this.#rooms.get(event.room ?? "");
    if (kept === undefined) return;
    const index = event.kind === "said" ? event.seqno : event.index;
    const { isHistory = false, ts, fingerprint = "" } = event;
    const isNew = kept.isNew(index);
    const who = this.#person(client, fingerprint);
    const isOwn = fingerprint === this.self.fingerprint;
    const placed = { room: kept.room, index, ts, isHistory };
    const isNotice = event.kind === "said" && event.from === undefined;
    if (event.kind === "presence") {
      if (isNew) {
        await this.#tell({ kind: "presence", ...placed, change: event.change, who, isOwn });
      }
    } else if (isNotice) {
      if (isNew) await this.#tell({ kind: "notice", ...placed, text: event.text });
    } else {
      const id = event.id ?? (isOwn && event.from ? kept.found(event.from) : undefined);
      const said = { kind: "said", ...placed, author: who, isOwn, text: event.text } as const;
      if (id !== undefined) await this.#tell({ ...said, id });
      else if (isNew) await this.#tell(said);
    }
    await this.#settle(kept);
  }

  async #settle(kept: KeptRoom): Promise<void> {
    const settled = kept.settle();
    if (settled === undefined) return;
    await this.#tellUnsent(kept.room, settled.unknown, "unknown");
  }

  async #parted(
    client: RoomClient,
    { room, size }: Extract<SessionEvent, { kind: "parted" }>,
  ): Promise<void> {
    const kept = this.#rooms.get(room);
    const isWish = kept?.isLeaving === true;
    if (isWish) this.#rooms.delete(room);
    await this.#tell({ kind: "parted", room, size });
    if (kept === undefined || !isWish) return; // an end of the session: it may be joined again
    kept.lost(client.session ?? "");
    await this.#tellFates(kept);
  }

  async #tellFates(kept: KeptRoom): Promise<void> {
    const { unsent, unknown } = kept.end();
    await this.#tellUnsent(kept.room, unsent, "not sent");
    await this.#tellUnsent(kept.room, unknown, "unknown");
  }

  async #tellUnsent(
    room: string,
    words: readonly OwnText[],
    fate: "not sent" | "unknown",
  ): Promise<void> {
    for (const { id, text } of words) await this.#tell({ kind: "unsent", room, id, text, fate });
  }

  #person(client: RoomClient, fingerprint: string): Person {
    return this.#people.person(fingerprint, client.nameOf(fingerprint));
  }

  #kept(room: string): KeptRoom {
    const kept = this.#rooms.get(room);
    if (kept !== undefined) return kept;
    throw new ChatError("ROOM", `cannot do that in "${printable(room)}": not joined`, {
      hint: "join it first",
    });
  }

  async #tell(event: RoomsEvent): Promise<void> {
    await this.#options.onEvent(event);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** What comes of this side's own wish to go is no fault. */
function isQuiet(error: ChatError | undefined): boolean {
  return error === undefined || error.code === "CONNECTION" || error.code === "TRUNCATED";
}
