/**
 * Drives one session over one socket: bytes in, frames out, words to disk before anybody sees them.
 *
 * Knows nothing of any protocol's messages; `protocol/session.ts` is all it speaks to. One mutex
 * makes every step a turn of its own; nothing inside a turn waits for the peer without a bound.
 *
 * @module
 */

import { asChatError, ChatError, type ErrorCode } from "../errors.ts";
import { FrameReader } from "../protocol/frame.ts";
import type { Input, Output, Session, SessionEvent, SignIn } from "../protocol/session.ts";
import type { TranscriptWriter } from "../transcript/v1/writer.ts";
import { closeSocket } from "./close_socket.ts";
import { Deadlines } from "./deadlines.ts";
import type { Limits } from "./limits.ts";
import { Mutex } from "./mutex.ts";
import { Outbox } from "./outbox.ts";
import { within } from "./within.ts";

const READ_BYTES = 16_384;

/** Messages signed together: every core is busy, and other sessions get their turn soon. */
const SAY_BATCH = 8;

/** Frames taken before the transcript is flushed and other sessions get their turn. */
const TAKE_BATCH = 8;

/** More words than these and a queue has no room: who fills it from afar waits. */
const ROOM_TEXTS = 64;

/** Last words are given this long to leave the machine, ms. */
const LAST_WORDS_MS = 1_000;

const encoder = new TextEncoder();

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly conn: Deno.TcpConn;
  /** What has been read already. */
  readonly reader?: FrameReader;
  readonly session: Session;
  readonly limits: Limits;
  /** Whether the person who signs in is at the other end: then that time is bounded. */
  readonly isServer: boolean;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Waited for before more is read: how a server makes an author wait for those who hear it. */
  readyForMore?(): Promise<void>;
  /** Called when the chat opens, with the key that `--keep-session-key` writes. */
  openTranscript(sessionKey: Uint8Array): Promise<TranscriptWriter>;
  /** Told of every event, in order; what it returns is the session's next input. */
  onEvent(event: SessionEvent): Promise<Input | undefined> | undefined | void;
}

