/**
 * When entries were in their places (PROTOCOL-2 §8): an entry's time is that of the first server head
 * over it. Until one comes its author's own word counts, but never less than what heads before it tell.
 *
 * @module
 */

import { RELAYED_FRESH_MS } from "../../protocol/v2/room_rules.ts";
import type { Statement } from "../../protocol/v2/statement.ts";
import { isoTime } from "../v1/times.ts";
import type { FilePeople, Person } from "./file_people.ts";
import { LineError } from "./line_error.ts";
import type { RoomEntry } from "./room_report.ts";

/** An entry that waits for its time. */
interface Waiting {
  readonly line: number;
  readonly index: number;
  readonly author: Person;
  readonly ts: number;
  /** Placed before the session joined: it may be of any age. */
  readonly isHistory: boolean;
  /** What is told of it, where somebody listens. */
  readonly statement?: Statement;
}

/** Where an entry is placed in time, and by which head. */
interface PlacedAt {
  readonly atMs: number;
  readonly headLine?: number;
}

/** Told of entries, in order, and of the line up to which signatures must hold for what is told. */
export type OnEntry = (entry: RoomEntry, line: number) => void;

/** Who is told of the entries below an index. */
export interface Listener {
  readonly listen: OnEntry;
  readonly upTo: number;
}

/** See the module. */
export class EntryTimes {
  readonly #people: FilePeople;
  readonly #listener: Listener | undefined;
  #waiting: Waiting[] = [];
  #lastPlacedMs = 0;
  #lastHeadMs = 0;
  #lastClientMs = 0;
  #headed = 0;
  #firstMs: number | undefined;
  #lastEntryMs: number | undefined;

  /** @param people Who is judged. @param listener Told of each entry once its time is known. */
  constructor(people: FilePeople, listener?: Listener) {
    this.#people = people;
    this.#listener = listener;
  }

  /** Entries of the log that a server head is over. */
  get headed(): number {
    return this.#headed;
  }

  /** The last time that the file tells. */
  get lastMs(): number {
    return Math.max(this.#lastPlacedMs, this.#lastHeadMs);
  }

  /** Of the first entry; absent before it is known. */
  get firstMs(): number | undefined {
    return this.#firstMs;
  }

  /** Of the last entry. */
  get lastEntryMs(): number | undefined {
    return this.#lastEntryMs;
  }

  /**
   * Takes an entry.
   *
   * @param waiting It.
   * @throws {LineError} STALE if heads that came before it tell that it was placed too late.
   */
  entry(waiting: Waiting): void {
    const { ts, line, isHistory } = waiting;
    if (!isHistory) this.#requireAfterHeads("statement", ts, line);
    this.#waiting.push(waiting);
  }

  /**
   * Takes a head of the server.
   *
   * @param size Entries that it is over.
   * @param ts Its time.
   * @param line Its number.
   * @throws {LineError} STALE if times fall or are too far from those of statements; BAD_CERT or REVOKED
   * if an author's chain, or the server's, was not good.
   */
  async serverHead(size: number, ts: number, line: number): Promise<void> {
    await this.#people.requireGood(this.#people.server, ts, line);
    this.#requireAfterHeads("head", ts, line);
    if (this.#lastClientMs > ts + RELAYED_FRESH_MS) {
      throw stale(
        line,
        `a head is of ${isoTime(this.#lastClientMs)}, and one behind it of ${isoTime(ts)}`,
      );
    }
    this.#lastHeadMs = Math.max(this.#lastHeadMs, ts);
    const count = this.#waiting.findIndex(({ index }) => index >= size);
    const placed = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
    if (placed.length > 0 && ts < this.#lastPlacedMs) {
      const text = `the server's times fall: ${isoTime(this.#lastPlacedMs)}, then ${isoTime(ts)}`;
      throw stale(line, text);
    }
    this.#headed = Math.max(this.#headed, size);
    for (const one of placed) {
      const judging = this.#placed(one, { atMs: ts, headLine: line });
      if (judging !== undefined) await judging;
    }
  }

  /**
   * Takes a head of a client.
   *
   * @param ts Its time.
   * @param line Its number.
   * @returns The moment at which its chain must have been good.
   * @throws {LineError} STALE if it is older than heads before it allow.
   */
  clientHead(ts: number, line: number): number {
    this.#requireAfterHeads("head", ts, line);
    this.#lastClientMs = Math.max(this.#lastClientMs, ts);
    return Math.max(ts, this.#lastHeadMs);
  }

  /**
   * Judges what no head is over by its authors' own times.
   *
   * @throws {LineError} BAD_CERT or REVOKED.
   */
  async finish(): Promise<void> {
    const rest = this.#waiting;
    this.#waiting = [];
    for (const one of rest) {
      const atMs = Math.max(one.ts, this.#lastHeadMs, this.#lastPlacedMs);
      const judging = this.#placed(one, { atMs });
      if (judging !== undefined) await judging;
    }
  }

  /** Judges an entry at its time; a promise only where its author's chain is not known to be good. */
  #placed(one: Waiting, at: PlacedAt): Promise<void> | undefined {
    const { line, index, author, ts, isHistory } = one;
    const { atMs, headLine } = at;
    const away = isHistory ? ts - atMs : Math.abs(atMs - ts);
    if (headLine !== undefined && away > RELAYED_FRESH_MS) {
      const text =
        `the head is of ${isoTime(atMs)}, entry ${index} that it is the first over (line ` +
        `${line}) is of ${isoTime(ts)}: over 10 minutes away`;
      throw stale(headLine, text);
    }
    const judging = this.#people.requireGood(author, atMs, line);
    if (judging !== undefined) return judging.then(() => this.#tell(one, at));
    this.#tell(one, at);
    return undefined;
  }

  #tell({ line, index, author, ts, statement }: Waiting, { atMs, headLine }: PlacedAt): void {
    // A tail's authors have clocks of their own: what they say moves no later entry's time.
    if (headLine !== undefined) this.#lastPlacedMs = atMs;
    this.#firstMs ??= atMs;
    this.#lastEntryMs = atMs;
    if (statement === undefined) return;
    const { name, fingerprint } = author.peer;
    const { kind, seq, session, text } = statement;
    const told = { line, index, kind, author: name, fingerprint, seq, session, ts, text };
    const whom = kind === "say" ? undefined : this.#people.nameOf(text);
    const about = whom === undefined ? {} : { about: whom };
    const entry = { ...told, ...about, placedMs: atMs, isHeaded: headLine !== undefined };
    this.#listener?.listen(entry, headLine ?? line);
  }

  /** What stands behind a head was signed at most ten minutes before it. */
  #requireAfterHeads(what: string, ts: number, line: number): void {
    if (ts + RELAYED_FRESH_MS >= this.#lastHeadMs) return;
    const text = `the ${what} is of ${isoTime(ts)}, and stands behind a head of the server of ` +
      `${isoTime(this.#lastHeadMs)}: over 10 minutes older`;
    throw stale(line, text);
  }
}

function stale(line: number, text: string): LineError {
  return new LineError({ line, code: "STALE", text });
}
