/**
 * What a client that is in several rooms tells: of its connection, and of each room.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { HandshakeNote } from "../protocol/session.ts";

/** Somebody whose chain this side has checked. */
export interface Person {
  /** As the CA vouches for it; two may have the same. */
  readonly name: string;
  /** Of the leaf, lower-case hex. */
  readonly fingerprint: string;
}

/** Where an entry stands, and when its author says that it was written. */
export interface Placed {
  readonly room: string;
  /** In the room's log, from 0. */
  readonly index: number;
  /** Milliseconds since the Unix epoch. */
  readonly ts: number;
  /** Whether it was there before this side joined. */
  readonly isHistory: boolean;
}

/** What a client tells of itself and of the way to the server. */
export type ConnectionEvent =
  | { readonly kind: "connecting"; readonly tries: number }
  /** The server has proved who it is. */
  | { readonly kind: "server"; readonly certificate: Certificate }
  | { readonly kind: "phase"; readonly phase: 1 | 2 | 3 | 4 | 5 | 6; readonly text: string }
  | { readonly kind: "explained"; readonly note: HandshakeNote }
  | { readonly kind: "sign_in_wanted" }
  | { readonly kind: "signed_in"; readonly email: string; readonly username: string }
  /** It is lost, and tried again in `retryMs`. */
  | { readonly kind: "lost"; readonly error: ChatError; readonly retryMs: number }
  /** Something went wrong that ends nothing. */
  | { readonly kind: "refused"; readonly error: ChatError; readonly room?: string }
  /** This side's disk is full, and nothing is shown; without an error, it has room again. */
  | { readonly kind: "disk"; readonly error?: ChatError }
  | { readonly kind: "ended"; readonly error?: ChatError };

/** What a client tells of a room. */
export type RoomsEvent =
  | ConnectionEvent
  /** This side is in the room: `from` is the first index that it is shown, `size` where the log stood. */
  | {
    readonly kind: "entered";
    readonly room: string;
    readonly log: string;
    readonly from: number;
    readonly size: number;
    /** Whether it was in the same log before, and was only away. */
    readonly isBack: boolean;
  }
  /** The join was refused; the others go on. */
  | { readonly kind: "not_entered"; readonly room: string; readonly error: ChatError }
  | Placed & {
    readonly kind: "said";
    readonly author: Person;
    readonly isOwn: boolean;
    readonly text: string;
    /** The number that `say` gave, where it was said here and by this client. */
    readonly id?: number;
  }
  /** The server's words. */
  | Placed & { readonly kind: "notice"; readonly text: string }
  | Placed & {
    readonly kind: "presence";
    readonly change: "join" | "leave" | "remove";
    readonly who: Person;
    readonly isOwn: boolean;
  }
  /** Heads over the first `size` entries: of the server, and of this side. */
  | {
    readonly kind: "signed";
    readonly room: string;
    readonly by: "server" | "self";
    readonly size: number;
  }
  /** Words of this side that have no answer for long; 0: all have. */
  | {
    readonly kind: "waiting";
    readonly room: string;
    readonly count: number;
    readonly reason?: string;
  }
  /** What became of words that were not seen in the log: they are never said again by themselves. */
  | {
    readonly kind: "unsent";
    readonly room: string;
    readonly id: number;
    readonly text: string;
    readonly fate: "not sent" | "unknown";
  }
  /** Who is in the room now, in order of joining; `more` were not listed. */
  | {
    readonly kind: "members";
    readonly room: string;
    readonly members: readonly Person[];
    readonly more: number;
  }
  /** Somebody is in the room of two and would talk. */
  | { readonly kind: "invited"; readonly room: string; readonly by: Person }
  /** Both sides have signed all that this side has of the log. */
  | { readonly kind: "parted"; readonly room: string; readonly size: number };

/** All but the question how to sign in, which a program answers by itself. */
export type ToldEvent = Exclude<RoomsEvent, { readonly kind: "sign_in_wanted" }>;

/** A room as its client sees it. */
export interface RoomState {
  readonly room: string;
  /** Whether words can be said now; otherwise they wait for the connection. */
  readonly isOpen: boolean;
  /** Entries of the log that this side knows of. */
  readonly size: number;
  /** Entries that a head of the server, and of this side, covers. */
  readonly serverSigned: number;
  readonly ownSigned: number;
  /** Own words that have not come back. */
  readonly waiting: number;
  readonly transcriptPath: string;
}

/** What a terminal, or a script's stream of commands, does with a client. */
export interface Rooms {
  /** This side. */
  readonly self: Person;
  readonly isOnline: boolean;
  /** In order of joining. */
  rooms(): readonly RoomState[];
  /**
   * Joins a room, now or once the connection is there.
   *
   * @param room Its name.
   * @param want How many entries before now are wanted, 0 to 1000.
   * @throws {ChatError} ROOM for what is no room's name, and above 32 rooms.
   */
  join(room: string, want: number): void;
  /** Leaves a room; "parted" tells when both sides have signed. */
  part(room: string): void;
  /**
   * Says something.
   *
   * @returns Its number, which "said" and "unsent" carry.
   * @throws {ChatError} ROOM when not in the room; FRAME_TOO_LARGE above one statement; FILE while this
   * side's disk is full; BUSY when too much waits.
   */
  say(room: string, text: string): number;
  /** The name of the room of two with somebody; to be given to {@link join}. */
  directWith(fingerprint: string): string;
  /** Asks who is there: "members" is the answer. */
  who(room: string): void;
  /** Everybody whose chain was shown in this session, for completion. */
  people(): readonly Person[];
  /** Leaves all rooms in order, within a bounded time. */
  leave(): Promise<void>;
}
