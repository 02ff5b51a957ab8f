/**
 * What a server sends behind the handshake, given to the room that it is of.
 *
 * @module
 */

import { parseHead } from "../protocol/v2/head.ts";
import { type Message, parseMessage } from "../protocol/v2/messages.ts";
import { parseStatement } from "../protocol/v2/statement.ts";
import type { RoomStay } from "./room_stay.ts";
import type { RoomObject } from "./room_stay_parts.ts";
import { unasked } from "./unasked.ts";

const OF_ROOM = ["entry", "head", "refused"] as const;

const OF_SESSION = [
  ...["peer", "status", "ping", "joined", "not_joined", "members", "invite"] as const,
];

const KNOWN = [...OF_ROOM, ...OF_SESSION] as const;

/** What is of no room, or opens one. */
export type OfSession = Message<(typeof OF_SESSION)[number]>;

/** An object as it was read, and the room that it is of. */
type Read =
  | { readonly message: RoomObject["message"]; readonly stay: RoomStay }
  | { readonly message: OfSession; readonly stay?: undefined };

/** What an inbox is made of. */
export interface RoomInboxOptions {
  readonly stays: ReadonlyMap<string, RoomStay>;
  /** Takes what is of no room; may open one. */
  onOther(message: OfSession): Promise<void>;
  /** Told of what ends the connection and is of no room, before it does. */
  onLie(object: Uint8Array): void;
  /** Both final heads of a room are there. */
  onParted(stay: RoomStay): Promise<void>;
}

/** See the module. */
export class RoomInbox {
  readonly #options: RoomInboxOptions;
  /** Objects of one room that follow each other, not given to it yet. */
  #run: { readonly stay: RoomStay; readonly objects: RoomObject[] } | undefined;

  /** @param options Rooms, and who takes the rest. */
  constructor(options: RoomInboxOptions) {
    this.#options = options;
  }

  /**
   * Takes a record's objects: those of one room that follow each other go to it together.
   *
   * @param objects The objects, in order.
   * @throws {ChatError} The first check that fails: what came before it counts.
   */
  async take(objects: readonly Uint8Array[]): Promise<void> {
    try {
      for (const object of objects) await this.#sort(object);
    } finally {
      await this.#give();
    }
  }

  async #sort(object: Uint8Array): Promise<void> {
    const read = this.#read(object);
    if (read.stay !== this.#run?.stay) await this.#give();
    if (read.stay !== undefined) {
      this.#run ??= { stay: read.stay, objects: [] };
      this.#run.objects.push({ object, message: read.message });
      return;
    }
    try {
      await this.#options.onOther(read.message);
    } catch (thrown) {
      this.#options.onLie(object); // a lie stays as it was told
      throw thrown;
    }
  }

  #read(object: Uint8Array): Read {
    try {
      const message = parseMessage(object, KNOWN);
      return isOfRoom(message) ? { message, stay: this.#stayOf(message) } : { message };
    } catch (thrown) {
      this.#options.onLie(object);
      throw thrown;
    }
  }

  async #give(): Promise<void> {
    if (this.#run === undefined) return;
    const { stay, objects } = this.#run;
    this.#run = undefined;
    const hadParted = stay.hasParted;
    await stay.take(objects);
    if (!hadParted && stay.hasParted) await this.#options.onParted(stay);
  }

  /** Nearly everybody is in one room: then the room itself finds out what is not of it. */
  #stayOf(message: RoomObject["message"]): RoomStay {
    const { stays } = this.#options;
    const first = stays.values().next().value;
    if (first === undefined) throw unasked();
    return stays.size === 1 ? first : this.#find(message) ?? first;
  }

  #find(message: RoomObject["message"]): RoomStay | undefined {
    const { stays } = this.#options;
    switch (message.type) {
      case "refused":
        return [...stays.values()].find(({ log }) => log === message.log);
      case "head":
        return stays.get(parseHead(message.head).room);
      case "entry":
        return stays.get(parseStatement(message.stmt).room);
    }
  }
}

function isOfRoom(message: RoomObject["message"] | OfSession): message is RoomObject["message"] {
  return OF_ROOM.some((type) => type === message.type);
}