/** One session on one socket. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #deadlines: Deadlines;
  readonly #reader: FrameReader;
  readonly #mutex = new Mutex();
  readonly #texts: string[] = [];
  readonly #finished = Promise.withResolvers<void>();
  #session: Session;
  #transcript: TranscriptWriter | undefined;
  #saying: Promise<void> | undefined;
  #roomWanted: (() => void)[] = [];
  #unsent = 0;
  #isLeaving = false;
  #hasLeft = false;
  #peerHasLeft = false;
  #hasEnded = false;

  /** @param options Socket, session, limits and who is told. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#reader = options.reader ?? new FrameReader();
    this.#deadlines = new Deadlines(options.limits, (error) => this.#end(error));
    this.#outbox = new Outbox(options.conn, {
      limits: options.limits,
      onStall: (error) => this.#end(error),
    });
  }

  /** Words that wait to be signed. */
  get waitingTexts(): number {
    return this.#texts.length;
  }

  /** Words that were queued and never sent, since the session ended first. */
  get unsentTexts(): number {
    return this.#unsent;
  }

  /** Whether the chat is open: words can be said. */
  get isOpen(): boolean {
    return this.#isTalking && !this.#isLeaving;
  }

  /** Whether queued words still go out: while this side leaves, those said before do. */
  get #isTalking(): boolean {
    return this.#session.patience === "open" && !this.#hasLeft && !this.#hasEnded;
  }

  /** Protocol 1 does not wait for a full disk: its session ends. */
  readonly stalled = undefined;

  /** Path of the transcript, once the chat is open. */
  get transcriptPath(): string | undefined {
    return this.#transcript?.path;
  }

  /** Runs the session until it has ended and its socket and file are closed. Never throws. */
  async run(): Promise<void> {
    try {
      this.#options.conn.setNoDelay(true);
      this.#options.conn.setKeepAlive(true);
    } catch {
      // The peer is gone already: reading finds that out.
    }
    if (this.#options.isServer) this.#deadlines.signInBegins();
    await this.#input({ kind: "start" });
    await this.#readAll();
    await this.#finished.promise;
  }

  /** Gives the person's choice to a client's session. */
  async signIn(request: SignIn): Promise<void> {
    await this.#input({ kind: "sign_in", request });
  }

  /**
   * Queues words. They are signed, flushed and sent in order.
   *
   * @param text The words.
   * @throws {ChatError} CONNECTION when the chat is not open; FRAME_TOO_LARGE when they are too long
   * for one message; SLOW, which also ends the session, when the peer does not keep up.
   */
  say(text: string): void {
    if (!this.isOpen) throw new ChatError("CONNECTION", "cannot send: the chat is not open");
    const bytes = encoder.encode(text).length;
    const { maxTextBytes } = this.#session;
    if (bytes > maxTextBytes) {
      const text = `cannot send: the message has ${bytes} bytes, expected at most ${maxTextBytes}`;
      throw new ChatError("FRAME_TOO_LARGE", text, { hint: "send it in several messages" });
    }
    if (this.#texts.length >= this.#options.limits.waitingTexts) {
      const waiting = `${this.#texts.length} messages wait for a peer that does not read them`;
      const error = new ChatError("SLOW", `cannot send: ${waiting}`);
      this.#end(error);
      throw error;
    }
    this.#texts.push(text);
    this.#saying ??= this.#sayAll();
  }

  /** Waits until the words that were queued are on their way. */
  async said(): Promise<void> {
    await this.#saying;
  }

  /** Waits until few words are queued, or it is the peer, who does not read, that keeps them. */
  async room(): Promise<void> {
    while (this.#texts.length > ROOM_TEXTS && !this.#outbox.isFull) {
      await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
    }
  }

  /**
   * Leaves: says what is queued, sends the receipt, waits a bounded time for the other side's.
   *
   * @returns When socket and file are closed.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.said();
    await this.#mutex.run(() => this.#leaveNow());
    await this.#finished.promise;
  }

  /** Ends at once: the peer is told the code where that is possible. */
  async abort(error: ChatError): Promise<void> {
    this.#end(error);
    await this.#finished.promise;
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (await this.#mutex.run(() => this.#takeFrames()));
      while (!this.#hasEnded) {
        const length = await this.#read(buffer);
        if (length === null) break;
        this.#reader.push(buffer.subarray(0, length));
        while (await this.#mutex.run(() => this.#takeFrames()));
        if (this.#outbox.isOverrun) {
          throw new ChatError("SLOW", "cannot send: the other side does not read its answers");
        }
        await this.#options.readyForMore?.();
      }
      this.#lost();
    } catch (thrown) {
      this.#end(asChatError(thrown));
    }
  }

  /** A reset is the end of the stream: PROTOCOL-1 phase 6, a goodbye without receipt. */
  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#options.conn.read(buffer);
    } catch {
      return null;
    }
  }

  /** Takes a batch of frames; returns whether there may be more. */
  async #takeFrames(): Promise<boolean> {
    const outputs: Output[] = [];
    try {
      while (outputs.length < TAKE_BATCH) {
        const body = this.#hasEnded ? undefined : this.#reader.next(this.#session.maxBodyBytes);
        if (body === undefined) return false;
        const wasOpen = this.#session.patience === "open";
        outputs.push(await this.#advance({ kind: "frame", body, nowMs: this.#options.now() }));
        // A step of the handshake is acted upon before the next frame is looked at.
        if (!wasOpen) break;
      }
      return true;
    } finally {
      // Words that were accepted count, even where the next frame is one that ends the session.
      await this.#commit(outputs);
    }
  }

  async #sayAll(): Promise<void> {
    try {
      while (this.#texts.length > 0 && this.#isTalking) {
        this.#wakeWhoWantsRoom();
        await this.#outbox.room();
        await this.#mutex.run(async () => {
          if (!this.#isTalking) return;
          const texts = this.#texts.splice(0, SAY_BATCH);
          const input = { kind: "say", texts, nowMs: this.#options.now() } as const;
          await this.#commit([await this.#advance(input)]);
        });
      }
    } catch (thrown) {
      this.#end(asChatError(thrown));
    } finally {
      this.#saying = undefined;
      this.#wakeWhoWantsRoom();
    }
  }

  #wakeWhoWantsRoom(): void {
    for (const wake of this.#roomWanted.splice(0)) wake();
  }

  /** One input and what comes of it, as a turn of its own. */
  async #input(input: Input): Promise<void> {
    try {
      await this.#mutex.run(async () => {
        if (!this.#hasEnded) await this.#commit([await this.#advance(input)]);
      });
    } catch (thrown) {
      this.#end(asChatError(thrown));
    }
  }

  async #advance(input: Input): Promise<Output> {
    const output = await this.#session.step(input);
    this.#session = output.session;
    return output;
  }

  /** Disk first, then the wire, then the screen (ARCHITECTURE "The way of the data"). */
  async #commit(outputs: readonly Output[]): Promise<void> {
    // Bytes that make no frame yet are no step: the clock of the step under way runs on.
    if (outputs.length === 0) return;
    const records = outputs.flatMap((output) => output.record);
    if (records.length > 0) await this.#transcript?.append(records);
    for (const frame of outputs.flatMap((output) => output.send)) this.#outbox.push(frame);
    if (!this.#hasEnded) this.#deadlines.stepTaken(this.#session.patience);
    for (const event of outputs.flatMap((output) => output.events)) await this.#handle(event);
  }

  async #handle(event: SessionEvent): Promise<void> {
    if (event.kind === "ended") return this.#end(event.error);
    if (event.kind === "peer_left") {
      if (this.#peerHasLeft) return;
      this.#peerHasLeft = true;
    }
    await this.#keep(event);
    const next = await this.#options.onEvent(event);
    if (next !== undefined) await this.#commit([await this.#advance(next)]);
    if (event.kind === "peer_left") {
      // Its receipt is here: ours goes out where it has not, and that is the end.
      await this.#leaveNow();
      this.#end();
    }
  }

  /** What an event means for the clocks and for the transcript. */
  async #keep(event: SessionEvent, reason?: ErrorCode): Promise<void> {
    if (event.kind === "signed_in") this.#deadlines.signInEnds();
    else if (event.kind === "opened") {
      this.#transcript = await this.#options.openTranscript(event.sessionKey);
    } else if (event.kind === "receipt_made") {
      const ending = { endedMs: this.#options.now(), receipt: event.receipt };
      await this.#transcript?.close(reason === undefined ? ending : { ...ending, reason });
    } else if (event.kind === "peer_left" && event.error === undefined) {
      await this.#transcript?.addPeerReceipt(event.receipt);
    }
  }

  async #leaveNow(): Promise<void> {
    if (this.#hasLeft || this.#hasEnded) return;
    if (this.#transcript === undefined) return this.#end();
    this.#hasLeft = true;
    const summary = this.#transcript.summary();
    try {
      await this.#commit([await this.#advance({ kind: "leave", summary })]);
    } catch (thrown) {
      return this.#end(asChatError(thrown));
    }
    if (!this.#peerHasLeft && !this.#hasEnded) this.#deadlines.receiptBegins();
  }

  /** The stream has ended: after a goodbye that is the end, before it a goodbye without receipt. */
  #lost(): void {
    if (this.#hasLeft || this.#peerHasLeft) return this.#end();
    const where = this.#reader.isInsideFrame ? " in the middle of a frame" : "";
    const text = `the other side closed the connection${where}`;
    const kept = this.#transcript === undefined ? "" : "; the transcript keeps what was said";
    this.#end(new ChatError("CONNECTION", text, { hint: `connect again${kept}` }));
  }

  /** Ends once: last words, receipt for what there is, socket and file closed, everybody told. */
  #end(error?: ChatError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#deadlines.clear();
    this.#unsent = this.#texts.length;
    this.#texts.length = 0;
    this.#wakeWhoWantsRoom();
    const finished = () => this.#finished.resolve();
    // Whoever watches must not throw; if they do, that is the end of this session alone.
    void this.#finish(error).then(finished, finished);
  }

  async #finish(error: ChatError | undefined): Promise<void> {
    // The turn that is under way ends first: it may be writing the receipt into the file. A turn
    // that waits for a slow database keeps nobody's socket open.
    await within(this.#mutex.run(() => this.#lastWords(error)), LAST_WORDS_MS);
    const isDrained = await within(this.#outbox.drained(), LAST_WORDS_MS);
    this.#outbox.close();
    await closeSocket(this.#options.conn, { isDrained });
    await this.#mutex.run(async () => {
      await this.#transcript?.end().catch(() => undefined);
      await this.#options.onEvent(
        error === undefined ? { kind: "ended" } : { kind: "ended", error },
      );
    });
  }

  /** A session that breaks off still signs for the file that it leaves behind. */
  async #lastWords(error: ChatError | undefined): Promise<void> {
    if (error === undefined) return;
    const session = this.#session;
    const told = await session.step({ kind: "abort", error });
    for (const frame of told.send) this.#outbox.push(frame);
    if (this.#transcript === undefined || this.#hasLeft) return;
    this.#hasLeft = true;
    const output = await session.step({ kind: "leave", summary: this.#transcript.summary() });
    for (const event of output.events) await this.#keep(event, error.code);
  }
}
