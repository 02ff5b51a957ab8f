/**
 * The attributes of a certificate request (RFC 2986 §4.1): of the extensions that it asks for
 * (RFC 2985 §5.4.2) the names and the role are read as wishes; everything else is listed, so that a
 * person sees what a CA will not do.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { DerCursor, type DerValue, malformed, oidText, TAG } from "./path/der.ts";
import {
  EXTENSION,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseExtensions,
  parseSubjectAltName,
  type RawExtension,
} from "./path/extensions.ts";
import type { GeneralName } from "./path/general_names.ts";
import { addressText } from "./path/host_name.ts";
import type { Role } from "./validate.ts";

const ATTRIBUTES_MAX = 16;
const NAMES_MAX = 100;
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14"; // RFC 2985 §5.4.2

/** Attributes that other programs write (RFC 2985 §5.4.1, §5.4.3), for people. */
const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.7": "challengePassword",
};

/** RFC 5280 §4.2.1.12. */
const ROLES: Readonly<Record<string, Role>> = {
  "1.3.6.1.5.5.7.3.1": "server",
  "1.3.6.1.5.5.7.3.2": "client",
};

const EXTENSION_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSION).map(([name, oid]) => [oid, name]),
);

/** What a request wishes for. */
export interface RequestedNames {
  /** DNS names and IP addresses, as they are written. */
  readonly names: readonly string[];
  readonly emailAddresses: readonly string[];
  /** The role, where its extended key usage names one alone. */
  readonly role?: Role;
  /** All that a CA ignores, printable: "basicConstraints (CA:TRUE)", "challengePassword". */
  readonly ignored: readonly string[];
}

/**
 * Reads the attributes.
 *
 * @param content What the [0] holds.
 * @returns The wishes.
 * @throws {ChatError} FORMAT if they are broken or too many, or a name is not printable.
 */
export function parseRequestAttributes(content: Uint8Array): RequestedNames {
  const attributes = new DerCursor(content, "attributes").rest();
  if (attributes.length > ATTRIBUTES_MAX) throw malformed("request with too many attributes");
  const read = attributes.map(parseAttribute);
  const seen = new Set(read.map(({ oid }) => oid));
  if (seen.size !== read.length) throw malformed("attribute that comes twice");
  const wanted = read.find(({ oid }) => oid === EXTENSION_REQUEST);
  const others = read.filter(({ oid }) => oid !== EXTENSION_REQUEST)
    .map(({ oid }) => `attribute ${ATTRIBUTE_NAMES[oid] ?? oid}`);
  if (wanted === undefined) return { names: [], emailAddresses: [], ignored: others };
  const [extensions, ...more] = wanted.values;
  if (extensions === undefined || more.length > 0) {
    throw malformed("extensionRequest without its one value");
  }
  const wishes = readExtensions(parseExtensions(extensions));
  return { ...wishes, ignored: [...wishes.ignored, ...others] };
}

interface Attribute {
  readonly oid: string;
  readonly values: readonly DerValue[];
}

function parseAttribute(value: DerValue): Attribute {
  if (value.tag !== TAG.sequence) throw malformed("attribute is not a SEQUENCE");
  const cursor = new DerCursor(value.content, "attribute");
  const oid = oidText(cursor.take(TAG.oid).content);
  const values = new DerCursor(cursor.take(TAG.set).content, "attribute").rest();
  cursor.end();
  return { oid, values };
}

function readExtensions(extensions: ReadonlyMap<string, RawExtension>): RequestedNames {
  const alternative = extensions.get(EXTENSION.subjectAltName);
  const usage = extensions.get(EXTENSION.extendedKeyUsage);
  const all = alternative === undefined ? [] : parseSubjectAltName(alternative.value);
  if (all.length > NAMES_MAX) throw malformed(`request for more than ${NAMES_MAX} names`);
  const usages = usage === undefined ? [] : parseExtendedKeyUsage(usage.value);
  const roles = usages.flatMap((oid) => ROLES[oid] ?? []);
  const [role] = roles;
  const ignored = [
    ...all.filter((name) => !["dns", "ip", "email"].includes(name.kind)).map(kindText),
    ...usages.filter((oid) => ROLES[oid] === undefined).map((oid) => `extKeyUsage ${oid}`),
    ...[...extensions.values()].flatMap(ignoredText),
  ];
  return {
    names: all.flatMap(nameText),
    emailAddresses: all.flatMap((name) => name.kind === "email" ? printed(name.text) : []),
    ...(role !== undefined && roles.length === 1 ? { role } : {}),
    ignored,
  };
}

function nameText(name: GeneralName): readonly string[] {
  if (name.kind === "dns") return [printed(name.text)];
  if (name.kind !== "ip") return [];
  const text = addressText(name.bytes);
  if (text === undefined) throw malformed(`IP address of ${name.bytes.length} bytes`);
  return [text];
}

function printed(text: string): string {
  if (text === "" || text !== printable(text)) throw malformed("name that is not printable");
  return text;
}

function kindText(name: GeneralName): string {
  switch (name.kind) {
    case "uri":
      return `name URI:${printable(name.text)}`;
    case "directory":
      return `name directory:${name.name.text}`;
    default:
      return "name of another kind";
  }
}

function ignoredText({ oid, value }: RawExtension): readonly string[] {
  if (oid === EXTENSION.subjectAltName || oid === EXTENSION.extendedKeyUsage) return [];
  if (oid === EXTENSION.basicConstraints) {
    return [`basicConstraints (CA:${parseBasicConstraints(value).isCa ? "TRUE" : "FALSE"})`];
  }
  return [EXTENSION_NAMES.get(oid) ?? `extension ${oid}`];
}
