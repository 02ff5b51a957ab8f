import { encodeMessage, type Message } from "../protocol/v2/messages.ts";

/** An entry goes to many: its bytes are made once. */
const encoded = new WeakMap<Message, Uint8Array<ArrayBuffer>>();

/**
 * The bytes of a message.
 *
 * @param message The message; an entry is encoded once, however often it is asked for.
 * @returns One object.
 * @throws {ChatError} FORMAT if a field is out of its bounds.
 */
export function bytesOf(message: Message): Uint8Array<ArrayBuffer> {
  const known = encoded.get(message);
  if (known !== undefined) return known;
  const bytes = encodeMessage(message);
  if (message.type === "entry") encoded.set(message, bytes);
  return bytes;
}
