/**
 * Signatures by a key of any kind that certificates here may have: RSASSA-PKCS1-v1_5 with SHA-256
 * (RFC 8017 §8.2), ECDSA on P-256 with SHA-256 (FIPS 186-5 §6, DER as in RFC 3279 §2.2.3), Ed25519
 * (RFC 8032). Protocol 1 has its own, `signature.ts`, which is RSA alone.
 *
 * @module
 */

import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from "node:crypto";

/** Ed25519 hashes by itself (RFC 8032 §5.1.6); the others sign a SHA-256. */
function digestOf(key: KeyObject): "sha256" | null {
  return key.asymmetricKeyType === "ed25519" ? null : "sha256";
}

/**
 * Signs data by the rule of the key's kind.
 *
 * @param pkcs8Der DER PrivateKeyInfo (RFC 5208) of an RSA, P-256 or Ed25519 key; the caller wipes it.
 * @param data Any length.
 * @returns The signature.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
 * if (!("privateKey" in pair)) throw new TypeError("no pair");
 * const pkcs8Der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
 * const spkiDer = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
 * const data = new Uint8Array(3);
 * const signature = signWithKey(pkcs8Der, data);
 * assert.equal(isSignedWithKey(spkiDer, { data, signature }), true);
 * ```
 */
export function signWithKey(pkcs8Der: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = createPrivateKey({ key: Buffer.from(pkcs8Der), format: "der", type: "pkcs8" });
  return new Uint8Array(nodeSign(digestOf(key), data, key));
}

/** Data and what is said to be its signature. */
export interface SignedData {
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Verifies a signature. Anything wrong with it or with the key is `false`, never an error.
 *
 * @param spkiDer DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of the claimed author.
 * @param signed The data and the signature.
 * @returns Whether the holder of the key signed the data.
 */
export function isSignedWithKey(spkiDer: Uint8Array, { data, signature }: SignedData): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spkiDer), format: "der", type: "spki" });
    return nodeVerify(digestOf(key), data, key, signature);
  } catch {
    return false;
  }
}
