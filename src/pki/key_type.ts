/**
 * The kinds of key that certificates here may have. Protocol 1 uses RSA alone.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";

/** What `--key-type` names. */
export const KEY_TYPES = ["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ed25519"] as const;

/** A key that is made here. */
export type KeyType = typeof KEY_TYPES[number];

/** A kind of key, whatever its size. */
export type KeyKind = "rsa" | "ec-p256" | "ed25519";

/** Kind and size of a key. */
export interface KeyShape {
  readonly keyKind: KeyKind;
  /** Of the modulus or of the curve. */
  readonly keyBits: number;
}

const RSA_SHA256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1]); // 65537, FIPS 186-5 §5.1
const CURVE_BITS = 256; // P-256: SP 800-186 §3.2.1.3; Ed25519: RFC 8032 §5.1

/** What WebCrypto calls a kind of key when it is imported, and when it signs with SHA-256. */
export interface SigningAlgorithms {
  readonly key: { readonly name: string; readonly hash?: string; readonly namedCurve?: string };
  readonly signature: { readonly name: string; readonly hash?: string };
}

const SIGNING: Readonly<Record<KeyKind, SigningAlgorithms>> = {
  rsa: { key: RSA_SHA256, signature: RSA_SHA256 },
  "ec-p256": {
    key: { name: "ECDSA", namedCurve: "P-256" },
    signature: { name: "ECDSA", hash: "SHA-256" },
  },
  ed25519: { key: { name: "Ed25519" }, signature: { name: "Ed25519" } },
};

/**
 * How WebCrypto signs with a kind of key.
 *
 * @param kind The kind.
 * @returns WebCrypto's names.
 */
export function signingAlgorithms(kind: KeyKind): SigningAlgorithms {
  return SIGNING[kind];
}

/**
 * Makes a key pair.
 *
 * @param type What kind; RSA of 4096 bits takes seconds.
 * @returns WebCrypto's pair, extractable.
 */
export async function generateKeyPair(type: KeyType): Promise<CryptoKeyPair> {
  const [kind, bits] = type.startsWith("rsa-")
    ? ["rsa" as const, Number(type.slice("rsa-".length))]
    : [type as KeyKind, CURVE_BITS]; // the types beside RSA are kinds
  const rsa = kind === "rsa" ? { modulusLength: bits, publicExponent: PUBLIC_EXPONENT } : {};
  const algorithm = { ...SIGNING[kind].key, ...rsa };
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
}

/**
 * Finds out what a key is.
 *
 * @param key A public or private key.
 * @returns Its kind and size, or nothing for a kind that is not used here.
 */
export function keyShapeOf(key: KeyObject): KeyShape | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return { keyKind: "rsa", keyBits: modulusLength };
  if (key.asymmetricKeyType === "ed25519") return { keyKind: "ed25519", keyBits: CURVE_BITS };
  const isP256 = key.asymmetricKeyType === "ec" && namedCurve === "prime256v1";
  return isP256 ? { keyKind: "ec-p256", keyBits: CURVE_BITS } : undefined;
}

/**
 * The type of a new key in the place of an old one: of the same kind, and not shorter.
 *
 * @param shape The old key.
 * @returns The type.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(keyTypeLike({ keyKind: "rsa", keyBits: 2560 }), "rsa-3072");
 * assert.equal(keyTypeLike({ keyKind: "ed25519", keyBits: 256 }), "ed25519");
 * ```
 */
export function keyTypeLike({ keyKind, keyBits }: KeyShape): KeyType {
  if (keyKind !== "rsa") return keyKind;
  if (keyBits > 3072) return "rsa-4096";
  return keyBits > 2048 ? "rsa-3072" : "rsa-2048";
}

/**
 * A key in words.
 *
 * @param shape Its kind and size.
 * @returns "RSA 2048 bits".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(keyText({ keyKind: "rsa", keyBits: 3072 }), "RSA 3072 bits");
 * assert.equal(keyText({ keyKind: "ec-p256", keyBits: 256 }), "EC P-256");
 * ```
 */
export function keyText({ keyKind, keyBits }: KeyShape): string {
  if (keyKind === "rsa") return `RSA ${keyBits} bits`;
  return keyKind === "ed25519" ? "Ed25519" : "EC P-256";
}
