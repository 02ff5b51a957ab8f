/**
 * Who may join a room, and who is told that two may talk (PROTOCOL-2 §6).
 *
 * @module
 */

import type { Message } from "./messages.ts";
import { membersOfDirectRoom } from "./room_name.ts";

/** Who wants to join which room. */
export interface JoinRequest {
  readonly room: string;
  /** Of the leaf, lower-case hex. */
  readonly fingerprint: string;
}

/**
 * Whether a person may join a room.
 *
 * @param request Who, and where.
 * @param listed The operator's rooms.
 * @returns True for a room of the list, and for the two of a direct room.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { directRoomName } from "./room_name.ts";
 * const [alice, bob, carol] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];
 * const room = directRoomName(alice, bob);
 * assert.equal(mayJoin({ room, fingerprint: alice }, new Set()), true);
 * assert.equal(mayJoin({ room, fingerprint: carol }, new Set([room])), false);
 * assert.equal(mayJoin({ room: "hall", fingerprint: carol }, new Set(["hall"])), true);
 * assert.equal(mayJoin({ room: "attic", fingerprint: carol }, new Set(["hall"])), false);
 * ```
 */
export function mayJoin(
  { room, fingerprint }: JoinRequest,
  listed: ReadonlySet<string>,
): boolean {
  const members = membersOfDirectRoom(room);
  return members === undefined ? listed.has(room) : members.includes(fingerprint);
}

/**
 * What the other one's sessions are told when a direct room is joined.
 *
 * @param request Who joined, and where.
 * @returns For whom, and the message; nothing for a room of the list.
 */
export function invitation(
  { room, fingerprint }: JoinRequest,
): { readonly to: string; readonly message: Message<"invite"> } | undefined {
  const to = membersOfDirectRoom(room)?.find((member) => member !== fingerprint);
  return to === undefined ? undefined : { to, message: { type: "invite", by: fingerprint, room } };
}
