/**
 * The events of a client's session as JSON Lines (`connect --json`). Names and fields are stable:
 * README lists them.
 *
 * @module
 */

import { encodeReceipt } from "../protocol/v1/evidence.ts";
import type { SessionEvent } from "../protocol/session.ts";

/** What a terminal might obey or hide, and JSON.stringify leaves as it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line's value. */
export type EventJson = Readonly<Record<string, unknown>> & { readonly event: string };

/**
 * An event as a JSON value.
 *
 * @param event The event.
 * @returns The value, or nothing for events that are the program's own business.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const said = { kind: "said", author: "peer", seqno: 1, ts: 0, text: "hi" } as const;
 * assert.deepEqual(eventJson(said), { event: "message", from: "server", seqno: 1, ts: 0, text: "hi" });
 * ```
 */
export function eventJson(event: SessionEvent): EventJson | undefined {
  switch (event.kind) {
    case "phase":
      return { event: "phase", phase: event.phase, text: event.text };
    case "peer": {
      const { commonName, fingerprint, notAfter } = event.certificate;
      return { event: "server", commonName, fingerprint, notAfter: notAfter.toISOString() };
    }
    case "signed_in":
      return { event: "signed_in", email: event.email, username: event.username || null };
    case "said": {
      const { seqno, ts, text } = event;
      return { event: "message", from: event.author === "self" ? "me" : "server", seqno, ts, text };
    }
    case "refused":
      return { event: "refused", code: event.error.code, message: event.error.message };
    case "told":
      return { event: "status", status: event.status, message: event.message };
    case "receipt_made":
      return { event: "receipt", from: "me", receipt: encodeReceipt(event.receipt) };
    case "peer_left": {
      const code = event.error?.code ?? null;
      return { event: "receipt", from: "server", receipt: encodeReceipt(event.receipt), code };
    }
    case "ended":
      return { event: "ended", code: event.error?.code ?? null };
    default:
      return undefined;
  }
}

/**
 * A value as one line of JSON in which nothing moves or hides on a terminal; it means the same.
 *
 * @param value The value.
 * @returns The line without its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = jsonLine({ event: "message", text: "\u202e" });
 * assert.equal(line, String.raw`{"event":"message","text":"\u202e"}`);
 * ```
 */
export function jsonLine(value: EventJson): string {
  return JSON.stringify(value).replace(UNPRINTABLE, escapeUnits);
}

/** JSON escapes UTF-16 units (RFC 8259 §7). */
function escapeUnits(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
