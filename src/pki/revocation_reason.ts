/**
 * Why certificates are revoked: CRLReason of RFC 5280 §5.3.1.
 *
 * @module
 */

/** What a person may give as a reason, with its CRLReason. Reasons about CAs and holds are not among them. */
export const REVOCATION_REASONS = {
  "key-compromise": 1,
  "affiliation-changed": 3,
  "superseded": 4,
  "cessation-of-operation": 5,
  "privilege-withdrawn": 9,
  "unspecified": 0,
} as const;

/** A reason that a person may give. */
export type RevocationReason = keyof typeof REVOCATION_REASONS;

/** The reason that says that somebody else has the key. */
export const KEY_COMPROMISE: RevocationReason = "key-compromise";

/** Reasons that lists of other CAs give, too. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  2: "ca-compromise",
  6: "certificate-hold",
  8: "remove-from-crl",
  10: "aa-compromise",
};

/**
 * The CRLReason of a reason's name.
 *
 * @param name What the CA's books have; a name that is not known is unspecified.
 * @returns The number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(reasonCode("superseded"), 4);
 * assert.equal(reasonCode("toString"), 0);
 * ```
 */
export function reasonCode(name: string): number {
  return Object.entries(REVOCATION_REASONS).find(([known]) => known === name)?.[1] ?? 0;
}

/**
 * A CRLReason in words.
 *
 * @param code The number.
 * @returns Its name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(reasonName(1), "key-compromise");
 * assert.equal(reasonName(99), "reason 99");
 * ```
 */
export function reasonName(code: number): string {
  const own = Object.entries(REVOCATION_REASONS).find(([, known]) => known === code)?.[0];
  return own ?? OTHER_NAMES[code] ?? `reason ${code}`;
}
