/**
 * A client's stay in one room, from `joined` to the final heads.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";
import { ClientRoom } from "../protocol/v2/client_room.ts";
import { type Head, parseHead } from "../protocol/v2/head.ts";
import { encodeMessage, type Message } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import type { RoomEvent } from "../protocol/v2/room_event.ts";
import { RoomFile } from "../transcript/v2/room_file.ts";
import { Alarm } from "./alarm.ts";
import { headEarlyMs } from "./head_early.ts";
import { OwnDisk } from "./own_disk.ts";
import { OwnWaiting } from "./own_waiting.ts";
import { toldOf } from "./room_told.ts";
import type { RoomObject, RoomStayOptions, UnseenWord } from "./room_stay_parts.ts";
import { requireFits } from "./text_size.ts";

/** Own words that are on their way at once: enough to fill records, few enough to lose. */
const UNANSWERED_MAX = 256;

/** Own words that are signed together, and go out in one record. */
const SIGNED_AT_ONCE = 16;

/** After a stall what the server has sent meanwhile is read before it is called late, ms. */
const CATCH_UP_MS = 10_000;

/** See the module. */
export class RoomStay {
  readonly #options: RoomStayOptions;
  readonly #room: ClientRoom;
  readonly #file: RoomFile;
  readonly #texts: string[] = [];
  /** What was given with each own word that did not come back, in order. */
  readonly #ids: (number | undefined)[] = [];
  /** Own words that are in the log and were not shown as such yet: the transcript has them first. */
  readonly #unshown: UnseenWord[] = [];
  #saying: Promise<void> | undefined;
  #answered = Promise.withResolvers<void>();
  #flushed: Promise<void> = Promise.resolve();
  /** PROTOCOL-2 §7: 15 to 30 s after an entry that neither a head nor a statement of ours covers. */
  readonly #headAlarm: Alarm;
  /** PROTOCOL-2 §7: a server's head that is a minute late is reported. */
  readonly #lateAlarm: Alarm;
  /** PROTOCOL-2 §6: what was refused is said again, however long the server asks to wait. */
  readonly #retryAlarm: Alarm;
  readonly #waiting: OwnWaiting;
  readonly #disk: OwnDisk;
  #hasEnded = false;
  #isLeaving = false;
  #hasParted = false;
  /** What ended the stay, as it came. */
  #failed: Uint8Array | undefined;

