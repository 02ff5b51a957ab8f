/**
 * Who could see an entry of a room, by the lines that the server signed about coming and going, and by
 * the heads that answer a join (PROTOCOL-2 §6.1, §7.2).
 *
 * @module
 */

import type { RoomEntry, RoomReport } from "./room_report.ts";

/** Somebody's stay in the room. */
export interface Stay {
  /** The leaf's, lower-case hex. */
  readonly fingerprint: string;
  /** As the CA vouches for it; absent where the file has no chain of theirs. */
  readonly name?: string;
  /** The entry that says that they came; absent where that was before the file. */
  readonly from?: number;
  /** The entry that says that they went, and how; absent where they were still there at its end. */
  readonly until?: number;
  readonly isRemoved: boolean;
}

/** Who could see an entry. */
export interface Viewers {
  /** Whether the file begins with the log: else some may have been there that it does not tell of. */
  readonly isWhole: boolean;
  /** Who was in the room when it was placed: it was sent to each of them. */
  readonly present: readonly Stay[];
  /** Who came later and was sent past entries down to it or below; in a server's file alone it is told. */
  readonly later: readonly (Stay & { readonly sentFrom: number })[];
  /**
   * Who came later, where this file does not tell whether they were sent it: what a session was sent is
   * in the server's file, and there of each session, not of each coming.
   */
  readonly untold: readonly Stay[];
}

/** Follows a file's entries. */
export class Presence {
  readonly #stays: Stay[] = [];
  #from: number | undefined;

  /**
   * Takes every entry of the file, in order.
   *
   * @param entry It; verified.
   */
  take({ index, kind, text: fingerprint, about: name, ...said }: RoomEntry): void {
    this.#from ??= index;
    if (kind === "say") this.#speak(said);
    else if (kind === "join") {
      const named = name === undefined ? {} : { name };
      this.#stays.push({ fingerprint, ...named, from: index, isRemoved: false });
    } else if (kind === "leave" || kind === "remove") {
      this.#end({ fingerprint, name, index, isRemoved: kind === "remove" });
    }
  }

  /**
   * Says who could see an entry.
   *
   * @param index Its place in the log.
   * @param report The verification's result.
   * @returns Them; nothing if the file does not have the entry.
   */
  viewersOf(index: number, report: RoomReport): Viewers | undefined {
    if (index < report.from || index >= report.size) return undefined;
    const isThere = ({ from = -1, until = Infinity }: Stay) => from <= index && index < until;
    const after = this.#stays.filter(({ from = -1 }) => from > index);
    const later: Viewers["later"][number][] = [];
    const untold: Stay[] = [];
    for (const stay of after) {
      const froms = sentFrom(stay, report);
      const [least, most] = [Math.min(...froms), Math.max(...froms)];
      if (froms.length > 0 && most <= index) later.push({ ...stay, sentFrom: most });
      else if (least <= index || froms.length === 0) untold.push(stay);
    }
    return { isWhole: this.#from === 0, present: this.#stays.filter(isThere), later, untold };
  }

  /** Whoever speaks without having come in this file came before it. */
  #speak({ fingerprint, author: name }: Pick<RoomEntry, "fingerprint" | "author">): void {
    if (this.#from === 0 || this.#stays.some((stay) => stay.fingerprint === fingerprint)) return;
    this.#stays.push({ fingerprint, name, isRemoved: false });
  }

  /** Whoever goes without having come in this file came before it. */
  #end(gone: {
    readonly fingerprint: string;
    readonly name: string | undefined;
    readonly index: number;
    readonly isRemoved: boolean;
  }): void {
    const { fingerprint, name, index: until, isRemoved } = gone;
    const at = this.#stays.findIndex((stay) =>
      stay.fingerprint === fingerprint && stay.until === undefined
    );
    const stay = this.#stays[at];
    const named = name === undefined ? {} : { name };
    if (stay === undefined) this.#stays.push({ fingerprint, ...named, until, isRemoved });
    else this.#stays[at] = { ...stay, ...named, until, isRemoved };
  }
}

/** The first entry that each session of theirs was sent: the server's file has the heads that say so. */
function sentFrom({ fingerprint }: Stay, { role, sessions }: RoomReport): readonly number[] {
  if (role !== "server") return [];
  return sessions.filter((session) => session.fingerprint === fingerprint).map(({ from }) => from);
}
