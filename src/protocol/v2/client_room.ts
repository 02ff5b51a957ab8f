/**
 * A room at the client: its tree is always a prefix of the server's (PROTOCOL-2 §6, §7).
 *
 * Sans-I/O. Messages are given one at a time, in the order in which they came, each when the one before
 * is done; what is returned goes out in the order in which it is returned. What a message from the server
 * makes throw ends the connection.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import type { Authors } from "./authors.ts";
import { Coverage } from "./coverage.ts";
import type { OwnIdentity } from "./handshake.ts";
import { type Head, type SignedHead, signHead } from "./head.ts";
import { type JoinedRoom, openJoined } from "./joined_room.ts";
import type { Message } from "./messages.ts";
import { type OwnWord, OwnWords } from "./own_words.ts";
import { type RoomEvent, roomEvent } from "./room_event.ts";
import { RoomReader } from "./room_reader.ts";
import { CLIENT_HEAD_MS, requirePlace } from "./room_rules.ts";
import {
  encodeStatement,
  type SignedStatement,
  signStatement,
  STATEMENT_SALT_BYTES,
} from "./statement.ts";
import { Turns } from "./turns.ts";

/** Where this side joined, and as whom. */
export interface ClientRoomOptions {
  readonly room: string;
  /** How many past entries were asked for. */
  readonly want: number;
  readonly session: string;
  readonly own: OwnIdentity;
  /** Whom the session knows; one for all its rooms, which is given every `peer` message. */
  readonly authors: Authors;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** How much sooner than it must a head is made, milliseconds; asked for each. 0 without it. */
  readonly headEarlyMs?: () => number;
}

/** What a head of the server calls for: our own, if it was final. */
export interface TakenHead {
  readonly head: Head;
  readonly answer?: Message<"head">;
}

/** A room that was joined; {@link ClientRoom.joined} makes one. */
export class ClientRoom {
  /** What `joined` said. */
  readonly joinedHead: Head;
  readonly #options: ClientRoomOptions;
  readonly #reader: RoomReader;
  readonly #words: OwnWords;
  readonly #turns = new Turns();
  readonly #coverage = new Coverage(CLIENT_HEAD_MS);
  #headEarlyMs: number;
  #isLeaving = false;

  /** @param options Where, and as whom. @param joined Where in the log. */
  constructor(options: ClientRoomOptions, joined: JoinedRoom) {
    this.#options = options;
    this.joinedHead = joined.head;
    this.#headEarlyMs = options.headEarlyMs?.() ?? 0;
    this.#words = new OwnWords((word, nowMs) => this.#sign(word, nowMs));
    const ownWord = (signed: SignedStatement) => this.#words.placed(signed);
    this.#reader = new RoomReader({ ...options, joined, ownWord });
  }

  /**
   * Takes the answer to a join.
   *
   * @param message The server's message.
   * @param options What was asked for.
   * @returns The room.
   * @throws {ChatError} SIG_FAIL, REPLAY, FORMAT, STALE, FORKED: see {@link openJoined}.
   */
  static joined(message: Message<"joined">, options: ClientRoomOptions): ClientRoom {
    const { authors: { server } } = options;
    return new ClientRoom(options, openJoined(message, { ...options, server }));
  }

  /** How many entries this side has, those before its first included. */
  get size(): number {
    return this.#reader.tree.size;
  }

  /** The tree's root now, lower-case hex. */
  get root(): string {
    return this.#reader.tree.rootAt(this.size).toHex();
  }

  /** Whether more can be said: this side has not left, and the server has not ended it. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#reader.isEnded;
  }

  /** What was said and did not come back, in order: not accepted, once the room or session has ended. */
  get unanswered(): readonly OwnWord[] {
    return this.#words.unanswered;
  }

  /** How many those are. */
  get unansweredCount(): number {
    return this.#words.unansweredCount;
  }

  /** When {@link retry} is to be called; nothing more is said before. */
  get retryAtMs(): number | undefined {
    return this.#words.retryAtMs;
  }

  /** When {@link makeHead} is to be called. */
  get headDueAtMs(): number | undefined {
    const { dueAtMs } = this.#coverage;
    return this.#reader.isEnded || dueAtMs === undefined ? undefined : dueAtMs - this.#headEarlyMs;
  }

  /** When {@link reportLate} is to be called. */
  get lateAtMs(): number | undefined {
    return this.#reader.lateAtMs;
  }

  /**
   * Takes an entry, which is to be flushed before it is shown.
   *
   * @param signed The bytes as they came.
   * @param nowMs Now.
   * @returns What it means.
   * @throws {ChatError} FORMAT, REPLAY, BAD_CERT, SIG_FAIL, STALE, FORKED: see {@link RoomReader.takeEntry}.
   */
  async takeEntry(signed: SignedStatement, nowMs: number): Promise<RoomEvent> {
    const entry = await this.#reader.takeEntry(signed, nowMs);
    this.#coverage.entry(entry.index, nowMs);
    if (entry.isOwn) this.#coverage.cover(entry.statement.size, nowMs);
    return roomEvent(entry.statement, entry);
  }

