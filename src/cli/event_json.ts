/**
 * The events of a client's session as JSON Lines (`connect --json`). Names and fields are stable:
 * README lists them.
 *
 * @module
 */

import { encodeReceipt } from "../protocol/v1/evidence.ts";
import type { SessionEvent } from "../protocol/session.ts";

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
      const { seqno, ts, text, name = "server" } = event;
      return { event: "message", from: event.author === "self" ? "me" : name, seqno, ts, text };
    }
    case "entered":
      return { event: "entered", room: event.room, log: event.log, size: event.size };
    case "presence":
      return { event: "presence", change: event.change, who: event.who };
    case "parted":
      return { event: "parted", room: event.room, size: event.size };
    case "explained":
      return { event: "handshake", ...event.note };
    case "disk":
      return { event: "disk", full: event.error !== undefined };
    case "waiting":
      return { event: "waiting", count: event.count, reason: event.reason ?? null };
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
