/**
 * Whom an operator means.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { sha256 } from "../../crypto/digest.ts";
import { ChatError } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { parsePathCertificate } from "../../pki/path/certificate_der.ts";

/** Shorter could be met by chance, or be a name. */
const PREFIX_MIN_CHARS = 8;

/** So many are listed where a name means several. */
const LISTED_MAX = 8;

/** Somebody by certificate. */
export interface Person {
  /** As people know them: foreign text. */
  readonly name: string;
  /** Of the leaf, lower-case hex. */
  readonly fingerprint: string;
  /** SHA-256 of the leaf's SubjectPublicKeyInfo, lower-case hex; null where it cannot be read. */
  readonly spki: string | null;
}

/**
 * Somebody by what an operator's acts are bound to.
 *
 * @param certificate A leaf.
 * @returns Without a name: the account's may be another than the certificate's.
 */
export function bearerOf(certificate: Certificate): Pick<Person, "fingerprint" | "spki"> {
  return { fingerprint: certificate.fingerprint, spki: spkiOf(certificate) };
}

const known = new WeakMap<Certificate, string | null>();

/**
 * What stays the same when a certificate is renewed for its key.
 *
 * @param certificate A leaf.
 * @returns SHA-256 of its DER SubjectPublicKeyInfo, lower-case hex; null if it is not strict DER.
 */
export function spkiOf(certificate: Certificate): string | null {
  const before = known.get(certificate);
  if (before !== undefined) return before;
  const spki = readSpki(certificate);
  known.set(certificate, spki);
  return spki;
}

function readSpki({ der }: Certificate): string | null {
  try {
    return sha256(parsePathCertificate(der).key.spkiDer).toHex();
  } catch {
    return null; // such a leaf is known by its fingerprint alone
  }
}

/**
 * Whether two are one: the same leaf, or another one of the same key.
 *
 * @param a Somebody.
 * @param b Somebody.
 * @returns Whether they are.
 */
export function isSame(
  a: Pick<Person, "fingerprint" | "spki">,
  b: Pick<Person, "fingerprint" | "spki">,
): boolean {
  return a.fingerprint === b.fingerprint || (a.spki !== null && a.spki === b.spki);
}

/**
 * Finds whom a name or fingerprint means. A name that several certificates have means nobody.
 *
 * @param people Who may be meant.
 * @param target A name, in any letter case, or at least 8 digits of a fingerprint.
 * @returns The one person; nothing if nobody is called so.
 * @throws {ChatError} ACCOUNT if several are; the hint lists their fingerprints.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const alice = { name: "alice", fingerprint: "a".repeat(64), spki: null };
 * const other = { name: "Alice", fingerprint: "b".repeat(64), spki: null };
 * assert.equal(personOf([alice], "ALICE"), alice);
 * assert.equal(personOf([alice, other], "bbbbbbbb"), other);
 * assert.throws(() => personOf([alice, other], "alice"), { code: "ACCOUNT" });
 * ```
 */
export function personOf<T extends Person>(people: readonly T[], target: string): T | undefined {
  const wanted = target.toLowerCase();
  const isPrefix = isHex(wanted) && wanted.length >= PREFIX_MIN_CHARS;
  const found = new Map<string, T>();
  for (const person of people) {
    const isMeant = person.name.toLowerCase() === wanted ||
      (isPrefix && person.fingerprint.startsWith(wanted));
    if (isMeant) found.set(person.fingerprint, person);
  }
  const exact = found.get(wanted); // a whole fingerprint, whatever somebody else is called
  if (exact !== undefined) return exact;
  if (found.size > 1) throw ambiguous(target, [...found.keys()]);
  return [...found.values()][0];
}

/**
 * The error for somebody who is not there.
 *
 * @param target What was typed.
 * @param where Where was looked: "here", "banned".
 * @returns ACCOUNT, to be thrown.
 */
export function nobody(target: string, where: string): ChatError {
  const text = `cannot find "${printable(target)}": nobody ${where} has that name or fingerprint`;
  return new ChatError("ACCOUNT", text, { hint: "see who is here: who; who is banned: bans" });
}

/**
 * Somebody who is not here, by a whole fingerprint of a leaf or of a key.
 *
 * @param target What was typed.
 * @returns Somebody of whom nothing else is known; nothing if it is not 64 hex digits.
 */
export function absentPerson(target: string): Person | undefined {
  const hex = target.toLowerCase();
  if (hex.length !== 64 || !isHex(hex)) return undefined;
  return { name: hex.slice(0, 16), fingerprint: hex, spki: hex };
}

/**
 * Somebody, for people.
 *
 * @param person Who; both may be foreign text.
 * @returns Name and the beginning of the fingerprint: printable.
 */
export function personText(
  { name, fingerprint }: Pick<Person, "name" | "fingerprint">,
): string {
  return `${printable(name)} (${printable(fingerprint.slice(0, 16))})`;
}

function isHex(text: string): boolean {
  return /^[0-9a-f]{1,64}$/.test(text);
}

function ambiguous(target: string, fingerprints: readonly string[]): ChatError {
  const listed = fingerprints.slice(0, LISTED_MAX).join(" or ");
  const count = fingerprints.length;
  return new ChatError(
    "ACCOUNT",
    `cannot choose "${printable(target)}": ${count} certificates are called so`,
    { hint: `name one by its fingerprint: ${listed}${count > LISTED_MAX ? " or others" : ""}` },
  );
}
