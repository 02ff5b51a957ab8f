/**
 * A room as a client keeps it over several connections: what was shown of it, and own words that have
 * not been seen in its log.
 *
 * No word is said twice. One that was never signed can be said in any log. One that went out can be said
 * again only in the log that it was for, once the server has ended the session that sent it, and all of
 * the log since then has been read without finding it. In all other cases what became of it is not known.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import type { SaidFrom } from "../protocol/session.ts";
import type { WantedRoom } from "./room_client.ts";
import type { RoomState } from "./rooms_event.ts";
import type { RoomStay } from "./room_stay.ts";
import { requireFits } from "./text_size.ts";

/** Words that may wait for a connection, in one room. */
const QUEUE_MAX = 256;

/** A word of this side. */
export interface OwnText {
  readonly id: number;
  readonly text: string;
}

/** One that went out, and did not come back before the connection ended. */
interface Doubtful extends OwnText, SaidFrom {}

/** What is known once the log is read up to where it stood at joining. */
export interface Settled {
  /** To be told: they are not said again. */
  readonly unknown: readonly OwnText[];
}

/** Past entries that are asked for after a loss: the most that a server gives. */
export const WANT_BACK = 1_000;

/** See the module. */
export class KeptRoom {
  readonly room: string;
  /** Past entries that are wanted when it is joined for the first time. */
  readonly want: number;
  #stay: RoomStay | undefined;
  #log: string | undefined;
  /** Entries of the log that were shown, or that are before the first that can be. */
  #shownTo = 0;
  #serverSigned = 0;
  #ownSigned = 0;
  #path = "";
  #isLeaving = false;
  #queue: OwnText[] = [];
  #doubtful: Doubtful[] = [];
  /** While the log's past is read: up to where, and whether what is not found was not placed. */
  #reading: { readonly to: number; readonly isWhole: boolean } | undefined;

  /** @param room Its name. @param want Past entries at first. */
  constructor(room: string, want: number) {
    [this.room, this.want] = [room, want];
  }

  /** How it is asked for on the next connection. */
  get wanted(): WantedRoom {
    return { room: this.room, want: this.wasJoined ? WANT_BACK : this.want };
  }

  /** Whether it was joined on some connection. */
  get wasJoined(): boolean {
    return this.#log !== undefined;
  }

  /** Whether this side is in it now. */
  get isJoined(): boolean {
    return this.#stay !== undefined;
  }

  /** Sessions whose words are in doubt. */
  get sessions(): readonly string[] {
    return [...new Set(this.#doubtful.map(({ session }) => session))];
  }

  /** How it stands. */
  get state(): RoomState {
    return {
      room: this.room,
      isOpen: this.#stay?.isOpen === true,
      size: this.#shownTo,
      serverSigned: this.#serverSigned,
      ownSigned: this.#ownSigned,
      waiting: this.#queue.length + this.#doubtful.length + (this.#stay?.waitingTexts ?? 0),
      transcriptPath: this.#path,
    };
  }

  /**
   * Says something, or keeps it until that can be done.
   *
   * @param word What.
   * @throws {ChatError} FRAME_TOO_LARGE; FILE while this side's disk is full; BUSY when too much waits.
   */
  say(word: OwnText): void {
    requireFits(word.text);
    if (this.#canSay) return void this.#stay?.say(word.text, word.id);
    if (this.#queue.length >= QUEUE_MAX) {
      throw new ChatError("BUSY", `cannot send: ${QUEUE_MAX} messages wait for the server`);
    }
    this.#queue.push(word);
  }

  get #canSay(): boolean {
    return this.#stay?.isOpen === true && this.#reading === undefined && this.#queue.length === 0;
  }

  /**
   * This side is in the room, on a new connection.
   *
   * @param stay It.
   * @returns Whether the log is the one of before.
   */
  entered(stay: RoomStay): boolean {
    const { log, joinedHead: { from, size } } = stay;
    const isBack = log === this.#log;
    if (!isBack) [this.#shownTo, this.#serverSigned, this.#ownSigned] = [from, 0, 0];
    this.#reading = { to: size, isWhole: isBack && from <= this.#shownTo };
    this.#shownTo = Math.max(this.#shownTo, from);
    this.#stay = stay;
    this.#log = log;
    this.#path = stay.path;
    return isBack;
  }

  /**
   * An entry came.
   *
   * @param index Its place.
   * @returns Whether it was not shown before.
   */
  isNew(index: number): boolean {
    const isNew = index >= this.#shownTo;
    this.#shownTo = Math.max(this.#shownTo, index + 1);
    return isNew;
  }

  /**
   * An own word of an earlier connection may have come.
   *
   * @param from Which statement it is.
   * @returns Its number, if it was in doubt.
   */
  found({ session, seq }: SaidFrom): number | undefined {
    const place = this.#doubtful.findIndex((one) => one.session === session && one.seq === seq);
    return place < 0 ? undefined : this.#doubtful.splice(place, 1)[0]?.id;
  }

  /**
   * To be asked after each entry: whether the past has been read.
   *
   * @returns What is known then, once for each connection; what was not placed is said again by this.
   */
  settle(): Settled | undefined {
    if (this.#reading === undefined || this.#shownTo < this.#reading.to) return undefined;
    const { isWhole } = this.#reading;
    this.#reading = undefined;
    const doubtful = this.#doubtful;
    this.#doubtful = [];
    if (isWhole) this.#queue.unshift(...doubtful);
    this.sayQueued();
    return { unknown: isWhole ? [] : doubtful };
  }

  /** Says what waits, as far as this side's disk lets it; to be asked again when that has room. */
  sayQueued(): void {
    if (this.#reading !== undefined || this.#stay?.isOpen !== true) return;
    for (let word = this.#queue[0]; word !== undefined; word = this.#queue[0]) {
      try {
        this.#stay.say(word.text, word.id);
      } catch (thrown) {
        if (asChatError(thrown).code === "FILE") return;
        throw thrown;
      }
      this.#queue.shift();
    }
  }

  /** A head is in the transcript. */
  signed(by: "server" | "self", size: number): void {
    if (by === "server") this.#serverSigned = Math.max(this.#serverSigned, size);
    else this.#ownSigned = Math.max(this.#ownSigned, size);
  }

  /** Whether this side wishes to leave it. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Says no more in it. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#stay?.leave();
  }

  /**
   * The connection has ended, or this side has left the room.
   *
   * @param session The connection's.
   */
  lost(session: string): void {
    const stay = this.#stay;
    this.#stay = undefined;
    this.#reading = undefined;
    const again: OwnText[] = [];
    for (const { text, seq, id } of stay?.unseen ?? []) {
      if (id === undefined) continue;
      if (seq === undefined) again.push({ id, text });
      else this.#doubtful.push({ id, text, seq, session });
    }
    this.#queue.unshift(...again);
  }

  /** No connection follows. Gives what was never sent, and what may have been placed. */
  end(): { readonly unsent: readonly OwnText[]; readonly unknown: readonly OwnText[] } {
    const [unsent, unknown] = [this.#queue, this.#doubtful];
    [this.#queue, this.#doubtful] = [[], []];
    return { unsent, unknown };
  }
}
