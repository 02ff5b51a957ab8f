/**
 * Notes on a handshake for `--explain`: names, sizes and hashes, never a secret.
 *
 * @module
 */

import { sha256 } from "../../crypto/digest.ts";
import { Secret } from "../../crypto/secret.ts";
import type { HandshakeNote } from "../session.ts";

/**
 * Notes a message and what was derived with it. A public value is shown as it is, of a secret only its
 * SHA-256: both sides can compare it, and it leads nowhere.
 *
 * @param message The message's name.
 * @param bytes The message.
 * @param derived Values by name.
 * @returns The note.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Secret } from "../../crypto/secret.ts";
 * const secret = new Secret(new Uint8Array(32));
 * const { derived } = noteOf("ready", new Uint8Array(3), { hs: secret });
 * assert.equal(derived[0]?.shown.slice(0, 8), "66687aad");
 * ```
 */
export function noteOf(
  message: string,
  bytes: Uint8Array,
  derived: Readonly<Record<string, Secret | Uint8Array | string>> = {},
): HandshakeNote {
  return {
    message,
    bytes: bytes.length,
    derived: Object.entries(derived).map(([name, value]) => ({
      name,
      isSecret: value instanceof Secret,
      shown: shownOf(value),
    })),
  };
}

function shownOf(value: Secret | Uint8Array | string): string {
  if (value instanceof Secret) return sha256(value.bytes).toHex();
  return typeof value === "string" ? value : value.toHex();
}
