/**
 * One client of protocol 2 at the server: handshake, sign-in, rooms, goodbye.
 *
 * @module
 */

import { concat } from "../bytes/concat.ts";
import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { SecureChannel } from "../protocol/v2/handshake.ts";
import { encodeMessage, type Message, parseMessage } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import { peerRefusal } from "../protocol/v2/peer_refusal.ts";
import { parseHead } from "../protocol/v2/head.ts";
import { parseStatement } from "../protocol/v2/statement.ts";
import { ServerHandshake } from "../protocol/v2/server_handshake.ts";
import { ROOMS_MAX } from "../protocol/v2/room_name.ts";
import { DISK_FULL_TEXT } from "./disk_watch.ts";
import type { MemberLink } from "./member.ts";
import { Pace } from "./pace.ts";
import { perSecond, Rate } from "./rate.ts";
import type { RoomHost } from "./room_host.ts";
import type { Present } from "./room_parts.ts";
import type { RoomSessionOptions } from "./room_session_options.ts";
import { SecureLink } from "./secure_link.ts";
import { signInSession } from "./session_sign_in.ts";
import { ShownPeople } from "./shown_people.ts";
import { Unflushed } from "./unflushed.ts";
import { closedEarly, gone } from "./lost.ts";
import { isRemoval } from "./revoked.ts";
import { within } from "./within.ts";

/** A session that is cut may still wait for a database or a disk: this long it is waited for, ms. */
const CUT_MS = 1_400;

/** A room that waits for its disk is not waited for longer at the end, ms. */
const RELEASE_MS = 1_000;

/** What one session may have under way to the disk, bytes: some records. */
const UNFLUSHED_MAX_BYTES = 262_144;

/** Heads, joins and names of lost sessions: a client makes two heads a minute in a room that is busy. */
const BESIDE_WORDS = perSecond(4, 256);

/** A room that the session is in. */
interface Joined {
  readonly host: RoomHost;
  readonly present: Present;
  readonly left: PromiseWithResolvers<void>;
  hasFinal: boolean;
}

/** What a client can be answered by. */
interface Conversation {
  readonly link: SecureLink;
  readonly channel: SecureChannel;
}

