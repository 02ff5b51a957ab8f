/**
 * The control plane of protocol 1: messages encrypted under the first key (PROTOCOL-1, phase 3).
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { decryptEcb, encryptEcb } from "../../crypto/aes_ecb.ts";
import { encodeJson, type JsonValue } from "./json.ts";
import { type Message, messageFrame, type MessageType, parseMessage } from "./messages.ts";
import { peerRefusal } from "./peer_status.ts";

/**
 * Encrypts a message into an `encrypted` frame.
 *
 * @param key The control plane's key, 16 bytes.
 * @param message The message with its `type`.
 * @returns The frame.
 */
export function sealedFrame(
  key: Uint8Array,
  message: Readonly<Record<string, JsonValue>> & { readonly type: MessageType },
): Uint8Array {
  return messageFrame({ type: "encrypted", ct: encryptEcb(key, encodeJson(message)).toBase64() });
}

/**
 * Opens an `encrypted` frame.
 *
 * @param key The control plane's key, 16 bytes.
 * @param options The frame's body, and the types that make sense now.
 * @returns The message inside.
 * @throws {ChatError} FORMAT if it does not decrypt or is malformed; HANDSHAKE if it is another
 * message.
 */
export function openSealed<T extends MessageType>(
  key: Uint8Array,
  options: { readonly body: Uint8Array; readonly wanted: readonly T[] },
): Message<T> {
  const outer = parseMessage(options.body, ["encrypted", "status"]);
  if (outer.type === "status") throw peerRefusal(outer, { code: "HANDSHAKE" });
  return parseMessage(decryptEcb(key, decodeBase64(outer.ct, "ct")), options.wanted);
}
