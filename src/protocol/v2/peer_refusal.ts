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
 * @param fallback The code where the status names none that a connection ends with.
 * @returns The error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const status = { type: "status", status: "BUSY", message: "later" } as const;
 * assert.equal(peerRefusal(status, "HANDSHAKE").code, "BUSY");
 * for (const odd of ["ODD", "OK", "USAGE", "INTERNAL"]) {
 *   assert.equal(peerRefusal({ ...status, status: odd }, "HANDSHAKE").code, "HANDSHAKE");
 * }
 * ```
 */
export function peerRefusal(status: Message<"status">, fallback: ErrorCode): ChatError {
  const words = status.message || status.status;
  const code = isNamed(status.status) ? status.status : fallback;
  return new ChatError(code, `cannot go on: the other side says "${printable(words)}"`);
}

/**
 * A code that means on both sides the same: its wire text is itself, and it is about the connection. The
 * other exit statuses are about this side's command line, files and faults: nobody else decides them.
 */
function isNamed(status: string): status is ErrorCode {
  return Object.entries(ERRORS).some(([code, { wire, exit }]) =>
    code === status && wire === status && (exit === 1 || exit === 75)
  );
}
