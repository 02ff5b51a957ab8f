/**
 * What a room of the server is made of, and who is in it.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { ChainJudge } from "../protocol/v2/chain_judge.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import type { RoomMember } from "../protocol/v2/room_member.ts";
import type { DiskWatch } from "./disk_watch.ts";
import type { OperatorBook } from "./operator/book.ts";
import type { RoomTimes } from "./time_histogram.ts";
import type { SecureLink } from "./secure_link.ts";

/** What a room is made of. */
export interface RoomHostOptions {
  readonly room: string;
  readonly own: OwnIdentity;
  readonly judge: ChainJudge;
  readonly transcriptDir: string;
  /** How many past entries newcomers may see. */
  readonly newcomersSee: number;
  /** The transcripts' disk. */
  readonly disk: Pick<DiskWatch, "isFull" | "filled">;
  /** Who is muted, and what newcomers are told. */
  readonly book?: Pick<OperatorBook, "limitOf" | "motd">;
  /** How long things take is noted here. */
  readonly times?: RoomTimes;
  random(length: number): Uint8Array<ArrayBuffer>;
  now(): number;
  /** Something is wrong in the room and stops no session. Must not throw. */
  onWarning(error: ChatError): void;
}

/** Who joins. */
export interface Joining {
  readonly link: SecureLink;
  readonly peer: PeerIdentity;
  /** The session's name. */
  readonly session: string;
  /** Entries before now that are wanted. */
  readonly want: number;
  /** Fingerprints whose chains the session was sent; its rooms share the set. */
  readonly shown: Set<string>;
  /** Ends the session. Must not throw. */
  abort(error: ChatError): void;
}

/** Somebody in the room. */
export interface Present extends Pick<Joining, "link" | "abort"> {
  readonly member: RoomMember;
}
