/**
 * One connection of a client of protocol 2: it proves who it is, signs in, and is in rooms.
 *
 * What is received is checked, written to the room's transcript and only then shown.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import { concat } from "../bytes/concat.ts";
import { printable } from "../bytes/printable.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import type { SessionEvent, SignIn } from "../protocol/session.ts";
import { Authors } from "../protocol/v2/authors.ts";
import { chainJudge, keepVerdicts } from "../protocol/v2/chain_judge.ts";
import { ClientHandshake } from "../protocol/v2/client_handshake.ts";
import type { OwnIdentity, SecureChannel } from "../protocol/v2/handshake.ts";
import { encodeMessage, type Message } from "../protocol/v2/messages.ts";
import { peerRefusal } from "../protocol/v2/peer_refusal.ts";
import type { ChatConnection } from "./chat_connection.ts";
import { requireNoRemoval } from "./parting_reason.ts";
import { RoomInbox } from "./room_inbox.ts";
import { RoomStay } from "./room_stay.ts";
import { FrameStream } from "./frame_stream.ts";
import { closedEarly, gone } from "./lost.ts";
import { unasked } from "./unasked.ts";
import type { Limits } from "./limits.ts";
import { SecureLink } from "./secure_link.ts";
import { within } from "./within.ts";

/** The other side's final head is waited for, ms. */
const FINAL_MS = 3_000;

/** A room that is wanted. */
export interface WantedRoom {
  readonly room: string;
  /** How many past entries are wanted. */
  readonly want: number;
}

/** What a client is made of. */
export interface RoomClientOptions extends WantedRoom {
  readonly conn: Deno.TcpConn;
  readonly own: OwnIdentity;
  readonly trust: Trust;
  readonly serverName: string;
  /** Rooms that are joined after the first one. */
  readonly more?: readonly WantedRoom[];
  /** Earlier sessions of this side, which the server ends before this one joins. */
  readonly after?: readonly string[];
  readonly transcriptDir: string;
  readonly limits: Limits;
  /** Tell each message of the handshake. */
  readonly explain: boolean;
  now(): number;
  /** Told of every event, in order. */
  onEvent(event: SessionEvent): Promise<unknown> | void;
}

/** What the server is answered by. */
interface Conversation {
  readonly link: SecureLink;
  readonly channel: SecureChannel;
  readonly authors: Authors;
}

/** See the module. */
export class RoomClient implements ChatConnection {
  readonly #options: RoomClientOptions;
  readonly #stream: FrameStream;
  readonly #finished = Promise.withResolvers<void>();
  #conversation: Conversation | undefined;
  /** Rooms that were joined, in order. */
  readonly #stays = new Map<string, RoomStay>();
  /** Rooms that were asked for and not answered. */
  readonly #asked = new Map<string, WantedRoom>();
  #signIn: SignIn | undefined;
  #isSignedIn = false;
  #error: ChatError | undefined;
  /** What ended the connection and is of no room, as it came. */
  #lie: Uint8Array | undefined;
  #isLeaving = false;
  #hasEnded = false;

  /** @param options Socket, identity, trust, rooms and who is told. */
  constructor(options: RoomClientOptions) {
    this.#options = options;
    this.#stream = new FrameStream(options.conn, options.limits);
  }

  /** The session's name, once the handshake is done. */
  get session(): string | undefined {
    return this.#conversation?.channel.session;
  }

  /** Rooms that were joined, in order, those that were left among them. */
  get stays(): ReadonlyMap<string, RoomStay> {
    return this.#stays;
  }

  /** Whether more rooms can be joined, and those that there are be left. */
  get isSignedIn(): boolean {
    return this.#isSignedIn && !this.#isLeaving && !this.#hasEnded;
  }

  /** See {@link ChatConnection}. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#hasEnded && this.#some((stay) => stay.isOpen);
  }

  /** See {@link ChatConnection}. */
  get waitingTexts(): number {
    return [...this.#stays.values()].reduce((sum, stay) => sum + stay.waitingTexts, 0);
  }

  /** See {@link ChatConnection}. */
  get unsentTexts(): number {
    return this.#hasEnded ? this.waitingTexts : 0;
  }

  /** See {@link ChatConnection}. */
  get stalled(): Promise<void> | undefined {
    return this.#first?.stalled;
  }

  /** See {@link ChatConnection}. */
  get transcriptPath(): string | undefined {
    return this.#first?.path;
  }

  get #first(): RoomStay | undefined {
    return this.#stays.values().next().value;
  }

  #some(is: (stay: RoomStay) => boolean): boolean {
    return [...this.#stays.values()].some(is);
  }

