/**
 * AES-256-GCM (SP 800-38D) with a nonce of 12 bytes and a tag of 16 bytes.
 *
 * Two messages under one key and nonce give the key's authentication away (SP 800-38D §8): whoever
 * calls this counts. One key may seal 2^32 messages at most (§8.3).
 *
 * @module
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { concat } from "../bytes/concat.ts";

/** Bytes of the key. */
export const GCM_KEY_BYTES = 32;

/** Bytes of the nonce: SP 800-38D §5.2.1.1 recommends 96 bits. */
export const GCM_NONCE_BYTES = 12;

/** Bytes of the tag, at the end of what is sealed. */
export const GCM_TAG_BYTES = 16;

const GCM = "aes-256-gcm";
const TAG = { authTagLength: GCM_TAG_BYTES } as const;

/** What is beside the key. */
export interface GcmInputs {
  /** 12 bytes, never twice with one key. */
  readonly nonce: Uint8Array;
  /** Authenticated, not encrypted; any length. */
  readonly aad: Uint8Array;
}

/**
 * Encrypts and authenticates.
 *
 * @param key 32 bytes.
 * @param inputs Nonce, additional data, and `plain` of any length.
 * @returns `ciphertext || tag (16)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const key = new Uint8Array(32);
 * const inputs = { nonce: new Uint8Array(12), aad: new Uint8Array() };
 * const sealed = sealGcm(key, { ...inputs, plain: new Uint8Array([7]) });
 * assert.equal(sealed.length, 17);
 * assert.deepEqual(openGcm(key, { ...inputs, sealed }), new Uint8Array([7]));
 * ```
 */
export function sealGcm(
  key: Uint8Array,
  inputs: GcmInputs & { readonly plain: Uint8Array },
): Uint8Array<ArrayBuffer> {
  requireSizes(key, inputs.nonce);
  const cipher = createCipheriv(GCM, key, inputs.nonce, TAG);
  cipher.setAAD(inputs.aad);
  return concat(cipher.update(inputs.plain), cipher.final(), cipher.getAuthTag());
}

/**
 * Decrypts what {@link sealGcm} made.
 *
 * @param key 32 bytes.
 * @param inputs Nonce, additional data, and `sealed`: `ciphertext || tag (16)`.
 * @returns The plain bytes, or nothing if a bit of anything is another one.
 */
export function openGcm(
  key: Uint8Array,
  inputs: GcmInputs & { readonly sealed: Uint8Array },
): Uint8Array<ArrayBuffer> | undefined {
  requireSizes(key, inputs.nonce);
  const tagStart = inputs.sealed.length - GCM_TAG_BYTES;
  if (tagStart < 0) return undefined;
  const decipher = createDecipheriv(GCM, key, inputs.nonce, TAG);
  decipher.setAAD(inputs.aad);
  decipher.setAuthTag(inputs.sealed.subarray(tagStart));
  const plain = decipher.update(inputs.sealed.subarray(0, tagStart));
  try {
    decipher.final();
  } catch {
    plain.fill(0); // SP 800-38D §7.2: nothing of a forged text may get out
    return undefined;
  }
  return new Uint8Array(plain);
}

function requireSizes(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length === GCM_KEY_BYTES && nonce.length === GCM_NONCE_BYTES) return;
  throw new RangeError(
    `cannot use AES-256-GCM: key of ${key.length} and nonce of ${nonce.length} bytes, ` +
      `expected ${GCM_KEY_BYTES} and ${GCM_NONCE_BYTES}`,
  );
}
