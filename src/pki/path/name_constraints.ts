/**
 * Name constraints (RFC 5280 §4.2.1.10, §6.1.3 b–c, §6.1.4 g): DNS, IP, e-mail, directory name and URI
 * are honoured; a constraint of another kind refuses every name of that kind.
 *
 * @module
 */

import { contextTag, DerCursor, malformed, openSequence, TAG } from "./der.ts";
import { type GeneralName, parseGeneralName } from "./general_names.ts";
import { isInSubtree } from "./names.ts";

/** nameConstraints of one certificate. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

const COMPARISONS_MAX = 65_536; // names × subtrees; a path of the profile needs a few dozen
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
const MAILBOX = /^[^@\s]+@[^@\s]+$/;
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i;

/**
 * Reads nameConstraints; what the profile could not honour is refused here.
 *
 * @param bytes The extension's value.
 * @returns The subtrees.
 * @throws {ChatError} FORMAT if it is broken or empty, or a subtree has no good form.
 */
export function parseNameConstraints(bytes: Uint8Array): NameConstraints {
  const cursor = openSequence(bytes, "nameConstraints");
  const permitted = cursor.takeIf(contextTag(0, true));
  const excluded = cursor.takeIf(contextTag(1, true));
  cursor.end();
  const constraints = {
    permitted: permitted === undefined ? [] : parseSubtrees(permitted.content),
    excluded: excluded === undefined ? [] : parseSubtrees(excluded.content),
  };
  if (permitted === undefined && excluded === undefined) {
    throw malformed("nameConstraints is empty");
  }
  return constraints;
}

function parseSubtrees(content: Uint8Array): readonly GeneralName[] {
  const subtrees = new DerCursor(content, "subtrees").rest().map((value) => {
    if (value.tag !== TAG.sequence) throw malformed("subtree is not a SEQUENCE");
    const cursor = new DerCursor(value.content, "subtree");
    const base = parseGeneralName(cursor.next());
    cursor.end(); // minimum is 0 by default, maximum absent: RFC 5280 §4.2.1.10
    if (!isGoodSubtree(base)) throw malformed("subtree without a good form");
    return base;
  });
  if (subtrees.length === 0) throw malformed("subtrees are empty");
  return subtrees;
}

function isGoodSubtree(base: GeneralName): boolean {
  switch (base.kind) {
    case "dns":
      return base.text === "" || HOST.test(base.text.toLowerCase());
    case "email":
      return base.text.includes("@") ? MAILBOX.test(base.text) : isHostOrDomain(base.text);
    case "uri":
      return isHostOrDomain(base.text);
    case "ip":
      return isNetwork(base.bytes);
    default:
      return true;
  }
}

function isHostOrDomain(text: string): boolean {
  return HOST.test((text.startsWith(".") ? text.slice(1) : text).toLowerCase());
}

/** Address and mask of the same length, the mask's ones in front. */
function isNetwork(bytes: Uint8Array): boolean {
  if (bytes.length !== 8 && bytes.length !== 32) return false;
  const mask = Array.from(
    bytes.subarray(bytes.length / 2),
    (byte) => byte.toString(2).padStart(8, "0"),
  );
  return /^1*0*$/.test(mask.join(""));
}

/** The constraints of a path so far, with the work that they may still cost. */
export interface ConstraintState {
  /** One list a certificate: a name must be inside one subtree of each list that has its kind. */
  readonly permitted: readonly (readonly GeneralName[])[];
  readonly excluded: readonly GeneralName[];
}

/** No constraints. */
export const UNCONSTRAINED: ConstraintState = { permitted: [], excluded: [] };

/**
 * Adds a certificate's constraints to those before it.
 *
 * @param state Those before.
 * @param added The certificate's, or nothing.
 * @returns Both.
 */
export function addConstraints(
  state: ConstraintState,
  added: NameConstraints | undefined,
): ConstraintState {
  if (added === undefined) return state;
  return {
    permitted: added.permitted.length === 0
      ? state.permitted
      : [...state.permitted, added.permitted],
    excluded: [...state.excluded, ...added.excluded],
  };
}

/**
 * Finds the first name that breaks the constraints.
 *
 * @param names Names of a certificate.
 * @param state The constraints.
 * @returns Why it is refused, or nothing.
 */
