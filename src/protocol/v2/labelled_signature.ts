/**
 * `sign(label, x)` (PROTOCOL-2 "Notation"): what is signed says what it is for.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { isSignedByLeaf, type LeafSigningKey } from "../../crypto/leaf_signature.ts";
import type { VerifyKey } from "../../crypto/signature.ts";
import { labelPrefix, type SignatureLabel } from "./labels.ts";

/** Bytes with what they are. */
export interface LabelledBytes {
  readonly label: SignatureLabel;
  readonly bytes: Uint8Array;
}

/** A leaf certificate, as far as a signature is concerned. */
export interface Signer {
  /** SHA-256 of the leaf's DER, lower-case hex. */
  readonly fingerprint: string;
  readonly key: VerifyKey;
}

/**
 * Signs.
 *
 * @param key The leaf's key.
 * @param labelled What, and what for.
 * @returns The signature.
 */
export function signLabelled(
  key: LeafSigningKey,
  { label, bytes }: LabelledBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  return key.sign(concat(labelPrefix(label), bytes));
}

/**
 * Verifies. Anything wrong is `false`.
 *
 * @param key The claimed signer's key.
 * @param signed The bytes as they came, their label, and the signature.
 * @returns Whether the holder of the key signed these bytes for this use.
 */
export function isSignedLabelled(
  key: VerifyKey,
  { label, bytes, signature }: LabelledBytes & { readonly signature: Uint8Array },
): boolean {
  return isSignedByLeaf(key, { data: concat(labelPrefix(label), bytes), signature });
}
