/**
 * The key agreement of protocol 1, used twice: for the control plane and for the session
 * (PROTOCOL-1, phases 2 and 4). Neither public value is signed: docs/protocol-1.md says what an
 * active attacker can do with that.
 *
 * @module
 */

import { ECB_KEY_BYTES } from "../../crypto/aes_ecb.ts";
import { sha256 } from "../../crypto/digest.ts";
import {
  GROUP14_G,
  GROUP14_P,
  publicValue,
  sharedValue,
  unsignedBytes,
} from "../../crypto/modp.ts";
import { ChatError } from "../../errors.ts";
import { type Message, messageFrame } from "./messages.ts";

/**
 * The key of a shared value: the first 16 bytes of SHA-256 over its unsigned big-endian bytes.
 *
 * @param exponent This side's private exponent, used for nothing else.
 * @param peerPublic The other side's public value.
 * @returns 16 bytes.
 * @throws {ChatError} HANDSHAKE if the public value is out of range.
 */
export function agreeOnKey(exponent: bigint, peerPublic: bigint): Uint8Array {
  return sha256(unsignedBytes(sharedValue(exponent, peerPublic))).subarray(0, ECB_KEY_BYTES);
}

/**
 * The client's half of an exchange.
 *
 * @param exponent Its private exponent.
 * @returns The dh_client frame.
 */
export function clientShareFrame(exponent: bigint): Uint8Array {
  return messageFrame({ type: "dh_client", g: GROUP14_G, p: GROUP14_P, A: publicValue(exponent) });
}

/**
 * The server's answer to a client's half: its own half and the key.
 *
 * @param share The client's half.
 * @param exponent The server's private exponent.
 * @returns The dh_server frame and the 16-byte key.
 * @throws {ChatError} HANDSHAKE for any group but RFC 3526 group 14, or a value out of range.
 */
export function answerShare(
  share: Message<"dh_client">,
  exponent: bigint,
): { readonly frame: Uint8Array; readonly key: Uint8Array } {
  if (share.p !== GROUP14_P || share.g !== GROUP14_G) {
    const bits = share.p.toString(2).length;
    throw new ChatError(
      "HANDSHAKE",
      `cannot agree on a key: a group of ${bits} bits is offered, expected RFC 3526 group 14`,
    );
  }
  const key = agreeOnKey(exponent, share.A);
  return { frame: messageFrame({ type: "dh_server", B: publicValue(exponent) }), key };
}
