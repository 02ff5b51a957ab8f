/**
 * Names of rooms (PROTOCOL-2 §6): a name of the operator's list, or `dm:<fp>:<fp>` for two people.
 *
 * @module
 */

/** Rooms that one session may be in. */
export const ROOMS_MAX = 32;

const ROOM_NAME = /^[\x20-\x7e]{1,140}$/;
const DIRECT_PREFIX = "dm:";
const DIRECT_NAME = /^dm:([0-9a-f]{64}):([0-9a-f]{64})$/;

/**
 * Whether a text can name a room. What begins with `dm:` must be the one name of two different
 * people, so that two rooms never look like the same two.
 *
 * @param name A text.
 * @returns Whether it can.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isRoomName("pump room"), true);
 * assert.equal(isRoomName("dm:alice:bob"), false);
 * assert.equal(isRoomName(""), false);
 * ```
 */
export function isRoomName(name: string): boolean {
  if (!name.startsWith(DIRECT_PREFIX)) return ROOM_NAME.test(name);
  return membersOfDirectRoom(name) !== undefined;
}

/**
 * The only two who may join a room.
 *
 * @param name A room's name.
 * @returns The fingerprints of their leaves, lower first; nothing for a room of the list.
 */
export function membersOfDirectRoom(name: string): readonly [string, string] | undefined {
  const [, first = "", second = ""] = DIRECT_NAME.exec(name) ?? [];
  return first < second ? [first, second] : undefined;
}

/**
 * The name of two people's room.
 *
 * @param one Fingerprint of a leaf, lower-case hex.
 * @param other That of another one.
 * @returns The name, the same whoever is named first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [a, b] = ["a".repeat(64), "b".repeat(64)];
 * assert.equal(directRoomName(b, a), directRoomName(a, b));
 * assert.deepEqual(membersOfDirectRoom(directRoomName(b, a)), [a, b]);
 * ```
 */
export function directRoomName(one: string, other: string): string {
  return DIRECT_PREFIX + [one, other].sort().join(":");
}