export function constraintFault(
  names: readonly GeneralName[],
  state: ConstraintState,
): string | undefined {
  const subtrees = state.permitted.reduce((sum, list) => sum + list.length, state.excluded.length);
  if (names.length * subtrees > COMPARISONS_MAX) return "too many names and constraints to compare";
  for (const name of names) {
    for (const list of state.permitted) {
      const same = list.filter((base) => isSameKind(name, base));
      if (same.length > 0 && !same.some((base) => isInside(name, base))) {
        return `${describe(name)} is in no permitted subtree`;
      }
    }
    const excluded = state.excluded.some((base) =>
      isSameKind(name, base) && mayBeInside(name, base)
    );
    if (excluded) return `${describe(name)} is in an excluded subtree`;
  }
  return undefined;
}

function isSameKind(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "other" && base.kind === "other") return name.tag === base.tag;
  return name.kind === base.kind;
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case "ip":
      return `IP address ${name.bytes.length === 4 ? name.bytes.join(".") : name.bytes.toHex()}`;
    case "directory":
      return `directory name ${name.name.text}`;
    case "other":
      return "a name of another kind";
    default:
      return `${name.kind} name ${name.text}`;
  }
}

/** Whether the whole of a name is inside a subtree; what cannot be read is outside. */
function isInside(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "dns" && base.kind === "dns") {
    const host = name.text.toLowerCase().replace(/^\*\./, "");
    return HOST.test(host) && isBelow(host, base.text.toLowerCase());
  }
  if (name.kind === "email" && base.kind === "email") return isMailboxInside(name.text, base.text);
  if (name.kind === "uri" && base.kind === "uri") {
    const host = URI_HOST.exec(name.text)?.[1];
    return host !== undefined && isHostInside(host, base.text);
  }
  if (name.kind === "ip" && base.kind === "ip") return isAddressInside(name.bytes, base.bytes);
  if (name.kind === "directory" && base.kind === "directory") {
    return isInSubtree(name.name, base.name);
  }
  return false;
}

/** Whether a part of a name may be inside a subtree; what cannot be read may be. */
function mayBeInside(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "dns" && base.kind === "dns") {
    const text = name.text.toLowerCase();
    const host = text.replace(/^\*\./, "");
    if (!HOST.test(host)) return true;
    // A wildcard stands for one label, so it also meets a subtree one label below its own suffix.
    const parent = base.text.toLowerCase().replace(/^[^.]*\./, "");
    return isInside(name, base) || (text.startsWith("*.") && parent === host);
  }
  if (name.kind === "email") return !MAILBOX.test(name.text) || isInside(name, base);
  if (name.kind === "uri") {
    const host = URI_HOST.exec(name.text)?.[1] ?? "";
    return !HOST.test(host.toLowerCase()) || isInside(name, base);
  }
  if (name.kind === "ip" && base.kind === "ip") {
    return (name.bytes.length !== 4 && name.bytes.length !== 16) || isInside(name, base);
  }
  return name.kind === "directory" ? isInside(name, base) : true;
}

function isBelow(host: string, base: string): boolean {
  return base === "" || host === base || host.endsWith(`.${base}`);
}

function isHostInside(host: string, base: string): boolean {
  const [lower, root] = [host.toLowerCase(), base.toLowerCase()];
  if (!HOST.test(lower) || /^[\d.]+$/.test(lower)) return false;
  return root.startsWith(".") ? lower.endsWith(root) : lower === root;
}

function isMailboxInside(mailbox: string, base: string): boolean {
  if (!MAILBOX.test(mailbox)) return false;
  const [local = "", host = ""] = mailbox.split("@");
  if (!base.includes("@")) return isHostInside(host, base);
  const [baseLocal, baseHost = ""] = base.split("@");
  return local === baseLocal && host.toLowerCase() === baseHost.toLowerCase();
}

function isAddressInside(address: Uint8Array, network: Uint8Array): boolean {
  if (network.length !== address.length * 2) return false;
  return address.every((byte, i) => {
    const mask = network[address.length + i] ?? 0;
    return (byte & mask) === ((network[i] ?? 0) & mask);
  });
}
