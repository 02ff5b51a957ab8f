/**
 * AES-128 in ECB mode with PKCS#7 padding, as protocol 1 uses it.
 *
 * ECB shows which 16-byte blocks of a conversation are equal: docs/protocol-1.md says what that
 * costs. Nothing but protocol 1 may import this file.
 *
 * @module
 */

import { ecb } from "@noble/ciphers/aes.js";
import { ChatError } from "../errors.ts";

/** Bytes of the key: AES-128 (FIPS 197). */
export const ECB_KEY_BYTES = 16;

function requireKey(key: Uint8Array): void {
  if (key.length !== ECB_KEY_BYTES) {
    throw new RangeError(
      `cannot use AES-128 key: ${key.length} bytes, expected ${ECB_KEY_BYTES}`,
    );
  }
}

/**
 * Encrypts with AES-128-ECB (SP 800-38A §6.1) after PKCS#7 padding (RFC 5652 §6.3).
 *
 * @param key 16 bytes.
 * @param plain Any length.
 * @returns Ciphertext, the next multiple of 16 bytes above the length of `plain`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const key = new Uint8Array(16);
 * assert.equal(encryptEcb(key, new Uint8Array(16)).length, 32);
 * ```
 */
export function encryptEcb(key: Uint8Array, plain: Uint8Array): Uint8Array {
  requireKey(key);
  return ecb(key).encrypt(plain);
}

/**
 * Decrypts AES-128-ECB and removes the PKCS#7 padding.
 *
 * @param key 16 bytes.
 * @param ciphertext A positive multiple of 16 bytes.
 * @returns The plain bytes.
 * @throws {ChatError} FORMAT if the length or the padding is wrong. A peer must not learn which.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const key = new Uint8Array(16);
 * const plain = new Uint8Array([1, 2, 3]);
 * assert.deepEqual(decryptEcb(key, encryptEcb(key, plain)), plain);
 * ```
 */
export function decryptEcb(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  requireKey(key);
  try {
    return ecb(key).decrypt(ciphertext);
  } catch (error) {
    throw new ChatError("FORMAT", "cannot decrypt: not AES-128-ECB of this key", { cause: error });
  }
}
