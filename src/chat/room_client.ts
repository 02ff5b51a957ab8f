/**
 * A client of protocol 2: dials, proves who it is, signs in, and is in one room.
 *
 * What is received is checked, written to the transcript and only then shown.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import { concat } from "../bytes/concat.ts";
import { randomBytes } from "../crypto/entropy.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../protocol/frame.ts";
import type { SessionEvent, SignIn } from "../protocol/session.ts";
import { Authors } from "../protocol/v2/authors.ts";
import { chainJudge, keepVerdicts } from "../protocol/v2/chain_judge.ts";
import { ClientHandshake } from "../protocol/v2/client_handshake.ts";
import type { OwnIdentity, SecureChannel } from "../protocol/v2/handshake.ts";
import { encodeMessage, type Message, parseMessage } from "../protocol/v2/messages.ts";
import { peerRefusal } from "../protocol/v2/peer_refusal.ts";
import type { ChatConnection } from "./chat_connection.ts";
import { RoomStay } from "./room_stay.ts";
import { FrameStream } from "./frame_stream.ts";
import type { Limits } from "./limits.ts";
import { SecureLink } from "./secure_link.ts";
import { within } from "./within.ts";

/** The other side's final head is waited for, ms. */
const FINAL_MS = 3_000;

/** What a client is made of. */
export interface RoomClientOptions {
  readonly conn: Deno.TcpConn;
  readonly own: OwnIdentity;
  readonly trust: Trust;
  readonly serverName: string;
  readonly room: string;
  /** How many past entries are wanted. */
  readonly want: number;
  readonly transcriptDir: string;
  readonly limits: Limits;
  /** Tell each message of the handshake. */
  readonly explain: boolean;
  now(): number;
  /** Told of every event, in order. */
  onEvent(event: SessionEvent): Promise<unknown> | void;
}

/** See the module. */
export class RoomClient implements ChatConnection {
  readonly #options: RoomClientOptions;
  readonly #stream: FrameStream;
  readonly #finished = Promise.withResolvers<void>();
  #link: SecureLink | undefined;
  #channel: SecureChannel | undefined;
  #stay: RoomStay | undefined;
  #signIn: SignIn | undefined;
  #hasAsked = false;
  #error: ChatError | undefined;
  #isLeaving = false;
  #hasEnded = false;

  /** @param options Socket, identity, trust, room and who is told. */
  constructor(options: RoomClientOptions) {
    this.#options = options;
    this.#stream = new FrameStream(options.conn, options.limits);
  }

  /** See {@link ChatConnection}. */
  get isOpen(): boolean {
    return this.#stay !== undefined && !this.#isLeaving && !this.#hasEnded && this.#stay.isOpen;
  }

  /** See {@link ChatConnection}. */
  get waitingTexts(): number {
    return this.#stay?.waitingTexts ?? 0;
  }

  /** See {@link ChatConnection}. */
  get unsentTexts(): number {
    return this.#hasEnded ? this.waitingTexts : 0;
  }

  /** See {@link ChatConnection}. */
  get stalled(): Promise<void> | undefined {
    return this.#stay?.stalled;
  }

  /** See {@link ChatConnection}. */
  get transcriptPath(): string | undefined {
    return this.#stay?.path;
  }

  /** See {@link ChatConnection}. */
  async run(): Promise<void> {
    try {
      this.#channel = await this.#shakeHands();
      this.#link = new SecureLink({ stream: this.#stream, channel: this.#channel });
      await this.#converse(this.#link, this.#channel);
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    const error = this.#error;
    try {
      await this.#stay?.end(error);
    } catch (thrown) {
      this.#error ??= asChatError(thrown);
    }
    if (this.#link === undefined) await this.#stream.close();
    else await this.#link.close(error !== undefined && isOurs(error) ? error : undefined);
    await this.#tell(
      this.#error === undefined ? { kind: "ended" } : {
        kind: "ended",
        error: this.#error,
      },
    );
    this.#finished.resolve();
  }

  /** See {@link ChatConnection}. */
  async signIn(request: SignIn): Promise<void> {
    this.#signIn = request;
    const { email, password } = request;
    const type = request.mode;
    this.#link?.send(encodeMessage({ type, email, password }));
    await this.#link?.sent();
  }

  /** See {@link ChatConnection}. */
  say(text: string): void {
    if (!this.isOpen) throw new ChatError("CONNECTION", "cannot send: the chat is not open");
    this.#stay?.say(text);
  }