/** See the module. */
export class RoomSession implements MemberLink {
  readonly #options: RoomSessionOptions;
  readonly #rooms = new Map<string, Joined>();
  readonly #unflushed: Unflushed;
  readonly #pace: Pace;
  readonly #besideWords = new Rate();
  readonly #people = new ShownPeople({
    send: (object) => this.#link?.send(object),
    peopleOf: (room) => this.#rooms.get(room)?.host.people() ?? [],
  });
  readonly #ended = Promise.withResolvers<void>();
  /** Rejects when the session is ended from outside, whatever it waits for. */
  readonly #broken = Promise.withResolvers<never>();
  readonly #released = Promise.withResolvers<void>();
  #link: SecureLink | undefined;
  #channel: Pick<SecureChannel, "session" | "peer"> | undefined;
  #error: ChatError | undefined;
  /** The other side said why it ends: there is nobody to tell. */
  #isTold = false;
  #isLeaving = false;
  #hasEnded = false;
  /** Why the operator ends it. */
  #removal: ChatError | undefined;

  /** @param options What it is made of. */
  constructor(options: RoomSessionOptions) {
    this.#options = options;
    const onFailure = (error: ChatError) => this.#fail(error);
    this.#unflushed = new Unflushed({ maxBytes: UNFLUSHED_MAX_BYTES, onFailure });
    this.#pace = new Pace(options.limits);
    this.#broken.promise.catch(() => undefined); // whoever waits is told
  }

  /** The session's name, once the handshake is done. */
  get name(): string | undefined {
    return this.#channel?.session;
  }

  /** Whose it is, once the handshake is done. */
  get peer(): PeerIdentity | undefined {
    return this.#channel?.peer;
  }

  /** Whether it is in a room and can be heard. */
  get isOpen(): boolean {
    return this.#rooms.size > 0 && !this.#isLeaving && !this.#hasEnded;
  }

  /** Names of the rooms that it is in. */
  get rooms(): readonly string[] {
    return [...this.#rooms].flatMap(([name, { hasFinal }]) => hasFinal ? [] : [name]);
  }

  /** Serves the client until its socket is closed. Never throws. */
  async run(): Promise<void> {
    const { stream } = this.#options;
    try {
      const channel = await this.#shakeHands();
      if (channel !== undefined) await this.#serve(channel);
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    this.#error ??= this.#removal;
    this.#hasEnded = true;
    this.#people[Symbol.dispose]();
    await this.#releaseAll();
    if (this.#link === undefined) await stream.close();
    else await this.#link.close(this.#isTold ? undefined : this.#error);
    const error = this.#error;
    this.#options.onEvent(error === undefined ? { kind: "ended" } : { kind: "ended", error });
    this.#ended.resolve();
  }

  async #releaseAll(): Promise<void> {
    const kind = isRemoval(this.#error) ? "remove" : "leave";
    const rooms = [...this.#rooms.values()];
    const releases = rooms.map(({ host, present }) => host.release(present, kind));
    const released = Promise.allSettled(releases); // rooms tell of their failures themselves
    void released.then(() => this.#released.resolve());
    await within(released, RELEASE_MS);
    for (const { left } of rooms) left.resolve();
  }

  /**
   * Tells of a room of two that the other one is in.
   *
   * @param room Its name.
   * @param by The other one.
   */
  invite(room: string, by: PeerIdentity): void {
    if (!this.isOpen || this.#rooms.has(room)) return;
    this.#people.show(by);
    this.#link?.send(encodeMessage({ type: "invite", by: by.fingerprint, room }));
  }

  /** Ends at once, and waits until nothing of it can be placed any more. */
  async endForGood(error: ChatError): Promise<void> {
    this.#fail(error);
    await this.#released.promise;
  }

  /** See {@link MemberLink}. */
  async remove(error: ChatError): Promise<void> {
    this.#removal = error;
    await this.#sayGoodbye("remove");
    this.#fail(error);
    await this.#ended.promise;
  }

  /** Ends every room with our final head, and waits for the client's. */
  async leave(): Promise<void> {
    await this.#sayGoodbye("leave");
    this.#options.stream.fail(new ChatError("CONNECTION", "the server stops"));
    await within(this.#ended.promise, CUT_MS);
  }

  async #sayGoodbye(kind: "leave" | "remove"): Promise<void> {
    this.#isLeaving = true;
    const goodbyes = [...this.#rooms.values()].map(async ({ host, present, left }) => {
      await host.release(present, kind);
      await left.promise;
    });
    await within(Promise.all(goodbyes), this.#options.limits.receiptMs);
  }

  /** Ends at once. */
  async abort(error: ChatError): Promise<void> {
    this.#fail(error);
    await this.#ended.promise;
  }

  #fail(error: ChatError): void {
    this.#error ??= error;
    this.#options.stream.fail(error);
    this.#unflushed.fail(error);
    this.#broken.reject(error);
  }

  async #shakeHands(): Promise<SecureChannel | undefined> {
    const { own, trust, signIn, stream, limits, now } = this.#options;
    const handshake = new ServerHandshake({ own, trust, signIn });
    let body: Uint8Array<ArrayBuffer> | undefined = this.#options.first;
    for (;;) {
      const step = await handshake.take(body, now());
      if (step.send.length > 0) void stream.write(concat(...step.send));
      if (step.kind === "failed") throw this.#toldAlready(step.error);
      if (step.kind === "done") return step.channel;
      this.#tell({ kind: "phase", phase: 1, text: "keys agreed (ML-KEM-768 and X25519)" });
      const expected = { maxBytes: HANDSHAKE_BODY_MAX_BYTES, what: "a step of the handshake" };
      body = await stream.next({ ...expected, withinMs: limits.stepMs });
      if (body === undefined) throw gone("in its handshake");
    }
  }

  /** The machine has told the other side what it may know. */
  #toldAlready(error: ChatError): ChatError {
    this.#error = error;
    return error;
  }

  async #serve(channel: SecureChannel): Promise<void> {
    const link = new SecureLink({ stream: this.#options.stream, channel });
    this.#link = link; // from here on the client is told why it is refused
    this.#channel = channel;
    this.#tell({ kind: "phase", phase: 2, text: "certificates, and proof of their keys" });
    this.#tell({ kind: "peer", certificate: channel.peer.leaf });
    await signInSession(link, channel, {
      ...this.#options,
      onEvent: (event) => this.#tell(event),
      told: (status) => this.#told(status),
    });
    for (;;) {
      const objects = await link.next();
      if (objects === undefined) {
        await this.#unflushed.all();
        return this.#lost();
      }
      for (const object of objects) {
        if (this.#error !== undefined) throw this.#error; // ended from outside, in the middle of a record
        const taken = await this.#take(object, { link, channel });
        if (taken !== undefined) this.#unflushed.add(taken.flushed, object.length);
      }
      await this.#unflushed.room();
      const isOver = this.#rooms.size > 0 && [...this.#rooms.values()].every((one) => one.hasFinal);
      if (!isOver) continue;
      await this.#unflushed.all();
      return this.#tell({ kind: "phase", phase: 6, text: "final heads of both sides" });
    }
  }

  /** Takes one object; gives what must be on the disk before too much more is read. */
  async #take(
    object: Uint8Array,
    { link, channel }: Conversation,
  ): Promise<{ readonly flushed: Promise<void> } | undefined> {
    const message = parseMessage(object, [
      ...["msg", "head", "join", "leave", "who", "gone", "ping", "status"] as const,
    ]);
    switch (message.type) {
      case "status":
        throw this.#told(message);
      case "ping":
        return undefined;
      case "msg": {
        const statement = parseStatement(message.stmt);
        const { room, text, ts, seq } = statement;
        const { host, present } = this.#roomOf(room);
        const pace = () => this.#pace.limitOf(`${room} ${seq}`, message.stmt.length);
        const { flushed } = await host.take(present, message, statement, pace);
        if (flushed === undefined) return undefined;
        const said = { author: "peer", seqno: seq, ts, text, name: channel.peer.name } as const;
        return { flushed: flushed.then(() => this.#tell({ kind: "said", ...said, room })) };
      }
      case "head": {
        this.#requireSeldom("head");
        const joined = this.#roomOf(parseHead(message.head).room);
        const { isFinal, flushed } = joined.host.takeHead(joined.present, message);
        if (isFinal) {
          joined.hasFinal = true;
          joined.left.resolve();
        }
        return { flushed };
      }
      case "join":
        this.#requireSeldom("join");
        await this.#join(message, { link, channel });
        return undefined;
      case "gone":
        this.#requireSeldom("gone");
        await this.#options.endEarlier(message.session, channel.peer.fingerprint);
        return undefined;
      case "who":
        this.#roomOf(message.room);
        this.#people.ask(message.room);
        return undefined;
      case "leave": {
        const { host, present } = this.#roomOf(message.room);
        await this.#unflushed.all(); // what was said before it comes back before our final head
        await Promise.race([host.release(present, "leave"), this.#broken.promise]);
        return undefined;
      }
    }
  }

  /** Each costs the server a signature or a line on its disk, and words have limits of their own. */
  #requireSeldom(type: Message["type"]): void {
    const nowMs = performance.now();
    if (this.#besideWords.waitMs(nowMs, BESIDE_WORDS) > 0) {
      const told = `too many messages "${type}": 4 a second, and 256 at once`;
      throw new ChatError("LIMIT", `cannot go on: ${told}`, { told });
    }
    this.#besideWords.take(nowMs, BESIDE_WORDS);
  }

  /** PROTOCOL-2 §1: whoever refuses says so first. */
  #told(status: Message<"status">): ChatError {
    this.#isTold = true;
    return peerRefusal(status, "CONNECTION");
  }

  #roomOf(room: string): Joined {
    const joined = this.#rooms.get(room);
    if (joined !== undefined) return joined;
    throw new ChatError("HANDSHAKE", `cannot speak in room "${printable(room)}": not joined`);
  }

  async #join({ room, want }: Message<"join">, { link, channel }: Conversation): Promise<void> {
    if (this.#removal !== undefined) throw this.#removal;
    if (this.#rooms.has(room) || this.#rooms.size >= ROOMS_MAX) {
      throw new ChatError("ROOM", `cannot join: each room once, and at most ${ROOMS_MAX} rooms`);
    }
    const entered = await this.#enter({ room, want }, { link, channel });
    if (entered === undefined) return;
    const { host, present } = entered;
    this.#rooms.set(room, { host, present, left: Promise.withResolvers(), hasFinal: false });
    this.#options.onJoined(room);
    this.#tell({ kind: "phase", phase: 4, text: `room ${room}` });
    if (this.#rooms.size === 1) {
      this.#tell({ kind: "phase", phase: 5, text: "chat, every statement signed" });
    }
  }

  /**
   * Where that takes long, whoever is ended meanwhile does not stay in the room. A client that is in
   * other rooms stays there when this one is refused.
   */
  async #enter(
    { room, want }: Pick<Message<"join">, "room" | "want">,
    { link, channel: { peer, session } }: Conversation,
  ): Promise<Pick<Joined, "host" | "present"> | undefined> {
    try {
      const host = await this.#options.roomOf(room, peer.fingerprint);
      const abort = (error: ChatError) => this.#fail(error);
      const joining = host.join({ link, peer, session, want, shown: this.#people.shown, abort });
      return { host, present: await this.#unlessEnded(joining, host) };
    } catch (thrown) {
      const error = asChatError(thrown);
      const isBusy = error.code === "BUSY";
      if (this.#rooms.size > 0 && (isBusy || error.code === "ROOM") && this.#error === undefined) {
        const message = isBusy ? DISK_FULL_TEXT : error.message;
        link.send(encodeMessage({ type: "not_joined", code: error.code, message, room }));
        return undefined;
      }
      if (isBusy) this.#tellBusy(link);
      throw thrown;
    }
  }

  async #unlessEnded(joining: Promise<Present>, host: RoomHost): Promise<Present> {
    try {
      return await Promise.race([joining, this.#broken.promise]);
    } catch (thrown) {
      joining.then((late) => host.release(late, "leave")).catch(() => undefined); // it tells itself
      throw thrown;
    }
  }

  /** That the disk is full is no secret: whoever knows waits, and looks for no fault of his own. */
  #tellBusy(link: SecureLink): void {
    link.send(encodeMessage({ type: "status", status: "BUSY", message: DISK_FULL_TEXT }));
    this.#isTold = true;
  }

  #lost(): void {
    const isOver = [...this.#rooms.values()].every((one) => one.hasFinal);
    if (this.#rooms.size === 0) throw gone("before it was in a room");
    if (isOver) return;
    throw closedEarly("before the last word of both sides");
  }

  #tell(event: SessionEvent): void {
    const error = this.#options.onEvent(event);
    if (error !== undefined) throw error;
  }
}
