/**
 * The events of a session of protocol 1 as JSON Lines (`connect --json`). Names and fields are stable:
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
