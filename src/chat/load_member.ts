/**
 * A client of protocol 2 for load tests: it makes every check of a receiver, and keeps no more than these
 * checks need. Thousands of them share a process, and one clock that calls {@link LoadMember.look}.
 *
 * @module
 */

import { concat } from "../bytes/concat.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import { Authors } from "../protocol/v2/authors.ts";
import { ClientHandshake } from "../protocol/v2/client_handshake.ts";
import { ClientRoom } from "../protocol/v2/client_room.ts";
import type { OwnIdentity, SecureChannel } from "../protocol/v2/handshake.ts";
import { encodeMessage, type Message, parseMessage } from "../protocol/v2/messages.ts";
import { peerRefusal } from "../protocol/v2/peer_refusal.ts";
import type { RoomEvent } from "../protocol/v2/room_event.ts";
import { FrameStream } from "./frame_stream.ts";
import { headEarlyMs } from "./head_early.ts";
import { CLIENT_LIMITS } from "./limits.ts";
import { LoadTranscript } from "./load_transcript.ts";
import { SecureLink } from "./secure_link.ts";
import type { SharedChains } from "./shared_chains.ts";
import { within } from "./within.ts";

/** What a member is made of. */
export interface LoadMemberOptions {
  readonly conn: Deno.TcpConn;
  readonly own: OwnIdentity;
  readonly trust: Trust;
  readonly serverName: string;
  readonly room: string;
  readonly chains: SharedChains;
  /** Where its transcript is written; it has none without it. */
  readonly transcriptDir?: string;
  now(): number;
  /** Told of every entry that passed, in order. */
  onEntry(event: RoomEvent): void;
  /** Told of what is no failure: LIMIT, UNSIGNED. */
  onRefused(error: ChatError): void;
}

/** What the session has beside the socket, once it is in the room. */
interface Stay {
  readonly link: SecureLink;
  readonly room: ClientRoom;
  readonly authors: Authors;
  readonly transcript: LoadTranscript | undefined;
}

/** See the module. */
export class LoadMember {
  readonly #options: LoadMemberOptions;
  readonly #stream: FrameStream;
  readonly #ended = Promise.withResolvers<void>();
  /** Words that wait while the server asks to wait. */
  readonly #texts: string[] = [];
  #link: SecureLink | undefined;
  #stay: Stay | undefined;
  #error: ChatError | undefined;
  #isSigning = false;
  #hasParted = false;
  #hasEnded = false;

  /** @param options Socket, identity, room, and who is told. */
  constructor(options: LoadMemberOptions) {
    this.#options = options;
    this.#stream = new FrameStream(options.conn, CLIENT_LIMITS);
  }

  /** Whether it is in the room. */
  get isOpen(): boolean {
    return this.#stay !== undefined && !this.#hasEnded;
  }

  /** Why it ended before its time. */
  get error(): ChatError | undefined {
    return this.#error;
  }

  /** Its leaf's fingerprint. */
  get fingerprint(): string {
    return this.#options.own.fingerprint;
  }

  /** How many entries of the room it has, those before its first included. */
  get size(): number {
    return this.#stay?.room.size ?? 0;
  }

  /** Where its transcript is. */
  get transcriptPath(): string | undefined {
    return this.#stay?.transcript?.path;
  }

  /**
   * Shakes hands and joins the room; from then on it reads by itself.
   *
   * @throws {ChatError} SIGN_IN if the server wants a password; what the server says; the first check
   * that fails. The socket is closed then.
   */
  async enter(): Promise<void> {
    try {
      const channel = await this.#shakeHands();
      if (channel.signIn !== "certificate") throw passwordWanted();
      this.#link = new SecureLink({ stream: this.#stream, channel });
      const rest = await this.#join(this.#link, channel);
      void this.#run(rest);
    } catch (thrown) {
      this.#error = asChatError(thrown);
      await this.#end();
      throw this.#error;
    }
  }

