/**
 * Signatures of protocol 2, by the key of a leaf certificate, whatever its kind: RSASSA-PKCS1-v1_5 with
 * SHA-256 (RFC 8017 §8.2), ECDSA on P-256 with SHA-256 as `r || s` (FIPS 186-5 §6), Ed25519 (RFC 8032).
 *
 * RSA and ECDSA sign in WebCrypto, off the event loop, so that two cores sign at once; Ed25519 signs in
 * node:crypto, whose 40 µs are less than the way to another thread and back. All verify in node:crypto.
 *
 * @module
 */

import {
  createPrivateKey,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from "node:crypto";
import { ChatError } from "../errors.ts";
import type { SignedData } from "./key_signature.ts";
import type { VerifyKey } from "./signature.ts";

/** Bytes of a signature by Ed25519 or on P-256. */
export const CURVE_SIGNATURE_BYTES = 64;

const ECDSA_ENCODING = "ieee-p1363"; // r || s, 32 bytes each
const P256 = "prime256v1"; // OpenSSL's name
const RSA_SHA256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const ECDSA_P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A kind of key that signs here. */
type LeafKeyKind = "rsa" | "ec-p256" | "ed25519";

/** A private key that can sign and never leaves the runtime. */
export interface LeafSigningKey {
  /** Keeps the two halves of a key pair apart. */
  readonly kind: "leaf-signing";
  /**
   * Signs.
   *
   * @param data Any length.
   * @returns The signature: 64 bytes, or as many as an RSA key's modulus.
   */
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Imports a signing key.
 *
 * @param pkcs8Der DER PrivateKeyInfo (RFC 5208); the caller may wipe it afterwards.
 * @returns The key.
 * @throws {ChatError} FORMAT if it is not an RSA, P-256 or Ed25519 key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(importLeafSigningKey(new Uint8Array(8)), { code: "FORMAT" });
 * ```
 */
export async function importLeafSigningKey(
  pkcs8Der: Uint8Array<ArrayBuffer>,
): Promise<LeafSigningKey> {
  const key = importKeyObject(pkcs8Der);
  const kind = key === undefined ? undefined : kindOf(key);
  if (key === undefined || kind === undefined) {
    // The cause is dropped on purpose: a decoder's error may quote what it read.
    throw new ChatError("FORMAT", "cannot use private key: not an RSA, P-256 or Ed25519 key");
  }
  if (kind === "ed25519") {
    return {
      kind: "leaf-signing",
      sign: (data) => Promise.resolve(new Uint8Array(nodeSign(null, data, key))),
    };
  }
  const algorithm = kind === "rsa" ? RSA_SHA256 : ECDSA_P256;
  const handle = await crypto.subtle.importKey("pkcs8", pkcs8Der, algorithm, false, ["sign"]);
  return {
    kind: "leaf-signing",
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(algorithm, handle, data)),
  };
}

/**
 * Verifies a signature. Anything wrong with it, or a key of another kind, is `false`, never an error.
 *
 * @param key The claimed author's key.
 * @param signed The data and the signature.
 * @returns Whether the holder of the key signed the data.
 */
export function isSignedByLeaf(key: VerifyKey, { data, signature }: SignedData): boolean {
  try {
    switch (kindOf(key.handle)) {
      case "rsa":
        return nodeVerify("sha256", data, key.handle, signature);
      case "ec-p256":
        return nodeVerify(
          "sha256",
          data,
          { key: key.handle, dsaEncoding: ECDSA_ENCODING },
          signature,
        );
      case "ed25519":
        return nodeVerify(null, data, key.handle, signature);
      case undefined:
        return false;
    }
  } catch {
    return false;
  }
}

function kindOf(key: KeyObject): LeafKeyKind | undefined {
  const type = key.asymmetricKeyType;
  if (type === "rsa" || type === "ed25519") return type;
  const isP256 = type === "ec" && key.asymmetricKeyDetails?.namedCurve === P256;
  return isP256 ? "ec-p256" : undefined;
}

function importKeyObject(pkcs8Der: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8Der), format: "der", type: "pkcs8" });
  } catch {
    return undefined;
  }
}
