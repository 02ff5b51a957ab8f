/**
 * The alternative names of certificates and requests (RFC 5280 §4.2.1.6), from the text that people
 * write: a mailbox, an IP address, or else a DNS name.
 *
 * @module
 */

import "reflect-metadata";
import { type JsonGeneralName, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { isIP } from "node:net";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { caLimitsOf, type Certificate } from "./certificate.ts";
import { canonicalHost } from "./path/host_name.ts";
import type { GeneralName } from "./path/general_names.ts";
import {
  addConstraints,
  constraintFault,
  parseNameConstraints,
  UNCONSTRAINED,
} from "./path/name_constraints.ts";
import type { Role } from "./validate.ts";

const MAILBOX = /^[^@\s]+@[^@\s]+$/;

/** A server also answers to its own machine, so that it can be tried there. */
const LOCAL_NAMES = ["localhost", "127.0.0.1"] as const;

/** Whose names are wanted. */
export interface LeafNames {
  readonly ca: Certificate;
  readonly commonName: string;
  readonly role: Role;
  /** More names. */
  readonly names: readonly string[];
}

/**
 * Decides on the alternative names of a new leaf: its CN, a server's own machine, and what is asked
 * for. Where the CA's name constraints forbid it, two of them are left out rather than refused: a
 * server's own machine, and the CN of a client that is a bare user name.
 * The command line takes ASCII alone; another CN is no alternative name.
 *
 * @param leaf The CA, and whom it is for.
 * @returns The names, each once; none for a user name under constraints.
 * @throws {ChatError} BAD_CERT if the CA may not sign one of the others; FORMAT if its constraints
 * are broken.
 */
export function leafNames({ ca, commonName, role, names }: LeafNames): readonly string[] {
  const isUserName = role === "client" && !/[.:@]/.test(commonName);
  const spare = [...(isUserName ? [commonName] : []), ...(role === "server" ? LOCAL_NAMES : [])];
  const all = [...new Set([commonName, ...spare, ...names])].filter(isAscii);
  const { nameConstraintsDer } = caLimitsOf(ca);
  if (nameConstraintsDer === undefined) return all;
  const state = addConstraints(UNCONSTRAINED, parseNameConstraints(nameConstraintsDer));
  return all.filter((name) => {
    const fault = constraintFault([generalName(name)], state);
    if (fault === undefined) return true;
    if (spare.includes(name) && !names.includes(name)) return false;
    throw new ChatError("BAD_CERT", `cannot issue: ${printable(fault)} of the CA`, {
      hint: "see which names the CA may sign: securechat ca show",
    });
  });
}

/** A dNSName is an IA5String; what is not ASCII is in the CN alone. */
function isAscii(name: string): boolean {
  return /^[\x21-\x7e]*$/.test(name);
}

/**
 * Writes names as an extension.
 *
 * @param names The names, as text.
 * @returns The extension, or nothing for no name: an empty one is not allowed.
 */
export function alternativeNames(
  names: readonly string[],
): readonly SubjectAlternativeNameExtension[] {
  if (names.length === 0) return [];
  return [new SubjectAlternativeNameExtension(names.map(jsonName))];
}

/**
 * The octets of an IP address.
 *
 * @param text The address.
 * @returns 4 or 16 octets; none for text that is no address.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(addressBytes("10.0.0.1").toHex(), "0a000001");
 * assert.equal(addressBytes("::1").toHex(), "00000000000000000000000000000001");
 * ```
 */
export function addressBytes(text: string): Uint8Array {
  if (isIP(text) === 4) return Uint8Array.from(text.split("."), Number);
  const [head = "", tail] = (canonicalHost(text) ?? "").split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  const groups = [...front, ...(tail === undefined ? [] : zeros), ...back];
  if (isIP(text) !== 6 || groups.length !== 8) return new Uint8Array();
  return Uint8Array.fromHex(groups.map((group) => group.padStart(4, "0")).join(""));
}

function kindOf(name: string): "ip" | "email" | "dns" {
  if (isIP(name) > 0) return "ip";
  return MAILBOX.test(name) ? "email" : "dns";
}

function jsonName(name: string): JsonGeneralName {
  return { type: kindOf(name), value: name };
}

function generalName(name: string): GeneralName {
  const kind = kindOf(name);
  return kind === "ip"
    ? { kind, bytes: addressBytes(name), raw: name }
    : { kind, text: name, raw: name };
}