  /** Use {@link RoomStay.begin}. */
  constructor(
    options: RoomStayOptions,
    parts: { readonly room: ClientRoom; readonly file: RoomFile },
  ) {
    this.#options = options;
    this.#room = parts.room;
    this.#file = parts.file;
    const { now } = options;
    this.#headAlarm = new Alarm({
      ...{ now, dueAtMs: () => this.#room.headDueAtMs },
      ring: () => void this.#head().catch((thrown) => options.onFailure(asChatError(thrown))),
    });
    this.#lateAlarm = new Alarm({
      ...{ now, dueAtMs: () => this.#lateAtMs, ring: () => this.#reportLate() },
    });
    this.#retryAlarm = new Alarm({
      ...{ now, dueAtMs: () => this.#room.retryAtMs, ring: () => void this.#retry() },
    });
    const onEvent = (event: SessionEvent) => void options.onEvent(event);
    this.#waiting = new OwnWaiting({ now, onEvent, room: options.room });
    this.#disk = new OwnDisk({
      ...{ file: parts.file, now, onEvent },
      onChange: (isFull) => {
        this.#waiting.hold(isFull);
        this.#lateAlarm.set();
      },
    });
  }

  /**
   * Begins a stay: the server's head is checked, the transcript begun.
   *
   * @param message What the server answered.
   * @param options What the stay is made of.
   * @returns The stay.
   * @throws {ChatError} The first check that fails; FILE if the transcript cannot be written.
   */
  static async begin(message: Message<"joined">, options: RoomStayOptions): Promise<RoomStay> {
    const { own, server, session, transcriptDir, now, room: name } = options;
    const nowMs = now();
    const room = ClientRoom.joined(message, { ...options, nowMs, headEarlyMs });
    const header = {
      ...{ chain: own.chain, server: server.chain, room: name, log: room.joinedHead.log, session },
      ...{ size: room.joinedHead.from, peaks: message.peaks, startedMs: nowMs },
    };
    const head = encodeMessage({ type: "head", head: message.head, sig: message.sig });
    const file = await RoomFile.create(transcriptDir, "client", header, [head]);
    return new RoomStay(options, { room, file });
  }

  /** Whether words can be said. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#hasParted;
  }

  /** While this side's disk is full: ends when there is room, or this stay. */
  get stalled(): Promise<void> | undefined {
    return this.#disk.stalled;
  }

  /** From now on a full disk is not waited for: one last try, then the stay ends with FILE. */
  hurry(): void {
    this.#file.hurry();
  }

  /** Whether both final heads are there. */
  get hasParted(): boolean {
    return this.#hasParted;
  }

  /** Where the transcript is. */
  get path(): string {
    return this.#file.path;
  }

  /** The log's id, hex. */
  get log(): string {
    return this.#room.joinedHead.log;
  }

  /** Entries of the log that this side knows of. */
  get size(): number {
    return this.#room.size;
  }

  /** What `joined` said. */
  get joinedHead(): Head {
    return this.#room.joinedHead;
  }

  /** Own words that were not shown in their places, in order; those with a number went out. */
  get unseen(): readonly UnseenWord[] {
    const sent: readonly { readonly text: string; readonly seq?: number }[] = this.#room.unanswered;
    const away = [...sent, ...this.#texts.map((text) => ({ text }))]
      .map((word, index) => ({ ...word, id: this.#ids[index] }));
    return [...this.#unshown, ...away];
  }

  /** Words that wait to be signed or to come back. */
  get waitingTexts(): number {
    return this.#texts.length + this.#room.unansweredCount;
  }

  /**
   * Queues words.
   *
   * @param text The words.
   * @param id Told with them when they come back.
   * @throws {ChatError} FRAME_TOO_LARGE when they are too long for one statement; FILE while this side's
   * disk is full.
   */
  say(text: string, id?: number): void {
    this.#disk.requireRoom();
    requireFits(text);
    this.#texts.push(text);
    this.#ids.push(id);
    this.#waiting.said();
    this.#saying ??= this.#sayAll();
  }

  /** Waits until all that was said has come back. */
  async said(): Promise<void> {
    while (this.waitingTexts > 0) await this.#answered.promise;
  }

  /** Says that no more will be said; the server's final head comes next. */
  async leave(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#options.link.send(encodeMessage(await this.#room.leave()));
  }

  /**
   * Takes objects of a record: each is checked and written; then they are shown.
   *
   * @param objects The objects, in order, with what was read from them.
   * @throws {ChatError} The first check that fails: what came before it counts.
   */
  async take(objects: readonly RoomObject[]): Promise<void> {
    const events: SessionEvent[] = [];
    try {
      for (const one of objects) await this.#takeOne(one, events);
    } finally {
      await this.#flushed;
      for (const event of events) await this.#show(event);
      this.#wake();
      this.#headAlarm.set();
      this.#lateAlarm.set();
    }
  }

  /**
   * Ends the transcript.
   *
   * @param error Why it ends before its time.
   * @param lie What was of no room, and ends it.
   */
  async end(error: ChatError | undefined, lie?: Uint8Array): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const alarm of [this.#headAlarm, this.#lateAlarm, this.#retryAlarm]) alarm.off();
    this.#waiting.off();
    this.#isLeaving = true;
    this.#wake();
    const record = (this.#failed ?? lie)?.toBase64() ?? "";
    try {
      await this.#file.end({ code: error?.code ?? "OK", record });
    } finally {
      this.#disk.end();
    }
  }

  async #show(event: SessionEvent): Promise<void> {
    await this.#options.onEvent(event);
    if (event.kind === "said" && event.id !== undefined) this.#unshown.shift();
  }

  async #takeOne(one: RoomObject, events: SessionEvent[]): Promise<void> {
    try {
      await this.#take(one, events);
    } catch (thrown) {
      this.#failed ??= one.object; // a lie stays as it was told
      throw thrown;
    }
  }

  /** In the turn in which it came into the tree: a head that is signed meanwhile stands behind it. */
  #write(chain: PeerIdentity["chain"] | undefined, line: Uint8Array): void {
    const peer = chain && this.#file.peerLine(chain);
    this.#flushed = this.#file.append(peer === undefined ? [line] : [peer, line]);
    this.#flushed.catch(() => undefined); // whoever shows what it was told waits for it
  }

  async #take({ object, message }: RoomObject, events: SessionEvent[]): Promise<void> {
    const { now, authors, room } = this.#options;
    switch (message.type) {
      case "entry": {
        const event = await this.#room.takeEntry(message, now());
        this.#write(this.#chainOf(event), object);
        if (event.isOwn) this.#waiting.cameBack();
        const id = event.isOwn ? this.#ids.shift() : undefined;
        const shown = toldOf(event, { authors, joinedHead: this.joinedHead });
        if (shown?.kind === "said" && id !== undefined) {
          this.#unshown.push({ text: event.text, seq: event.seq, id });
          events.push({ ...shown, id });
        } else if (shown !== undefined) events.push(shown);
        return;
      }
      case "refused": {
        this.#room.takeRefused(message, now());
        if (this.#waiting.refused(message.message)) {
          const error = new ChatError("LIMIT", `the server asks to wait: ${message.message}`, {
            hint: "nothing has to be done: what was said is said again by itself",
          });
          events.push({ kind: "refused", error });
        }
        this.#retryAlarm.set();
        return;
      }
      case "head": {
        const { head: { size }, answer } = await this.#room.takeHead(message, now());
        this.#write(undefined, object);
        events.push({ kind: "signed", room, by: "server", size });
        if (answer === undefined) return;
        // The server's last word is here: ours says the same.
        this.#hasParted = true;
        const line = encodeMessage(answer);
        this.#write(this.#options.own.chain, line);
        this.#options.link.send(line);
        events.push({ kind: "signed", room, by: "self", size });
        return;
      }
    }
  }

  /** Whose chain a line needs; the first line has the server's. */
  #chainOf({ fingerprint, isOwn }: RoomEvent): PeerIdentity["chain"] | undefined {
    const { own, authors, server } = this.#options;
    if (isOwn) return own.chain;
    return fingerprint === server.fingerprint ? undefined : authors.find(fingerprint)?.chain;
  }

  async #sayAll(): Promise<void> {
    try {
      while (this.#texts.length > 0 && !this.#isLeaving) {
        await this.#roomForMore();
        if (this.#isLeaving) return;
        await this.#sayNext(this.#texts.slice(0, SIGNED_AT_ONCE));
      }
    } catch (thrown) {
      this.#options.onFailure(asChatError(thrown));
    } finally {
      this.#saying = undefined;
    }
  }

  async #sayNext(texts: readonly string[]): Promise<void> {
    try {
      const messages = await this.#room.sayAll(texts, this.#options.now());
      this.#texts.splice(0, texts.length);
      for (const message of messages) this.#options.link.send(encodeMessage(message));
    } catch (thrown) {
      const error = asChatError(thrown);
      if (error.code !== "LIMIT") throw error; // else a refusal came in between: it is said again later
    }
  }

  /** Once too much waits, until half of it came back: else each word that came would make a record. */
  async #roomForMore(): Promise<void> {
    const isFull = this.#room.unansweredCount > UNANSWERED_MAX - SIGNED_AT_ONCE;
    const most = isFull ? UNANSWERED_MAX / 2 : UNANSWERED_MAX;
    const isToWait = () => this.#room.unansweredCount > most || this.#room.retryAtMs !== undefined;
    while (isToWait() && !this.#isLeaving) await this.#answered.promise;
  }

  async #retry(): Promise<void> {
    try {
      for (const message of await this.#room.retry(this.#options.now())) {
        this.#options.link.send(encodeMessage(message));
      }
      this.#wake();
      this.#retryAlarm.set();
    } catch (thrown) {
      this.#options.onFailure(asChatError(thrown));
    }
  }

  /** Heads that nobody reads are not late. */
  get #lateAtMs(): number | undefined {
    const { lateAtMs } = this.#room;
    if (lateAtMs === undefined || this.#disk.stalled !== undefined) return undefined;
    return Math.max(lateAtMs, this.#disk.roomMs + CATCH_UP_MS);
  }

  #wake(): void {
    this.#answered.resolve();
    this.#answered = Promise.withResolvers();
  }

  #reportLate(): void {
    const isDue = (this.#lateAtMs ?? Infinity) <= this.#options.now();
    const error = isDue ? this.#room.reportLate(this.#options.now()) : undefined;
    if (error !== undefined) void this.#options.onEvent({ kind: "refused", error });
    this.#lateAlarm.set();
  }

  async #head(): Promise<void> {
    const message = await this.#room.makeHead(this.#options.now());
    if (message !== undefined && !this.#hasEnded) {
      const line = encodeMessage(message);
      this.#write(this.#options.own.chain, line);
      await this.#flushed;
      // Nothing is said behind the last word.
      if (!this.#hasParted) this.#options.link.send(line);
      const { room } = this.#options;
      await this.#options.onEvent({
        kind: "signed",
        room,
        by: "self",
        size: parseHead(message.head).size,
      });
    }
    this.#headAlarm.set();
  }
}
