/**
 * Distinguished names and their comparison (RFC 5280 §7.1): the same attributes in the same order, text
 * without regard to case, to runs of spaces, and to the kind of string it is written in.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { DerCursor, type DerValue, malformed, oidText, TAG } from "./der.ts";

/** A distinguished name. */
export interface DistinguishedName {
  readonly der: Uint8Array;
  /** One text for each relative name, equal where RFC 5280 §7.1 says that they match. */
  readonly rdnKeys: readonly string[];
  /** The keys joined: equal texts, matching names. */
  readonly key: string;
  /** For people; printable. */
  readonly text: string;
  /** "CN=alice": one for each attribute, as it is written. */
  readonly attributeTexts: readonly string[];
  /** Values of emailAddress attributes, for name constraints (RFC 5280 §4.2.1.10). */
  readonly emails: readonly string[];
  /** Values of commonName attributes. */
  readonly commonNames: readonly string[];
}

const COMMON_NAME = "2.5.4.3";
const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

const SHORT_NAMES: Readonly<Record<string, string>> = {
  [COMMON_NAME]: "CN",
  [EMAIL_ADDRESS]: "E",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.25": "DC",
};

/**
 * Reads a Name.
 *
 * @param value A SEQUENCE of relative names.
 * @returns The name.
 * @throws {ChatError} FORMAT if it is not one.
 */
export function parseName(value: DerValue): DistinguishedName {
  if (value.tag !== TAG.sequence) throw malformed("name is not a SEQUENCE");
  const rdns = new DerCursor(value.content, "name").rest().map(parseRdn);
  const attributes = rdns.flat();
  const attributeTexts = attributes.map(({ type, text }) => `${SHORT_NAMES[type] ?? type}=${text}`);
  const rdnKeys = rdns.map((rdn) => rdn.map(({ key }) => key).sort().join("+"));
  return {
    der: value.full,
    rdnKeys,
    key: JSON.stringify(rdnKeys),
    text: printable(attributeTexts.join(", ")),
    attributeTexts,
    emails: attributes.filter(({ type }) => type === EMAIL_ADDRESS).map(({ text }) => text),
    commonNames: attributes.filter(({ type }) => type === COMMON_NAME).map(({ text }) => text),
  };
}

interface Attribute {
  readonly type: string;
  readonly text: string;
  readonly key: string;
}

/**
 * Reads one relative name, as IMPLICIT fields hold it, too.
 *
 * @param value A SET of attributes, however tagged.
 * @returns Its attributes.
 * @throws {ChatError} FORMAT if it is empty or broken.
 */
function parseRdn(value: DerValue): readonly Attribute[] {
  if (value.tag !== TAG.set) throw malformed("relative name is not a SET");
  const attributes = new DerCursor(value.content, "relative name").rest().map(parseAttribute);
  if (attributes.length === 0) throw malformed("relative name is empty");
  return attributes;
}

function parseAttribute(value: DerValue): Attribute {
  if (value.tag !== TAG.sequence) throw malformed("attribute is not a SEQUENCE");
  const cursor = new DerCursor(value.content, "attribute");
  const type = oidText(cursor.take(TAG.oid).content);
  const content = cursor.next();
  cursor.end();
  const text = directoryText(content);
  if (text === undefined) {
    return { type, text: `#${content.full.toHex()}`, key: `${type}=#${content.full.toHex()}` };
  }
  return { type, text, key: `${type}=${JSON.stringify(prepared(text))}` };
}

/** RFC 4518: compatibility form, case folded, no outer spaces, one space for a run. */
function prepared(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

function directoryText({ tag, content }: DerValue): string | undefined {
  switch (tag) {
    case TAG.printable:
    case TAG.ia5:
    case TAG.visible:
    case TAG.teletex:
      return latinText(content);
    case TAG.utf8:
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
      } catch {
        throw malformed("text that is not UTF-8");
      }
    case TAG.bmp:
      return wideText(content, 2);
    case TAG.universal:
      return wideText(content, 4);
    default:
      return undefined;
  }
}

function latinText(content: Uint8Array): string {
  return Array.from(content, (byte) => String.fromCharCode(byte)).join("");
}

function wideText(content: Uint8Array, width: 2 | 4): string {
  if (content.length % width !== 0) throw malformed("text with half a character");
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let text = "";
  for (let i = 0; i < content.length; i += width) {
    const point = width === 2 ? view.getUint16(i) : view.getUint32(i);
    if (point > 0x10ffff) throw malformed("text beyond Unicode");
    text += width === 2 ? String.fromCharCode(point) : String.fromCodePoint(point);
  }
  return text;
}

/**
 * Whether a name is in the subtree of another (RFC 5280 §4.2.1.10): it begins with all its parts.
 *
 * @param name The name.
 * @param base The root of the subtree.
 * @returns Whether it is inside.
 */
export function isInSubtree(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.rdnKeys.every((key, index) => name.rdnKeys[index] === key);
}
