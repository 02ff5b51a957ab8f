/**
 * What a CA may sign names of: nameConstraints (RFC 5280 §4.2.1.10) written for a new CA, and those of
 * any CA in words. Whether a name is inside is decided by `path/name_constraints.ts`.
 *
 * @module
 */

import { isIP } from "node:net";
import { encodeDer } from "./der_encode.ts";
import { contextTag, TAG } from "./path/der.ts";
import type { GeneralName } from "./path/general_names.ts";
import { addressText } from "./path/host_name.ts";
import { parseNameConstraints } from "./path/name_constraints.ts";
import { addressBytes } from "./subject_alternative_names.ts";

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DNS_NAME_MAX_CHARS = 253;
const BYTE_BITS = 8;

/** Numbers of GeneralName (RFC 5280 §4.2.1.6). */
const GENERAL_NAME = { email: 1, dns: 2, ip: 7 } as const;

/** A domain with all that is below it, or a network. */
export type PermittedName =
  | { readonly kind: "domain"; readonly name: string }
  /** Address and mask, of the same length. */
  | { readonly kind: "network"; readonly bytes: Uint8Array };

/**
 * Reads what a CA shall be allowed.
 *
 * @param text A domain, an IP address, or a network as "10.0.0.0/8".
 * @returns It, or nothing if it is neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parsePermittedName("Chat.example"), { kind: "domain", name: "chat.example" });
 * assert.equal(parsePermittedName("*.chat.example"), undefined);
 * assert.equal(parsePermittedName("10.1.0.0/8"), undefined);
 * ```
 */
export function parsePermittedName(text: string): PermittedName | undefined {
  const [address = "", prefix, ...more] = text.split("/");
  if (isIP(address) > 0 && more.length === 0) return parseNetwork(address, prefix);
  const name = text.toLowerCase();
  const labels = name.split(".");
  const isName = name.length <= DNS_NAME_MAX_CHARS && labels.every((label) => LABEL.test(label));
  // Digits and dots are an address that was mistyped.
  return isName && !/^\d+$/.test(labels.at(-1) ?? "") ? { kind: "domain", name } : undefined;
}

/** The bits behind the prefix must be zero, so that nobody reads another network into it. */
function parseNetwork(address: string, prefix: string | undefined): PermittedName | undefined {
  const bytes = addressBytes(address);
  const bits = prefix === undefined || /^\d{1,3}$/.test(prefix)
    ? Number(prefix ?? bytes.length * BYTE_BITS)
    : NaN;
  if (bytes.length === 0 || !(bits <= bytes.length * BYTE_BITS)) return undefined;
  const mask = bytes.map((_, i) => 0xff << (BYTE_BITS - clamp(bits - i * BYTE_BITS)));
  if (bytes.some((byte, i) => (byte & ~(mask[i] ?? 0)) !== 0)) return undefined;
  return { kind: "network", bytes: new Uint8Array([...bytes, ...mask]) };
}

function clamp(bits: number): number {
  return Math.min(BYTE_BITS, Math.max(0, bits));
}

/**
 * Writes nameConstraints that permit some names, those of the machine itself, and no others: each
 * domain for hosts and for mailboxes, and addresses only in the networks.
 *
 * @param permitted What is permitted.
 * @returns DER of the extension's value.
 */
export function encodePermittedNames(
  permitted: readonly PermittedName[],
): Uint8Array<ArrayBuffer> {
  const subtrees = [...permitted.flatMap(subtreesOf), ...localSubtrees()];
  return encodeDer(TAG.sequence, encodeDer(contextTag(0, true), ...subtrees));
}

/** The machine itself, so that a server can be tried there; it is nobody else's name. */
function localSubtrees(): readonly Uint8Array[] {
  const whole = ["127.0.0.1", "::1"].map((text) => {
    const bytes = addressBytes(text);
    return subtree("ip", new Uint8Array([...bytes, ...bytes.map(() => 0xff)]));
  });
  return [subtree("dns", new TextEncoder().encode("localhost")), ...whole];
}

/** For mailboxes a host is that host alone, and one with a point in front all below it. */
function subtreesOf(permitted: PermittedName): readonly Uint8Array[] {
  if (permitted.kind === "network") return [subtree("ip", permitted.bytes)];
  const ascii = new TextEncoder();
  return [
    subtree("dns", ascii.encode(permitted.name)),
    subtree("email", ascii.encode(permitted.name)),
    subtree("email", ascii.encode(`.${permitted.name}`)),
  ];
}

function subtree(kind: keyof typeof GENERAL_NAME, content: Uint8Array): Uint8Array {
  return encodeDer(TAG.sequence, encodeDer(contextTag(GENERAL_NAME[kind], false), content));
}

/** nameConstraints in words. */
export interface ConstraintTexts {
  /** "DNS:chat.example", "email:.chat.example", "IP:10.0.0.0/8"; empty where none is named. */
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
}

/**
 * Says what nameConstraints say.
 *
 * @param der The extension's value.
 * @returns A text for each subtree.
 * @throws {ChatError} FORMAT if it is broken.
 */
export function constraintTexts(der: Uint8Array): ConstraintTexts {
  const { permitted, excluded } = parseNameConstraints(der);
  return { permitted: permitted.map(subtreeText), excluded: excluded.map(subtreeText) };
}

function subtreeText(base: GeneralName): string {
  switch (base.kind) {
    case "dns":
      return `DNS:${base.text || "all"}`;
    case "email":
      return `email:${base.text}`;
    case "uri":
      return `URI:${base.text}`;
    case "directory":
      return `directory:${base.name.text}`;
    case "ip": {
      const half = base.bytes.length / 2;
      const ones = base.bytes.slice(half).reduce((sum, byte) => sum + onesOf(byte), 0);
      return `IP:${addressText(base.bytes.slice(0, half)) ?? ""}/${ones}`;
    }
    default:
      return "a name of another kind";
  }
}

function onesOf(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
