import type { ChatError } from "../errors.ts";
import type { Trust } from "../pki/trust.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { OwnIdentity, SignInMode } from "../protocol/v2/handshake.ts";
import type { FrameStream } from "./frame_stream.ts";
import type { Limits } from "./limits.ts";
import type { RoomHost } from "./room_host.ts";
import type { SignInDesk } from "./sign_in_desk.ts";

/** What a session is made of. */
export interface RoomSessionOptions {
  readonly stream: FrameStream;
  /** The first frame's body. */
  readonly first: Uint8Array<ArrayBuffer>;
  readonly own: OwnIdentity;
  readonly trust: Trust;
  readonly signIn: SignInMode;
  readonly desk: SignInDesk;
  readonly limits: Limits;
  now(): number;
  /** Finds a room that a person may join; throws ROOM. */
  roomOf(name: string, fingerprint: string): Promise<RoomHost>;
  /** Ends an earlier session of this person, and waits until nothing of it can be placed any more. */
  endEarlier(session: string, fingerprint: string): Promise<void>;
  /** This session is in a room now. */
  onJoined(room: string): void;
  /** Told of every event, in order; may end the session by an error that it returns. */
  onEvent(event: SessionEvent): ChatError | undefined;
}
