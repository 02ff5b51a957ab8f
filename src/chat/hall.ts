/**
 * What a server does with the connections of one protocol: each has a hall of its own, and no member
 * of one is heard in the other.
 *
 * @module
 */

import type { ErrorCode } from "../errors.ts";
import type { FrameStream } from "./frame_stream.ts";
import type { Member } from "./member.ts";
import type { Place } from "./admission.ts";
import type { RoomHost } from "./room_host.ts";

/** A connection whose first frame has told its protocol. */
export interface Arrival {
  /** Number of the connection, from 1. */
  readonly id: number;
  /** IP address and port, for people. */
  readonly address: string;
  readonly stream: FrameStream;
  /** The first frame's body. */
  readonly first: Uint8Array<ArrayBuffer>;
  /** Given back when it has signed in or ended. */
  readonly place: Place;
}

/** The connections of one protocol. */
export interface Hall {
  /**
   * Serves a connection until its socket is closed. Never throws.
   *
   * @param arrival The connection.
   * @returns Why it ended, if that was before it had signed in.
   */
  serve(arrival: Arrival): Promise<ErrorCode | undefined>;
  /** Who can be talked to, in order of arrival. */
  members(): readonly Member[];
  /** Every connection, from its first frame on, in order of arrival. */
  sessions(): readonly Member[];
  /** The rooms that are open, where the protocol has rooms. */
  hosts?(): Promise<readonly RoomHost[]>;
  /**
   * Says something as the operator.
   *
   * @param text The words.
   * @param to A member's name; without it everybody.
   * @returns To how many it goes.
   */
  say(text: string, to?: string): number;
  /** Ends the sessions of revoked certificates; returns how many. */
  endRevoked(): number;
  /** Gives every member its goodbye, within a bounded time; new ones are not served any more. */
  stop(): Promise<void>;
}
