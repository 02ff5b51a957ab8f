import { isIP } from "node:net";

/** What `--cn` accepts: a host name, a user name, an e-mail address, an IPv4 address. */
export const COMMON_NAME_PATTERN = /^[A-Za-z0-9]([A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/;

/** RFC 1123 §2.1: labels of letters, digits and hyphens; a wildcard only as the first label. */
const DNS_LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const DNS_NAME_MAX_CHARS = 253;

/**
 * Reads one `--san`.
 *
 * @param text `DNS:name`, `IP:address`, or either without the prefix.
 * @returns The name or address, or nothing if it is neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseSubjectName("IP:10.0.0.1"), "10.0.0.1");
 * assert.equal(parseSubjectName("chat.example"), "chat.example");
 * assert.equal(parseSubjectName("IP:chat.example"), undefined);
 * ```
 */
export function parseSubjectName(text: string): string | undefined {
  const [, prefix, name = ""] = /^(?:(dns|ip):)?(.*)$/i.exec(text) ?? [];
  const isAddress = isIP(name) > 0;
  if (isAddress) return prefix?.toLowerCase() === "dns" ? undefined : name;
  const labels = name.replace(/^\*\./, "").split(".");
  const isName = name.length <= DNS_NAME_MAX_CHARS &&
    labels.every((label) => DNS_LABEL.test(label));
  return isName && prefix?.toLowerCase() !== "ip" ? name : undefined;
}