  /** See {@link ChatConnection}. */
  async said(): Promise<void> {
    await Promise.race([this.#stay?.said(), this.#finished.promise]);
  }

  /** See {@link ChatConnection}. */
  async leave(): Promise<void> {
    const stay = this.#stay;
    if (stay === undefined) {
      this.#isLeaving = true;
      this.#stream.fail(LEFT);
      return await this.#finished.promise;
    }
    stay.hurry();
    await within(Promise.race([stay.said(), this.#finished.promise]), FINAL_MS);
    this.#isLeaving = true;
    await stay.leave();
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

  async #converse(link: SecureLink, channel: SecureChannel): Promise<void> {
    if (channel.signIn === "password") await this.#tell({ kind: "sign_in_wanted" });
    else await this.#signedIn({ email: "", username: this.#options.own.name }, link);
    for (;;) {
      const objects = await link.next();
      if (objects === undefined && this.#stay === undefined) throw gone("before the chat was open");
      if (objects === undefined) throw closedEarly("before the last word of both sides");
      await this.#take(objects, { link, channel });
      if (this.#stay?.hasParted === true) {
        await this.#tell({ kind: "parted", room: this.#options.room, size: this.#stay.size });
        return this.#isLeaving ? undefined : await this.#whyParted(link);
      }
    }
  }

  /** The server has ended the room by itself: it closes when it stops, and says so when it removes. */
  async #whyParted(link: SecureLink): Promise<void> {
    for (;;) {
      const objects = await link.next({ withinMs: FINAL_MS, what: "the server's reason" })
        .catch(() => undefined); // both have signed all there is
      if (objects === undefined) return;
      for (const object of objects) {
        const message = parseMessage(object, ["status", "ping", "invite"]);
        if (message.type === "status") throw peerRefusal(message, "CONNECTION");
      }
    }
  }

  /** Takes a record's objects: those behind `joined` are the room's already. */
  async #take(
    objects: readonly Uint8Array[],
    conversation: { readonly link: SecureLink; readonly channel: SecureChannel },
  ): Promise<void> {
    let rest = objects;
    while (this.#stay === undefined && rest.length > 0) {
      await this.#enter(rest[0] ?? new Uint8Array(), conversation);
      rest = rest.slice(1);
    }
    if (rest.length > 0) await this.#stay?.take(rest);
  }

  /** Takes an object on the way into the room. */
  async #enter(
    object: Uint8Array,
    { link, channel }: { readonly link: SecureLink; readonly channel: SecureChannel },
  ): Promise<void> {
    const message = parseMessage(object, ["status", "ping", "joined", "invite"]);
    if (message.type === "ping" || message.type === "invite") return;
    if (message.type === "joined" && this.#hasAsked) {
      return await this.#joined(message, { link, channel });
    }
    if (message.type === "joined") throw unasked();
    if (message.status !== "OK") throw peerRefusal(message, "SIGN_IN");
    const request = this.#signIn;
    if (request === undefined) throw unasked();
    this.#signIn = undefined;
    const { email } = request;
    await this.#signedIn({ email, username: this.#options.own.name }, link);
  }

  async #signedIn(
    account: { readonly email: string; readonly username: string },
    link: SecureLink,
  ): Promise<void> {
    await this.#tell({ kind: "signed_in", ...account });
    await this.#tell({ kind: "phase", phase: 3, text: "signed in" });
    const { room, want } = this.#options;
    this.#hasAsked = true;
    link.send(encodeMessage({ type: "join", room, want }));
  }

  async #joined(
    message: Message<"joined">,
    { link, channel }: { readonly link: SecureLink; readonly channel: SecureChannel },
  ): Promise<void> {
    const { own, room, want, transcriptDir, trust, now } = this.#options;
    const judge = keepVerdicts(chainJudge(() => trust), () => trust);
    const authors = new Authors({ server: channel.peer, judge });
    this.#stay = await RoomStay.begin(message, {
      ...{ link, own, room, want, authors, transcriptDir, now },
      random: randomBytes,
      server: channel.peer,
      session: channel.session,
      onEvent: (event) => this.#tell(event),
      onFailure: (error) => this.#stream.fail(error),
    });
    const { log, size } = this.#stay;
    await this.#tell({ kind: "phase", phase: 4, text: `room ${room}` });
    await this.#tell({ kind: "entered", room, log, size });
    await this.#tell({ kind: "phase", phase: 5, text: "chat, every statement signed" });
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

function unasked(): ChatError {
  return new ChatError("HANDSHAKE", "cannot go on: an answer came, and nothing was asked", {
    hint: "the other side broke the protocol: check that both run the same version",
  });
}

function gone(when: string): ChatError {
  return new ChatError("CONNECTION", `the other side closed the connection ${when}`);
}

function closedEarly(when: string): ChatError {
  return new ChatError("TRUNCATED", `cannot go on: the other side closed the connection ${when}`);
}
