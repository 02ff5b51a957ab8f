/**
 * Whether a certificate is for a name (RFC 6125 §6.4, RFC 9525 §6.3): by subject alternative name; by CN
 * only without one.
 *
 * @module
 */

import { isIP } from "node:net";
import type { PathCertificate } from "./certificate_der.ts";
import type { GeneralName } from "./general_names.ts";
import { isPublicSuffix } from "./public_suffixes.ts";

const HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Whether a certificate is for a name.
 *
 * @param certificate The leaf.
 * @param name A DNS name, an IP address, or an e-mail address.
 * @param useCommonName Whether the CN counts when there is no subject alternative name.
 * @returns Whether it is.
 */
export function isForName(
  certificate: PathCertificate,
  name: string,
  useCommonName: boolean,
): boolean {
  const names = certificate.subjectAltName;
  const isAddress = isIP(name) > 0;
  if (names !== undefined) return names.some((shown) => isShown(shown, name));
  if (!useCommonName || name.includes("@")) return false;
  return certificate.subject.commonNames.some((shown) =>
    isAddress ? canonicalHost(shown) === canonicalHost(name) : isSameHost(shown, name)
  );
}

function isShown(shown: GeneralName, name: string): boolean {
  if (isIP(name) > 0) {
    return shown.kind === "ip" && addressText(shown.bytes) === canonicalHost(name);
  }
  if (name.includes("@")) return shown.kind === "email" && isSameMailbox(shown.text, name);
  return shown.kind === "dns" && isSameHost(shown.text, name);
}

function isSameMailbox(a: string, b: string): boolean {
  const [aLocal, aHost, ...aRest] = a.split("@");
  const [bLocal, bHost, ...bRest] = b.split("@");
  if (aRest.length > 0 || bRest.length > 0) return false;
  return aLocal === bLocal && aHost?.toLowerCase() === bHost?.toLowerCase();
}

/** A wildcard is the whole left-most label, stands for one label, and not below a public suffix. */
function isSameHost(shown: string, name: string): boolean {
  const [pattern, host] = [shown.toLowerCase(), name.toLowerCase().replace(/\.$/, "")];
  if (!HOST.test(host)) return false;
  if (!pattern.startsWith("*.")) return HOST.test(pattern) && pattern === host;
  const suffix = pattern.slice(2);
  if (!HOST.test(suffix) || isPublicSuffix(suffix)) return false;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot + 1) === suffix;
}

/**
 * The one spelling of a host: lower case, punycode, addresses as RFC 5952 and dotted decimal write them.
 *
 * @param text A DNS name or an address, however written.
 * @returns Its spelling, or nothing when it is none.
 */
export function canonicalHost(text: string): string | undefined {
  const isSix = text.includes(":");
  if (!isSix && !/^[\p{L}\p{N}\p{M}\p{S}_.*-]+$/u.test(text)) return undefined;
  try {
    const host = new URL(isSix ? `http://[${text}]/` : `http://${text}/`).hostname;
    return host.replace(/^\[|\]$/g, "");
  } catch {
    return undefined;
  }
}

/**
 * The text of an iPAddress in its one spelling.
 *
 * @param bytes The address.
 * @returns Its text, or nothing when it has neither 4 nor 16 bytes.
 */
export function addressText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  return canonicalHost(bytes.toHex().match(/.{4}/g)?.join(":") ?? "");
}

/**
 * Finds a CN of a server that reads as a host and contradicts its alternative names: an address that is
 * not among them letter for letter, or a DNS name that is none of theirs nor a domain above one. Two
 * readers would take two names from it (CA/Browser Forum Baseline Requirements §7.1.4.3).
 *
 * @param certificate The leaf.
 * @returns The CN, or nothing.
 */
export function strayCommonName(certificate: PathCertificate): string | undefined {
  const names = certificate.subjectAltName;
  if (names === undefined) return undefined;
  const addresses = names.flatMap((name) =>
    name.kind === "ip" ? addressText(name.bytes) ?? [] : []
  );
  const hosts = names.flatMap((name) => name.kind === "dns" ? name.text : []);
  return certificate.subject.commonNames.find((name) => {
    const host = /[.:]|^0x/i.test(name) ? canonicalHost(name) : undefined;
    if (host === undefined) return false;
    if (isIP(host) > 0) return !addresses.includes(name);
    return hosts.length > 0 && !hosts.some((one) => one === name || one.endsWith(`.${name}`));
  });
}
