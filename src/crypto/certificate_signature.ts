/**
 * Signatures of certificates and CRLs, verified over a DER key with node:crypto.
 *
 * Which algorithms and keys are good enough is decided in `pki`; what is named here can be verified.
 *
 * @module
 */

import { createPublicKey, verify } from "node:crypto";

/** A way of signing: a hash for RSASSA-PKCS1-v1_5 and ECDSA; Ed25519 has its own. */
export type CertificateSignatureAlgorithm =
  | { readonly key: "rsa" | "ec"; readonly hash: "sha256" | "sha384" | "sha512" }
  | { readonly key: "ed25519" };

/** A signature with what it is over. */
export interface CertificateSignature {
  readonly algorithm: CertificateSignatureAlgorithm;
  /** DER SubjectPublicKeyInfo of the claimed signer. */
  readonly spkiDer: Uint8Array;
  readonly signature: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Verifies a signature. Anything wrong with it, a key of another kind included, is `false`.
 *
 * @param signed The signature, the key and the data.
 * @returns Whether the holder of the key signed the data.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const none = new Uint8Array();
 * const signed = { algorithm: { key: "ed25519" }, spkiDer: none, signature: none, data: none } as const;
 * assert.equal(verifyCertificateSignature(signed), false);
 * ```
 */
export function verifyCertificateSignature(signed: CertificateSignature): boolean {
  const { algorithm, spkiDer, signature, data } = signed;
  try {
    const key = createPublicKey({ key: Buffer.from(spkiDer), format: "der", type: "spki" });
    if (key.asymmetricKeyType !== algorithm.key) return false;
    return verify(algorithm.key === "ed25519" ? null : algorithm.hash, data, key, signature);
  } catch {
    return false;
  }
}
