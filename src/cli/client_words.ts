/**
 * Words that a client has for a person, whichever way they are shown.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { HandshakeNote } from "../protocol/session.ts";

/**
 * A message of the handshake and what it gave, for whoever learns how it is done.
 *
 * @param note It.
 * @returns Several lines.
 */
export function explained({ message, bytes, derived }: HandshakeNote): string {
  const what = HANDSHAKE[message] ?? "";
  const values = derived.map(({ name, isSecret, shown }) =>
    `    ${name.padEnd(7)} ${isSecret ? "secret, SHA-256 " : ""}${shown}`
  );
  return [`${message}, ${bytes} bytes: ${what}`, ...values].join("\n");
}

/** What somebody who comes or goes does. */
export const PRESENCE = {
  join: "is here",
  leave: "has left",
  remove: "was removed",
} as const;

/**
 * Local time of day: a person compares it with the clock on the wall.
 *
 * @param ms Milliseconds since the Unix epoch; a peer may claim any time.
 * @returns HH:MM:SS, or dashes for what is no time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.match(wallTime(0), /^\d\d:\d\d:00$/);
 * assert.equal(wallTime(1e300), "--:--:--");
 * ```
 */
export function wallTime(ms: number): string {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) return "--:--:--";
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** What each message is for (docs/protocol-2.md). */
const HANDSHAKE: Readonly<Record<string, string>> = {
  client_hello: "one-time public keys for ML-KEM-768 and X25519",
  server_hello: "the server's answers to both; from here on everything is sealed",
  server_auth: "the server's certificates, and its signature over all before and a MAC",
  client_auth: "the same of the client, read by this server alone",
  ready: "the server has accepted the client, and says how to sign in",
};

/**
 * Who the server is.
 *
 * @param certificate Its leaf, which was accepted.
 * @returns One line.
 */
export function describeServer({ commonName, fingerprint, notAfter }: Certificate): string {
  const until = notAfter.toISOString().slice(0, 10);
  return `server ${printable(commonName)}, fingerprint ${fingerprint}, valid until ${until}`;
}
