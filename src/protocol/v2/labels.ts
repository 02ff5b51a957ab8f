/**
 * Every label of protocol 2: what a derivation or a signature is for. No two uses share one, and none
 * is of protocol 1, which signs nothing that begins like this.
 *
 * @module
 */

/** What is derived with a label (PROTOCOL-2 §2.1, §4). */
export const DERIVATION_LABELS = [
  "s hs", // stream of the server during the handshake
  "c hs",
  "s auth", // MAC under the server's signature
  "c auth",
  "s ap", // stream of the server after it
  "c ap",
  "session", // the session's public name
  "next", // stream of the next epoch
  "key", // of an epoch
  "iv",
] as const;

/** What is signed with a label (PROTOCOL-2 §2.1, §6, §7). */
export const SIGNATURE_LABELS = ["server auth", "client auth", "statement", "head"] as const;

/** The label of a derivation. */
export type DerivationLabel = typeof DERIVATION_LABELS[number];

/** The label of a signature. */
export type SignatureLabel = typeof SIGNATURE_LABELS[number];

const utf8 = new TextEncoder();

/** What the first transcript hash begins with: `"securechat/2" || 0x00`. */
export const TRANSCRIPT_PREFIX: Uint8Array<ArrayBuffer> = utf8.encode("securechat/2\0");

const prefixes = new Map<string, Uint8Array<ArrayBuffer>>(
  [...DERIVATION_LABELS, ...SIGNATURE_LABELS].map((label) => [
    label,
    utf8.encode(`securechat/2 ${label}\0`),
  ]),
);

/**
 * What stands before everything that is derived or signed: `"securechat/2 " || label || 0x00`.
 *
 * @param label The label.
 * @returns Its bytes, shared: not to be changed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(new TextDecoder().decode(labelPrefix("head")), "securechat/2 head\0");
 * ```
 */
export function labelPrefix(label: DerivationLabel | SignatureLabel): Uint8Array<ArrayBuffer> {
  const prefix = prefixes.get(label);
  if (prefix === undefined) throw new RangeError(`cannot use label "${label}": it is not listed`);
  return prefix;
}
