/**
 * What a status of the other side means here.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError, type ErrorCode, ERRORS } from "../../errors.ts";
import type { Message } from "./messages.ts";

/**
 * The error for a status by which the other side ends the session. Its words are shown as what they
 * are: foreign text.
 *
 * @param status The status.
 * @param fallback The code where the status names none of the table.
 * @returns The error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const status = { type: "status", status: "BUSY", message: "later" } as const;
 * assert.equal(peerRefusal(status, "HANDSHAKE").code, "BUSY");
 * assert.equal(peerRefusal({ ...status, status: "ODD" }, "HANDSHAKE").code, "HANDSHAKE");
 * ```
 */
export function peerRefusal(status: Message<"status">, fallback: ErrorCode): ChatError {
  const words = status.message || status.status;
  const code = isNamed(status.status) ? status.status : fallback;
  return new ChatError(code, `cannot go on: the other side says "${printable(words)}"`);
}

/** A code that means on both sides the same: its wire text is itself. */
function isNamed(status: string): status is ErrorCode {
  return Object.entries(ERRORS).some(([code, { wire }]) => code === status && wire === status);
}
