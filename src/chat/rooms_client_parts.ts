/**
 * What a client of several rooms is made of.
 *
 * @module
 */

import type { SessionEvent } from "../protocol/session.ts";
import type { RoomClient, WantedRoom } from "./room_client.ts";
import type { Person, RoomsEvent } from "./rooms_event.ts";

/** What a connection is made with. */
export interface RoomsDial extends WantedRoom {
  readonly more: readonly WantedRoom[];
  readonly after: readonly string[];
  onEvent(event: SessionEvent): Promise<void>;
}

/** What it is made of. */
export interface RoomsClientOptions {
  readonly self: Person;
  /** Joined at first; at least one. */
  readonly rooms: readonly WantedRoom[];
  /** Whether it comes back by itself. */
  readonly returns: boolean;
  /** Gives up waiting for the server. */
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  random(): number;
  /** Dials; CONNECTION if nobody answers. */
  dial(options: RoomsDial): Promise<RoomClient>;
  /** Told of every event, in order. */
  onEvent(event: RoomsEvent): Promise<void> | void;
}