  /**
   * Says something: at once, or when the server lets it.
   *
   * @param text What.
   */
  say(text: string): void {
    this.#texts.push(text);
    this.#sign((open) => this.#sayNext(open));
  }

  /**
   * Does what is due: a head, words that were refused or wait.
   *
   * @param nowMs Now, milliseconds since the Unix epoch.
   */
  look(nowMs: number): void {
    const stay = this.#stay;
    if (stay === undefined || this.#hasEnded) return;
    const { headDueAtMs = Infinity, retryAtMs = Infinity, lateAtMs = Infinity } = stay.room;
    if (headDueAtMs <= nowMs) this.#sign((open) => this.#head(open, nowMs));
    else if (retryAtMs <= nowMs) this.#sign((open) => this.#retry(open, nowMs));
    else if (this.#texts.length > 0) this.#sign((open) => this.#sayNext(open));
    const late = lateAtMs <= nowMs ? stay.room.reportLate(nowMs) : undefined;
    if (late !== undefined) this.#options.onRefused(late);
  }

  /**
   * Leaves in order: final heads of both sides.
   *
   * @param withinMs How long the server's is waited for.
   */
  async leave(withinMs: number): Promise<void> {
    const stay = this.#stay;
    if (stay === undefined || this.#hasEnded) return;
    stay.link.send(encodeMessage(await stay.room.leave()));
    if (!await within(this.#ended.promise, withinMs)) {
      this.#fail(new ChatError("TIMEOUT", "cannot wait for the server's final head"));
    }
    await this.#ended.promise;
  }

  async #shakeHands(): Promise<SecureChannel> {
    const { own, trust, serverName, now } = this.#options;
    const { machine, step: first } = await ClientHandshake.start({ own, trust, serverName });
    let step = first;
    for (;;) {
      if (step.send.length > 0) void this.#stream.write(concat(...step.send));
      if (step.kind === "failed") throw step.error;
      if (step.kind === "done") return step.channel;
      const expected = { maxBytes: HANDSHAKE_BODY_MAX_BYTES, what: "a step of the handshake" };
      const body = await this.#stream.next({ ...expected, withinMs: CLIENT_LIMITS.stepMs });
      if (body === undefined) throw gone("in the handshake");
      step = await machine.take(body, now());
    }
  }

  /** Joins, and gives what came in one record behind the answer. */
  async #join(link: SecureLink, channel: SecureChannel): Promise<readonly Uint8Array[]> {
    link.send(encodeMessage({ type: "join", room: this.#options.room, want: 0 }));
    for (;;) {
      const waiting = { withinMs: CLIENT_LIMITS.stepMs, what: "the answer to the join" };
      const objects = await link.next(waiting);
      if (objects === undefined) throw gone("before it was in the room");
      for (const [index, object] of objects.entries()) {
        const message = parseMessage(object, ["status", "ping", "joined", "invite"]);
        if (message.type === "status") throw peerRefusal(message, "CONNECTION");
        if (message.type !== "joined") continue;
        await this.#joined(message, { link, channel });
        return objects.slice(index + 1);
      }
    }
  }

  async #joined(
    message: Message<"joined">,
    { link, channel }: { readonly link: SecureLink; readonly channel: SecureChannel },
  ): Promise<void> {
    const { own, room: name, now, chains, transcriptDir } = this.#options;
    const server = chains.peer(channel.peer);
    const authors = new Authors({ server, judge: chains.judge });
    const { session } = channel;
    const asked = { room: name, want: 0, session, own, authors, random: randomBytes };
    const room = ClientRoom.joined(message, { ...asked, nowMs: now(), headEarlyMs });
    const transcript = transcriptDir === undefined ? undefined : await LoadTranscript.begin(
      message,
      { ...{ folder: transcriptDir, own, authors, room, session, nowMs: now() } },
    );
    this.#stay = { link, room, authors, transcript };
  }

  async #run(first: readonly Uint8Array[]): Promise<void> {
    try {
      const link = this.#link;
      let objects: readonly Uint8Array[] | undefined = first;
      while (objects !== undefined && !this.#hasParted) {
        for (const object of objects) await this.#takeOne(object);
        if (!this.#hasParted) objects = await link?.next();
      }
      if (!this.#hasParted) throw cut();
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    try {
      await this.#stay?.transcript?.end(this.#error);
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    if (this.#link === undefined) await this.#stream.close();
    else await this.#link.close();
    this.#ended.resolve();
  }

  async #takeOne(object: Uint8Array): Promise<void> {
    try {
      if (this.#stay !== undefined) await this.#take(object, this.#stay);
    } catch (thrown) {
      this.#stay?.transcript?.failed(object);
      throw thrown;
    }
  }

  async #take(object: Uint8Array, { room, authors, link, transcript }: Stay): Promise<void> {
    const { now, chains, onEntry, onRefused } = this.#options;
    const message = parseMessage(object, [
      ...["peer", "entry", "head", "refused", "status", "ping", "invite"] as const,
    ]);
    switch (message.type) {
      case "ping":
      case "invite":
        return;
      case "status":
        throw peerRefusal(message, "CONNECTION");
      case "peer":
        await authors.take(chains.chain(message.chain), now());
        return;
      case "entry": {
        const event = await room.takeEntry(message, now());
        transcript?.entry(object, event);
        return onEntry(event);
      }
      case "refused":
        room.takeRefused(message, now());
        return onRefused(new ChatError("LIMIT", "the server asks to wait"));
      case "head": {
        const { answer } = await room.takeHead(message, now());
        transcript?.head(object);
        if (answer === undefined) return;
        this.#hasParted = true;
        const line = encodeMessage(answer);
        transcript?.ownHead(line);
        link.send(line);
        return;
      }
    }
  }

  /** One at a time; what fails ends the session. */
  #sign(work: (stay: Stay) => Promise<void>): void {
    const stay = this.#stay;
    if (stay === undefined || this.#isSigning || this.#hasEnded) return;
    this.#isSigning = true;
    work(stay).catch((thrown) => this.#fail(asChatError(thrown))).finally(() => {
      this.#isSigning = false;
      if (this.#texts.length > 0 && maySay(stay.room)) this.#sign((open) => this.#sayNext(open));
    });
  }

  /** All that waits, unless the server asks to wait: then {@link look} tries again. */
  async #sayNext({ room, link }: Stay): Promise<void> {
    try {
      while (this.#texts.length > 0 && maySay(room)) {
        const texts = this.#texts.slice(0, 1);
        const messages = await room.sayAll(texts, this.#options.now());
        this.#texts.splice(0, texts.length);
        for (const message of messages) link.send(encodeMessage(message));
      }
    } catch (thrown) {
      const error = asChatError(thrown);
      if (error.code !== "LIMIT") throw error; // else a refusal came in between: it is said later
    }
  }

  async #retry({ room, link }: Stay, nowMs: number): Promise<void> {
    for (const message of await room.retry(nowMs)) link.send(encodeMessage(message));
  }

  async #head({ room, link, transcript }: Stay, nowMs: number): Promise<void> {
    const message = await room.makeHead(nowMs);
    if (message === undefined || this.#hasParted || this.#hasEnded) return;
    const line = encodeMessage(message);
    transcript?.ownHead(line);
    link.send(line);
  }

  #fail(error: ChatError): void {
    this.#error ??= error;
    this.#stream.fail(error);
  }
}

function maySay({ isOpen, retryAtMs }: ClientRoom): boolean {
  return isOpen && retryAtMs === undefined;
}

function passwordWanted(): ChatError {
  return new ChatError("SIGN_IN", "cannot sign in: the server asks for passwords", {
    hint: "a load test signs in by certificate: securechat serve --sign-in certificate",
  });
}

function gone(when: string): ChatError {
  return new ChatError("CONNECTION", `the other side closed the connection ${when}`);
}

function cut(): ChatError {
  const text =
    "cannot go on: the other side closed the connection before the last word of both sides";
  return new ChatError("TRUNCATED", text);
}
