import type { Message } from "./messages.ts";
import type { PeerIdentity } from "./peer_identity.ts";

/** So many are dropped at once: moving a list for each entry would be slow. */
const SLACK = 64;

/** An entry with its author's chain, on the wire, beside what base64 makes longer: keys and quotes. */
const ENVELOPE_BYTES = 128;

/** An entry of the log. */
export interface LogEntry {
  /** Its place, from 0. */
  readonly index: number;
  readonly author: PeerIdentity;
  /** One object for all readers, so that its bytes can be made once. */
  readonly message: Message<"entry">;
}

/** The last entries of a log: what newcomers may see, and what members were not sent yet. */
export class EntryWindow {
  readonly #keep: number;
  #entries: LogEntry[] = [];
  #size = 0;

  /** @param keep How many entries newcomers may see. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Index of the first entry that is kept. */
  get first(): number {
    return this.#size - this.#entries.length;
  }

  /**
   * Adds an entry.
   *
   * @param entry The next one.
   * @param needed From which one on members wait for entries; all others may go.
   */
  push(entry: LogEntry, needed: () => number): void {
    this.#entries.push(entry);
    this.#size++;
    if (this.#entries.length < 2 * this.#keep + SLACK) return;
    const first = Math.min(needed(), this.#size - this.#keep);
    this.#entries = this.#entries.slice(Math.max(first - this.first, 0));
  }

  /**
   * Entries in order.
   *
   * @param from Index of the first.
   * @param to Index behind the last.
   * @returns The entries.
   * @throws {RangeError} if the first ones are gone.
   */
  slice(from: number, to: number): readonly LogEntry[] {
    if (from >= to) return [];
    if (from < this.first) throw new RangeError(`cannot give entry ${from}: it was dropped`);
    return this.#entries.slice(from - this.first, to - this.first);
  }

  /** The authors of what newcomers may see. */
  authors(): readonly PeerIdentity[] {
    return [...new Set(this.#visible().map(({ author }) => author))];
  }

  /**
   * From where a newcomer may see the log.
   *
   * @param refused Authors whose chains are not accepted any more: a newcomer would have to refuse their
   * words, so it sees only what came after the last of them.
   * @returns Index of the first entry.
   */
  firstFor(refused: ReadonlySet<PeerIdentity>): number {
    const last = this.#visible().findLast(({ author }) => refused.has(author));
    return last === undefined ? Math.max(this.#size - this.#keep, 0) : last.index + 1;
  }

  /**
   * From where on entries, with the chains of their authors, fit into so many bytes on the wire.
   *
   * @param maxBytes The bytes.
   * @returns Index of the first of them.
   */
  firstWithin(maxBytes: number): number {
    const shown = new Set<PeerIdentity>();
    let index = this.#size;
    let bytes = 0;
    for (const entry of this.#visible().toReversed()) {
      bytes += wireBytes(entry, shown);
      if (bytes > maxBytes) break;
      index = entry.index;
    }
    return index;
  }

  #visible(): readonly LogEntry[] {
    return this.#keep === 0 ? [] : this.#entries.slice(-this.#keep);
  }
}

/** Base64 writes three bytes as four. */
function wireBytes({ author, message }: LogEntry, shown: Set<PeerIdentity>): number {
  const { stmt, sig } = message;
  const chain = shown.has(author) ? [] : author.chain;
  shown.add(author);
  const bytes = [stmt, sig, ...chain].reduce((sum, { length }) => sum + length, 0);
  return ENVELOPE_BYTES + Math.ceil(bytes / 3) * 4;
}
