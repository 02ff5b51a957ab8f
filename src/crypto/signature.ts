/**
 * RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2), the signature of protocol 1.
 *
 * Signing runs in WebCrypto, off the event loop, so that two cores sign at once. Verifying runs in
 * node:crypto, which on this runtime takes half of WebCrypto's time; `verify_pool.ts` runs it on
 * every core.
 *
 * @module
 */

import { createPublicKey, type KeyObject, verify as nodeVerify } from "node:crypto";
import { ChatError } from "../errors.ts";

const RSA_SHA256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const; // RFC 8017 §8.2

/** A private key that can sign and never leaves the runtime. */
export interface SigningKey {
  /** Keeps the two kinds of key apart. */
  readonly kind: "signing";
  /** WebCrypto's key. */
  readonly handle: CryptoKey;
}

/** A public key that can verify. */
export interface VerifyKey {
  /** Keeps the two kinds of key apart. */
  readonly kind: "verify";
  /** The key of node:crypto. */
  readonly handle: KeyObject;
  /** The same key as DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
  readonly spkiDer: Uint8Array;
}

/**
 * Imports a signing key, unextractable.
 *
 * @param pkcs8Der DER PrivateKeyInfo (RFC 5208) of an RSA key; the caller may wipe it afterwards.
 * @returns The key.
 * @throws {ChatError} FORMAT if it is not an RSA key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(importSigningKey(new Uint8Array(8)), { code: "FORMAT" });
 * ```
 */
export async function importSigningKey(pkcs8Der: Uint8Array<ArrayBuffer>): Promise<SigningKey> {
  try {
    const handle = await crypto.subtle.importKey("pkcs8", pkcs8Der, RSA_SHA256, false, ["sign"]);
    return { kind: "signing", handle };
  } catch (error) {
    throw new ChatError("FORMAT", "cannot use private key: not an RSA key in PKCS#8", {
      cause: error,
    });
  }
}

/**
 * Imports a public key of any kind: a certificate may have one that protocol 1 cannot use, and then
 * {@link verifySignature} accepts nothing.
 *
 * @param spkiDer DER SubjectPublicKeyInfo.
 * @returns The key.
 * @throws {ChatError} FORMAT if it is not a key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => importVerifyKey(new Uint8Array(8)), { code: "FORMAT" });
 * ```
 */
export function importVerifyKey(spkiDer: Uint8Array): VerifyKey {
  try {
    const handle = createPublicKey({ key: Buffer.from(spkiDer), format: "der", type: "spki" });
    return { kind: "verify", handle, spkiDer };
  } catch (error) {
    throw new ChatError("FORMAT", "cannot use public key: not a key", { cause: error });
  }
}

/**
 * Signs data.
 *
 * @param key The author's key.
 * @param data Any length; it is hashed with SHA-256 here.
 * @returns The signature, as long as the modulus.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const pair = await crypto.subtle.generateKey(
 *   { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
 *   true, ["sign", "verify"]);
 * const key = await importSigningKey(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
 * const publicKey = importVerifyKey(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
 * const data = new TextEncoder().encode("hello");
 * assert.equal(verifySignature(publicKey, await sign(key, data), data), true);
 * ```
 */
export async function sign(
  key: SigningKey,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(RSA_SHA256, key.handle, data));
}

/**
 * Verifies a signature. Anything wrong with it is `false`, never an error.
 *
 * @param key The claimed author's key.
 * @param signature The signature.
 * @param data What was signed; it is hashed with SHA-256 here.
 * @returns Whether the holder of the key signed the data.
 */
export function verifySignature(
  key: VerifyKey,
  signature: Uint8Array,
  data: Uint8Array,
): boolean {
  try {
    return key.handle.asymmetricKeyType === "rsa" &&
      nodeVerify("sha256", data, key.handle, signature);
  } catch {
    return false;
  }
}

/** A signature to be verified with others. */
export interface SignedItem {
  /** The claimed author's key. */
  readonly key: VerifyKey;
  /** Of any length; a wrong one is no signature. */
  readonly signature: Uint8Array<ArrayBuffer>;
  /** What was signed; it is hashed with SHA-256 here. */
  readonly data: Uint8Array<ArrayBuffer>;
}
