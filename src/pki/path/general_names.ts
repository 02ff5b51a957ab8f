/**
 * GeneralName (RFC 5280 §4.2.1.6), as subject alternative names, name constraints and CRLs use it.
 *
 * @module
 */

import { DerCursor, type DerValue, malformed, readDer } from "./der.ts";
import { type DistinguishedName, parseName } from "./names.ts";

/** One name; `raw` makes kinds that the profile does not read comparable by their bytes. */
export type GeneralName =
  | { readonly kind: "dns" | "email" | "uri"; readonly text: string; readonly raw: string }
  | { readonly kind: "ip"; readonly bytes: Uint8Array; readonly raw: string }
  | { readonly kind: "directory"; readonly name: DistinguishedName; readonly raw: string }
  | { readonly kind: "other"; readonly tag: number; readonly raw: string };

const IA5_KINDS: Readonly<Record<number, "dns" | "email" | "uri">> = {
  0x81: "email",
  0x82: "dns",
  0x86: "uri",
};
const IP_ADDRESS = 0x87;
const DIRECTORY_NAME = 0xa4;
const OTHER_KINDS: ReadonlySet<number> = new Set([0xa0, 0xa3, 0xa5, 0x88]);

/**
 * Reads one GeneralName. Whether a name of its kind has a good form depends on where it stands.
 *
 * @param value The tagged value.
 * @returns The name.
 * @throws {ChatError} FORMAT if it is none, or text that is not ASCII.
 */
export function parseGeneralName(value: DerValue): GeneralName {
  const raw = value.full.toHex();
  const kind = IA5_KINDS[value.tag];
  if (kind !== undefined) return { kind, text: asciiText(value.content), raw };
  if (value.tag === IP_ADDRESS) return { kind: "ip", bytes: value.content, raw };
  if (value.tag === DIRECTORY_NAME) {
    const name = parseName(readDer(value.content, "directory name"));
    return { kind: "directory", name, raw };
  }
  if (OTHER_KINDS.has(value.tag)) return { kind: "other", tag: value.tag, raw };
  throw malformed("name of an unknown kind");
}

/**
 * Reads GeneralNames.
 *
 * @param content What the SEQUENCE holds.
 * @param what Its name, for errors.
 * @returns At least one name.
 * @throws {ChatError} FORMAT if there is none, or a broken one.
 */
export function parseGeneralNames(content: Uint8Array, what: string): readonly GeneralName[] {
  const names = new DerCursor(content, what).rest().map(parseGeneralName);
  if (names.length === 0) throw malformed(`${what} is empty`);
  return names;
}

/**
 * Whether two names are the same one, directory names by RFC 5280 §7.1.
 *
 * @param a A name.
 * @param b Another one.
 * @returns Whether they match.
 */
export function isSameName(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === "directory" && b.kind === "directory") return a.name.key === b.name.key;
  return a.raw === b.raw;
}

function asciiText(content: Uint8Array): string {
  if (content.some((byte) => byte >= 0x80)) throw malformed("name that is not ASCII");
  return Array.from(content, (byte) => String.fromCharCode(byte)).join("");
}
