/**
 * What a client's stay in a room is made of.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { Authors } from "../protocol/v2/authors.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import type { Message } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import type { SecureLink } from "./secure_link.ts";

/** What a stay is made of. */
export interface RoomStayOptions {
  readonly link: SecureLink;
  readonly own: OwnIdentity;
  readonly server: PeerIdentity;
  readonly session: string;
  readonly room: string;
  readonly want: number;
  readonly authors: Authors;
  readonly transcriptDir: string;
  random(length: number): Uint8Array<ArrayBuffer>;
  now(): number;
  /** Told of every event, in order. */
  onEvent(event: SessionEvent): Promise<void>;
  /** Something went wrong beside the reading. */
  onFailure(error: ChatError): void;
}

/** An object of a room, as it came and as it was read. */
export interface RoomObject {
  readonly object: Uint8Array;
  readonly message: Message<"entry" | "head" | "refused">;
}

/** An own word that did not come back; `seq` if it went out. */
export interface UnseenWord {
  readonly text: string;
  readonly seq?: number;
  readonly id: number | undefined;
}
