import { ChatError } from "../../errors.ts";

/**
 * The one object of a record of the handshake.
 *
 * @param objects What the record holds.
 * @returns The object.
 * @throws {ChatError} HANDSHAKE if there are more.
 */
export function onlyObject(objects: readonly Uint8Array[]): Uint8Array {
  const [first, ...rest] = objects;
  if (first !== undefined && rest.length === 0) return first;
  const text =
    `cannot go on: ${objects.length} messages in one record of the handshake, expected 1`;
  throw new ChatError("HANDSHAKE", text);
}
