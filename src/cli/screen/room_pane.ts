import type { Person, RoomState } from "../../chat/rooms_event.ts";
import type { RoomLine } from "./event_rows.ts";

/** Lines that are kept of a room which is not in front; those before are in its transcript. */
const BACKLOG_MAX = 500;

/** A room as the screen keeps it: who is there, and what was not shown yet. */
export class RoomPane {
  readonly room: string;
  #backlog: RoomLine[] = [];
  #dropped = 0;
  #unread = 0;
  #hasMention = false;
  readonly #people = new Map<string, Person>();
  #more = 0;
  /** Index behind the last line that came, in whatever log. */
  #next: number | undefined;

  /** @param room Its name. */
  constructor(room: string) {
    this.room = room;
  }

  /** Words that were not shown. */
  get unread(): number {
    return this.#unread;
  }

  /** Whether this side is named in them. */
  get hasMention(): boolean {
    return this.#hasMention;
  }

  /** How many are in it, as far as is known. */
  get peopleCount(): number {
    return this.#people.size + this.#more;
  }

  /** Who is in it. */
  get people(): readonly Person[] {
    return [...this.#people.values()];
  }

  /** Those that are not listed. */
  get more(): number {
    return this.#more;
  }

  /**
   * A line came, shown or kept.
   *
   * @param index Its place in the log.
   */
  cameTo(index: number): void {
    this.#next = index + 1;
  }

  /**
   * This side is in the room again.
   *
   * @param from The first entry that it is given now.
   * @param isBack Whether the log is the one of before.
   * @returns What of it was missed, in words; nothing if nothing was.
   */
  missed(from: number, isBack: boolean): string | undefined {
    const next = this.#next;
    if (next === undefined) return undefined;
    if (!isBack) return "the server was started anew: a new log begins";
    return from > next ? `${from - next} entries were missed while away` : undefined;
  }

  /**
   * Keeps a line for later.
   *
   * @param line It.
   * @param isMention Whether this side is named in it.
   */
  keep(line: RoomLine, isMention: boolean): void {
    this.#backlog.push(line);
    if (this.#backlog.length > BACKLOG_MAX) {
      this.#backlog.shift();
      this.#dropped++;
    }
    if (line.kind !== "presence") this.#unread++;
    this.#hasMention ||= isMention;
  }

  /**
   * Gives what was kept, and forgets it.
   *
   * @returns The lines, and how many before them are not kept.
   */
  read(): { readonly lines: readonly RoomLine[]; readonly dropped: number } {
    const read = { lines: this.#backlog, dropped: this.#dropped };
    [this.#backlog, this.#dropped, this.#unread, this.#hasMention] = [[], 0, 0, false];
    return read;
  }

  /** The server has listed who is there. */
  listed(people: readonly Person[], more: number): void {
    this.#people.clear();
    for (const person of people) this.#people.set(person.fingerprint, person);
    this.#more = more;
  }

  /** Somebody came. */
  came(person: Person): void {
    this.#people.set(person.fingerprint, person);
  }

  /** Somebody went; he may be there with another session. */
  went({ fingerprint }: Person): void {
    this.#people.delete(fingerprint);
  }
}

/** A room of the client with its pane. */
export interface PaneState {
  readonly pane: RoomPane;
  readonly state: RoomState | undefined;
}
