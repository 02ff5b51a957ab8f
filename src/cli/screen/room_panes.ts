/**
 * The rooms of the screen: their order and numbers, which is in front, and how they are called.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { Person, Rooms } from "../../chat/rooms_event.ts";
import { membersOfDirectRoom } from "../../protocol/v2/room_name.ts";
import type { PersonNames } from "./person_names.ts";
import { RoomPane } from "./room_pane.ts";
import type { OtherRoom, StatusFacts } from "./status_text.ts";

/** See the module. */
export class RoomPanes {
  readonly #rooms: Rooms;
  readonly #names: PersonNames;
  readonly #panes: RoomPane[] = [];
  /** The room that is shown. */
  front: RoomPane | undefined;

  /** @param rooms The client. @param names How people are called. */
  constructor(rooms: Rooms, names: PersonNames) {
    [this.#rooms, this.#names] = [rooms, names];
  }

  /** In order of their numbers, which begin with 1. */
  get all(): readonly RoomPane[] {
    return this.#panes;
  }

  /** The pane of a room; it is made where there is none. */
  of(room: string): RoomPane {
    const known = this.find(room);
    if (known !== undefined) return known;
    const pane = new RoomPane(room);
    this.#panes.push(pane);
    return pane;
  }

  /** The pane of a room, where there is one. */
  find(room: string): RoomPane | undefined {
    return this.#panes.find((pane) => pane.room === room);
  }

  /** The pane that a person names: by number, name or title. */
  named(typed: string): RoomPane | undefined {
    if (/^\d+$/.test(typed)) return this.#panes[Number(typed) - 1];
    return this.#panes.find(({ room }) => room === typed || this.title(room) === typed);
  }

  /** The pane after or before the one in front. */
  beside(step: 1 | -1): RoomPane | undefined {
    const { length } = this.#panes;
    const place = this.front === undefined ? 0 : this.#panes.indexOf(this.front);
    return this.#panes[(place + step + length) % length];
  }

  /**
   * Forgets a room.
   *
   * @returns The pane to be shown instead, if it was in front.
   */
  remove(room: string): RoomPane | undefined {
    const place = this.#panes.findIndex((pane) => pane.room === room);
    if (place < 0) return undefined;
    const [gone] = this.#panes.splice(place, 1);
    return this.front === gone ? this.#panes[0] : undefined;
  }

  /** A pane's number. */
  number(pane: RoomPane): number {
    return this.#panes.indexOf(pane) + 1;
  }

  /** A room of two is called after the other one. */
  title(room: string): string {
    const pair = membersOfDirectRoom(room);
    if (pair === undefined) return printable(room);
    const other = pair.find((fingerprint) => fingerprint !== this.#rooms.self.fingerprint) ?? "";
    return `@${this.#names.of(this.#person(other))}`;
  }

  #person(fingerprint: string): Person {
    return this.#rooms.people().find((person) => person.fingerprint === fingerprint) ??
      { name: fingerprint.slice(0, 16), fingerprint };
  }

  /**
   * What the status row tells.
   *
   * @param trouble Why nothing goes out now, if so.
   * @param nowhere What is shown before this side is in a room.
   */
  facts(trouble: string | undefined, nowhere: string): StatusFacts {
    const { front } = this;
    const state = this.#rooms.rooms().find(({ room }) => room === front?.room);
    return {
      title: front === undefined ? nowhere : this.title(front.room),
      trouble,
      waiting: state?.waiting ?? 0,
      signed: state?.serverSigned ?? 0,
      size: state?.size ?? 0,
      people: front?.peopleCount ?? 0,
      others: this.#others(),
    };
  }

  #others(): readonly OtherRoom[] {
    return this.#panes.flatMap((pane) => {
      const { room, unread, hasMention: isMention } = pane;
      if (pane === this.front || unread === 0) return [];
      return [{ number: this.number(pane), title: this.title(room), unread, isMention }];
    });
  }
}