  /**
   * Says something.
   *
   * @param text What.
   * @param nowMs Now.
   * @returns The message.
   * @throws {ChatError} CONNECTION if the room was left; LIMIT while the server asks to wait, or has too
   * much to answer; FRAME_TOO_LARGE; FORMAT if the text is not Unicode.
   */
  async say(text: string, nowMs: number): Promise<Message<"msg">> {
    const [message] = await this.sayAll([text], nowMs);
    if (message === undefined) throw new RangeError("unreachable: a text gives a message");
    return message;
  }

  /**
   * Says several things, which are signed at the same time.
   *
   * @param texts What, in order.
   * @param nowMs Now.
   * @returns The messages, in that order.
   * @throws {ChatError} As {@link say}; then nothing was said.
   */
  sayAll(texts: readonly string[], nowMs: number): Promise<readonly Message<"msg">[]> {
    return this.#turns.take(() => {
      this.#requireOpen();
      return this.#words.say(texts, nowMs);
    });
  }

  /**
   * Takes the server's refusal of something that was said.
   *
   * @param message It.
   * @param nowMs Now.
   * @throws {ChatError} REPLAY if nothing of that log and number waits for an answer.
   */
  takeRefused(message: Message<"refused">, nowMs: number): void {
    const { room, log, session } = this.joinedHead;
    requirePlace("refusal", { room, log: message.log, session }, { room, log });
    this.#words.refused(message, nowMs);
  }

  /**
   * Says again, newly signed, what was refused and whose time has come.
   *
   * @param nowMs Now.
   * @returns Messages.
   */
  retry(nowMs: number): Promise<readonly Message<"msg">[]> {
    return this.#turns.take(() => this.isOpen ? this.#words.retry(nowMs) : []);
  }

  /**
   * Takes a head of the server.
   *
   * @param signed It.
   * @param nowMs Now.
   * @returns What it says, with the answer to a final one.
   * @throws {ChatError} FORMAT, SIG_FAIL, REPLAY, STALE, FORKED, HANDSHAKE: see {@link RoomReader.takeHead}.
   */
  async takeHead(signed: SignedHead, nowMs: number): Promise<TakenHead> {
    const head = this.#reader.takeHead(signed, nowMs);
    if (!head.final) return { head };
    return { head, answer: await this.#turns.take(() => this.#head(nowMs)) };
  }

  /**
   * Makes this side's head when it is due.
   *
   * @param nowMs Now.
   * @returns The message; nothing if none is due.
   */
  makeHead(nowMs: number): Promise<Message<"head"> | undefined> {
    return this.#turns.take(() => {
      const { headDueAtMs: due } = this;
      return due === undefined || nowMs < due ? undefined : this.#head(nowMs);
    });
  }

  /**
   * Whether the server's head is missing for too long.
   *
   * @param nowMs Now.
   * @returns UNSIGNED, to be reported and no more; once, until the server has signed.
   */
  reportLate(nowMs: number): ChatError | undefined {
    return this.#reader.reportLate(nowMs);
  }

  /**
   * Leaves: nothing more is said, entries come until the server's final head.
   *
   * @returns The message, after all that was said before.
   */
  leave(): Promise<Message<"leave">> {
    return this.#turns.take(() => {
      this.#isLeaving = true;
      return { type: "leave", room: this.joinedHead.room };
    });
  }

  /** A head over all entries of now; final if the server's was. */
  async #head(nowMs: number): Promise<Message<"head">> {
    const { own, session } = this.#options;
    const { size, root, joinedHead: { room, log, from } } = this;
    this.#coverage.cover(size, nowMs);
    this.#headEarlyMs = this.#options.headEarlyMs?.() ?? 0;
    const whole = { by: own.fingerprint, room, log, session, from, size, root, ts: nowMs };
    const final = this.#reader.isEnded;
    return { type: "head", ...await signHead(own.signingKey, { ...whole, final }) };
  }

  async #sign({ seq, text }: OwnWord, nowMs: number): Promise<SignedStatement> {
    const { own, session, random } = this.#options;
    const { size, root, joinedHead: { room, log } } = this;
    const place = { author: own.fingerprint, room, log, session, seq, size, root, ts: nowMs };
    const salt = random(STATEMENT_SALT_BYTES);
    const stmt = encodeStatement({ kind: "say", ...place, salt, text });
    return { stmt, sig: await signStatement(own.signingKey, stmt) };
  }

  #requireOpen(): void {
    if (this.isOpen) return;
    throw new ChatError("CONNECTION", "cannot say more: the room was left", {
      hint: "connect again to join it again",
    });
  }
}