  /** See {@link ChatConnection}. */
  async run(): Promise<void> {
    try {
      const channel = await this.#shakeHands();
      const link = new SecureLink({ stream: this.#stream, channel });
      const { trust } = this.#options;
      const judge = keepVerdicts(chainJudge(() => trust), () => trust);
      const authors = new Authors({ server: channel.peer, judge });
      this.#conversation = { link, channel, authors };
      await this.#converse(this.#conversation);
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    const error = this.#error;
    for (const stay of this.#stays.values()) {
      try {
        await stay.end(error, this.#lie);
      } catch (thrown) {
        this.#error ??= asChatError(thrown);
      }
    }
    const { link } = this.#conversation ?? {};
    if (link === undefined) await this.#stream.close();
    else await link.close(error !== undefined && isOurs(error) ? error : undefined);
    await this.#tell(
      this.#error === undefined ? { kind: "ended" } : { kind: "ended", error: this.#error },
    );
    this.#finished.resolve();
  }

  /** See {@link ChatConnection}. */
  async signIn(request: SignIn): Promise<void> {
    this.#signIn = request;
    const { email, password } = request;
    const { link } = this.#conversation ?? {};
    link?.send(encodeMessage({ type: request.mode, email, password }));
    await link?.sent();
  }

  /** See {@link ChatConnection}: in the first room. */
  say(text: string): void {
    if (!this.isOpen) throw new ChatError("CONNECTION", "cannot send: the chat is not open");
    this.#first?.say(text);
  }

  /**
   * Joins one more room, unless that is asked already; "entered" or "not_entered" is the answer.
   *
   * @param wanted Which.
   * @throws {ChatError} CONNECTION before signing in; ROOM for one that was joined in this session.
   */
  join(wanted: WantedRoom): void {
    if (!this.isSignedIn) throw new ChatError("CONNECTION", "cannot join: not signed in");
    const { room, want } = wanted;
    if (this.#asked.has(room)) return;
    if (this.#stays.has(room)) {
      throw new ChatError("ROOM", `cannot join "${printable(room)}" twice in one session`);
    }
    this.#asked.set(room, wanted);
    this.#conversation?.link.send(encodeMessage({ type: "join", room, want }));
  }

  /** Asks who is in a room that this side is in. */
  who(room: string): void {
    if (this.#stays.get(room)?.isOpen !== true) {
      throw new ChatError("ROOM", `cannot ask who is in "${printable(room)}": not joined`);
    }
    this.#conversation?.link.send(encodeMessage({ type: "who", room }));
  }

  /**
   * Who somebody is.
   *
   * @param fingerprint Of the leaf.
   * @returns The name; nothing for who was not shown.
   */
  nameOf(fingerprint: string): string | undefined {
    return this.#conversation?.authors.find(fingerprint)?.name;
  }

  /** See {@link ChatConnection}. */
  async said(): Promise<void> {
    const waiting = [...this.#stays.values()].map((stay) => stay.said());
    await Promise.race([Promise.all(waiting), this.#finished.promise]);
  }

  /** See {@link ChatConnection}. */
  async leave(): Promise<void> {
    if (this.#stays.size === 0) {
      this.#isLeaving = true;
      this.#stream.fail(LEFT);
      return await this.#finished.promise;
    }
    const stays = [...this.#stays.values()];
    for (const stay of stays) stay.hurry();
    await within(Promise.race([this.said(), this.#finished.promise]), FINAL_MS);
    this.#isLeaving = true;
    await Promise.all(stays.map((stay) => stay.leave()));
    if (!await within(this.#finished.promise, FINAL_MS)) {
      this.#stream.fail(new ChatError("TIMEOUT", "cannot wait for the server's final head"));
    }
    await this.#finished.promise;
  }

  async #shakeHands(): Promise<SecureChannel> {
    const { own, trust, serverName, limits, now } = this.#options;
    const { machine, step: first } = await ClientHandshake.start({ own, trust, serverName });
    let step = first;
    for (;;) {
      if (step.send.length > 0) void this.#stream.write(concat(...step.send));
      if (this.#options.explain) {
        for (const note of step.notes) await this.#tell({ kind: "explained", note });
      }
      if (step.kind === "failed") throw step.error;
      if (step.kind === "done") break;
      const expected = { maxBytes: HANDSHAKE_BODY_MAX_BYTES, what: "a step of the handshake" };
      const body = await this.#stream.next({ ...expected, withinMs: limits.stepMs });
      if (body === undefined) throw gone("in the handshake");
      step = await machine.take(body, now());
    }
    await this.#tell({ kind: "phase", phase: 1, text: "keys agreed (ML-KEM-768 and X25519)" });
    await this.#tell({ kind: "phase", phase: 2, text: "certificates, and proof of their keys" });
    await this.#tell({ kind: "peer", certificate: step.channel.peer.leaf });
    return step.channel;
  }

  async #converse(conversation: Conversation): Promise<void> {
    const { link, channel } = conversation;
    if (channel.signIn === "password") await this.#tell({ kind: "sign_in_wanted" });
    else await this.#signedIn({ email: "", username: this.#options.own.name }, link);
    const inbox = new RoomInbox({
      stays: this.#stays,
      onOther: (message) => this.#takeMessage(message, conversation),
      onLie: (object) => this.#lie ??= object,
      onParted: (stay) => this.#parted(stay),
    });
    for (;;) {
      const objects = await link.next();
      if (objects === undefined && this.#stays.size === 0) throw gone("before the chat was open");
      if (objects === undefined) throw closedEarly("before the last word of both sides");
      await inbox.take(objects);
      const isOver = this.#stays.size > 0 && !this.#some((stay) => !stay.hasParted);
      if (!isOver || this.#asked.size > 0 && !this.#isLeaving) continue;
      return this.#isLeaving ? undefined : await requireNoRemoval(link, FINAL_MS);
    }
  }

  async #parted(stay: RoomStay): Promise<void> {
    const { room } = stay.joinedHead;
    await this.#tell({ kind: "parted", room, size: stay.size });
    if (this.#some((one) => !one.hasParted)) await stay.end(undefined);
  }

  async #takeMessage(message: Message, conversation: Conversation): Promise<void> {
    const { authors, link } = conversation;
    switch (message.type) {
      case "ping":
        return;
      case "peer":
        await authors.take(message.chain, this.#options.now());
        return; // written before the first line that needs it, in whatever room that is
      case "joined":
        return await this.#joined(message, conversation);
      case "not_joined":
        return await this.#notJoined(message);
      case "members": {
        const { room, members, more } = message;
        return await this.#tell({ kind: "members", room, members, more });
      }
      case "invite": {
        const { room, by } = message;
        const name = authors.find(by)?.name;
        // One whose chain was not shown is nobody that one can talk to.
        if (name !== undefined) await this.#tell({ kind: "invited", room, name, fingerprint: by });
        return;
      }
      case "status": {
        if (this.#stays.size > 0) throw peerRefusal(message, "CONNECTION");
        if (message.status !== "OK") throw peerRefusal(message, "SIGN_IN");
        const request = this.#signIn;
        if (request === undefined) throw unasked();
        this.#signIn = undefined;
        return await this.#signedIn(
          { email: request.email, username: this.#options.own.name },
          link,
        );
      }
      default:
        throw unasked();
    }
  }

  async #signedIn(
    account: { readonly email: string; readonly username: string },
    link: SecureLink,
  ): Promise<void> {
    await this.#tell({ kind: "signed_in", ...account });
    await this.#tell({ kind: "phase", phase: 3, text: "signed in" });
    const { room, want, more = [], after = [] } = this.#options;
    this.#isSignedIn = true;
    for (const session of after) link.send(encodeMessage({ type: "gone", session }));
    for (const wanted of [{ room, want }, ...more]) this.join(wanted);
  }

  /** The server answers joins in their order. */
  async #joined(message: Message<"joined">, conversation: Conversation): Promise<void> {
    const { link, channel, authors } = conversation;
    const { own, transcriptDir, now } = this.#options;
    const [wanted] = this.#asked.values();
    if (wanted === undefined) throw unasked();
    this.#asked.delete(wanted.room);
    const { room, want } = wanted;
    const stay = await RoomStay.begin(message, {
      ...{ link, own, room, want, authors, transcriptDir, now },
      random: randomBytes,
      server: channel.peer,
      session: channel.session,
      onEvent: (event) => this.#tell(event),
      onFailure: (error) => this.#stream.fail(error),
    });
    const isFirst = this.#stays.size === 0;
    this.#stays.set(room, stay);
    const { log, size, joinedHead } = stay;
    await this.#tell({ kind: "phase", phase: 4, text: `room ${room}` });
    await this.#tell({ kind: "entered", room, log, size, headSize: joinedHead.size });
    await this.#tell({ kind: "signed", room, by: "server", size: joinedHead.size });
    if (isFirst) {
      await this.#tell({ kind: "phase", phase: 5, text: "chat, every statement signed" });
    }
    if (this.#isLeaving) await stay.leave();
  }

  async #notJoined({ room, code, message }: Message<"not_joined">): Promise<void> {
    const [wanted] = this.#asked.values();
    if (wanted?.room !== room) throw unasked();
    this.#asked.delete(room);
    const error = peerRefusal({ type: "status", status: code, message }, "ROOM");
    await this.#tell({ kind: "not_entered", room, error });
  }

  async #tell(event: SessionEvent): Promise<void> {
    if (event.kind === "ended" && event.error === LEFT) event = { kind: "ended" };
    await this.#options.onEvent(event);
  }
}

/** This side left before it was in a room. */
const LEFT = new ChatError("CONNECTION", "left before the chat was open");

/** What this side found out is told to the other; what the other said is not. */
function isOurs({ message }: ChatError): boolean {
  return !message.includes("the other side says");
}
