import type { Authors } from "../../src/protocol/v2/authors.ts";
import type { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { RoomMember } from "../../src/protocol/v2/room_member.ts";

/** A connection: two queues, and both ends. */
export class Link {
  readonly up: Uint8Array[] = [];
  readonly down: Uint8Array[] = [];
  readonly shown = new Set<string>();
  client?: ClientRoom;
  member?: RoomMember;
  isServerBusy = false;
  isClientBusy = false;
  isOver = false;
  said = 0;
  placed = 0;

  constructor(
    readonly own: OwnIdentity,
    readonly session: string,
    readonly authors: Authors,
    readonly want: number,
    readonly skewMs: number,
  ) {}
}
