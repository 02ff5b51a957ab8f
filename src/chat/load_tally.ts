/**
 * What became of the statements of a load test: who got which, when, and in which order.
 *
 * @module
 */

import type { RoomEvent } from "../protocol/v2/room_event.ts";
import type { LatencyHistogram } from "./latency_histogram.ts";

/** One statement that not all have yet. */
interface Said {
  readonly author: string;
  /** Its place in the log, as the first one who got it saw it. */
  index?: number;
  receivers: number;
}

/** What one member got of a room's statements. */
interface Got {
  /** All numbers below it. */
  floor: number;
  /** Numbers above: the server may place words of two authors in another order than they were said. */
  readonly beyond: Set<number>;
  count: number;
  lastIndex: number;
}

/** Faults of a run; all are 0 where the server keeps its word. */
export interface LoadFaults {
  /** Not delivered to a member who was there to the end. */
  readonly lost: number;
  readonly duplicated: number;
  /** At another place than another member saw, or before what its author had said before. */
  readonly outOfOrder: number;
}

/** The statements of one room. */
export class LoadTally {
  readonly #pattern: RegExp;
  readonly #tag: string;
  readonly #times: LatencyHistogram;
  readonly #tick: () => number;
  readonly #said = new Map<number, Said>();
  readonly #lastOf = new Map<string, number>();
  readonly #members: Got[] = [];
  #expected = 0;
  #sent = 0;
  #delivered = 0;
  #duplicated = 0;
  #outOfOrder = 0;

  /**
   * @param tag Tells this run's words from all others: letters and digits.
   * @param options Where times go, and a clock that only goes forward, ms.
   */
  constructor(
    tag: string,
    options: { readonly times: LatencyHistogram; readonly tick: () => number },
  ) {
    this.#tag = tag;
    this.#pattern = new RegExp(`^bench ${tag} (\\d{1,9}) (\\d{1,15}\\.\\d{3})$`);
    this.#times = options.times;
    this.#tick = options.tick;
  }

  /** Statements that were said. */
  get sent(): number {
    return this.#sent;
  }

  /** How often one was delivered, its author's receipt included. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Numbers that were given to members, from 0. */
  get numbers(): number {
    return this.#members.length;
  }

  /** Somebody wants to be a member of the room. @returns The number. */
  join(): number {
    this.#expected++;
    return this.#members.push({ floor: 0, beyond: new Set(), count: 0, lastIndex: -1 }) - 1;
  }

  /** Somebody who had a number did not come in. */
  forget(): void {
    this.#expected--;
  }

  /**
   * Notes a statement.
   *
   * @param author Its author's fingerprint.
   * @param dueMs When it was to be said, by the clock of the tally: a sender who is late counts.
   * @returns Its text: `bench TAG NUMBER TIME`.
   */
  say(author: string, dueMs: number): string {
    const number = this.#sent++;
    this.#said.set(number, { author, receivers: 0 });
    return `bench ${this.#tag} ${number} ${dueMs.toFixed(3)}`;
  }

  /**
   * Notes an entry that a member got and checked; what is not of this run does not count.
   *
   * @param member Its number.
   * @param event The entry.
   */
  got(member: number, { kind, text, index, fingerprint }: RoomEvent): void {
    const [, digits = "", dueMs = ""] = kind === "said" ? this.#pattern.exec(text) ?? [] : [];
    const got = this.#members[member];
    const number = Number(digits);
    if (digits === "" || got === undefined || number >= this.#sent) return;
    if (number < got.floor || got.beyond.has(number)) {
      this.#duplicated++;
      return;
    }
    this.#times.add(this.#tick() - Number(dueMs));
    this.#delivered++;
    if (!this.#isInOrder(got, { number, index, fingerprint })) this.#outOfOrder++;
    got.lastIndex = index;
    got.count++;
    got.beyond.add(number);
    while (got.beyond.delete(got.floor)) got.floor++;
  }

  /** Whether everybody of some members has everything. */
  isComplete(members: Iterable<number>): boolean {
    for (const member of members) {
      if ((this.#members[member]?.count ?? 0) < this.#sent) return false;
    }
    return true;
  }

  /**
   * What went wrong.
   *
   * @param members Those who were there to the end.
   * @param isFailed Whether an author's session failed: what of his nobody got was not said.
   * @returns Counts.
   */
  faults(members: Iterable<number>, isFailed: (author: string) => boolean): LoadFaults {
    const unsaid = [...this.#said.values()]
      .filter(({ receivers, author }) => receivers === 0 && isFailed(author)).length;
    let lost = 0;
    for (const member of members) {
      lost += this.#sent - unsaid - (this.#members[member]?.count ?? 0);
    }
    return { lost, duplicated: this.#duplicated, outOfOrder: this.#outOfOrder };
  }

  #isInOrder(
    { lastIndex }: Got,
    got: { readonly number: number; readonly index: number; readonly fingerprint: string },
  ): boolean {
    const { number, index, fingerprint } = got;
    const said = this.#said.get(number);
    if (said === undefined || said.author !== fingerprint) return false;
    said.receivers++;
    if (said.receivers === this.#expected) this.#said.delete(number);
    if (said.index !== undefined) return said.index === index && index > lastIndex;
    said.index = index;
    const isNext = number > (this.#lastOf.get(fingerprint) ?? -1);
    this.#lastOf.set(fingerprint, number);
    return isNext && index > lastIndex;
  }
}
