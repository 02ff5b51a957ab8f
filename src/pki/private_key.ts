/**
 * Private keys: made, written as PKCS#8, read as PKCS#8 or PKCS#1.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { ChatError } from "../errors.ts";
import { generateKeyPair, type KeyKind, keyShapeOf, keyText, type KeyType } from "./key_type.ts";
import { decodePem, encodePem } from "./pem.ts";

/** RSA modulus sizes that are made and accepted, bits (SP 800-131A Rev. 2 §3: ≥ 2048). */
export const RSA_BITS_MIN = 2048;
/** Above this a signature costs more than a chat can pay. */
export const RSA_BITS_MAX = 4096;

/** A private key as read from a file, with its public half. */
export interface PrivateKeyDer {
  /** DER PrivateKeyInfo (RFC 5208). */
  readonly pkcs8Der: Uint8Array<ArrayBuffer>;
  /** DER SubjectPublicKeyInfo of the public half. */
  readonly spkiDer: Uint8Array<ArrayBuffer>;
  readonly kind: KeyKind;
}

/**
 * Makes a new key pair.
 *
 * @param type What kind; RSA of 4096 bits takes seconds.
 * @returns The private key; write it with {@link encodePrivateKey}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.match(encodePrivateKey(await generatePrivateKey("ed25519")), /^-----BEGIN PRIVATE KEY/);
 * ```
 */
export async function generatePrivateKey(type: KeyType): Promise<PrivateKeyDer> {
  const pair = await generateKeyPair(type);
  return {
    pkcs8Der: new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)),
    spkiDer: new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)),
    kind: type === "ec-p256" || type === "ed25519" ? type : "rsa",
  };
}

/**
 * Writes a key as PKCS#8 PEM, unencrypted: the file's mode is what protects it.
 *
 * @param key The key.
 * @returns PEM text.
 */
export function encodePrivateKey(key: PrivateKeyDer): string {
  return encodePem("PRIVATE KEY", key.pkcs8Der);
}

/**
 * Reads a private key: PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA PRIVATE KEY`).
 *
 * @param text PEM text.
 * @param source Where it is from, for errors.
 * @returns The key.
 * @throws {ChatError} FORMAT if it is encrypted, broken, or not RSA of 2048 to 4096
 * bits, P-256 or Ed25519. The
 * message never holds any of the key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parsePrivateKey("hello", "key.pem"), { code: "FORMAT" });
 * ```
 */
export function parsePrivateKey(text: string, source: string): PrivateKeyDer {
  if (text.includes("ENCRYPTED")) {
    throw new ChatError("FORMAT", `cannot read ${source}: the private key is encrypted`, {
      hint: `decrypt it first: openssl pkey -in ${source} -out plain-key.pem`,
    });
  }
  const { label, der } = decodePem(text, ["PRIVATE KEY", "RSA PRIVATE KEY"], source);
  const key = importKeyObject(der, label === "PRIVATE KEY" ? "pkcs8" : "pkcs1", source);
  const shape = keyShapeOf(key);
  const isRsaSize = shape !== undefined && shape.keyBits >= RSA_BITS_MIN &&
    shape.keyBits <= RSA_BITS_MAX;
  if (shape === undefined || (shape.keyKind === "rsa" && !isRsaSize)) {
    const found = shape === undefined ? key.asymmetricKeyType ?? "unknown" : keyText(shape);
    throw new ChatError(
      "FORMAT",
      `cannot use ${source}: its kind of key is ${found}, ` +
        `expected RSA of ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits, EC P-256 or Ed25519`,
    );
  }
  return {
    pkcs8Der: new Uint8Array(key.export({ type: "pkcs8", format: "der" })),
    spkiDer: new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" })),
    kind: shape.keyKind,
  };
}

function importKeyObject(der: Uint8Array, type: "pkcs8" | "pkcs1", source: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type });
  } catch {
    // The cause is dropped on purpose: a decoder's error may quote what it read.
    throw new ChatError("FORMAT", `cannot read ${source}: not a private key`);
  }
}
