import { printable } from "../../bytes/printable.ts";
import { ChatError, type ErrorCode } from "../../errors.ts";
import type { Message } from "./messages.ts";

/** Codes that a peer may name as its reason and that keep their meaning on this side. */
const NAMED: readonly ErrorCode[] = [
  "BAD_CERT",
  "REVOKED",
  "REMOVED",
  "VERSION",
  "BUSY",
  "LIMIT",
  "TIMEOUT",
  "SLOW",
  "FRAME_TOO_LARGE",
];

/** What helps where the table's hint would be for the other side: it is this side that is judged. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_CERT:
    "it is this side's certificate that is refused: look at it with securechat cert show; " +
    "whoever keeps the CA can sign another: securechat cert request",
  REVOKED: "it is this side's certificate that is revoked: ask whoever keeps the CA why; with a " +
    "new key they can sign another: securechat cert request",
  TIMEOUT: "this side was silent for too long, perhaps at a question: connect again",
};

/** What a refusal means where the status names no code. */
export interface RefusalMeaning {
  readonly code: ErrorCode;
  /** A better hint than the table's. */
  readonly hint?: string;
}

/**
 * The error for a status by which the other side ends the session. Its words are shown as what they
 * are: foreign text. A code may stand in `status` or, as in the original's `BAD_CERT: …`, at the
 * start of the message.
 *
 * @param status The status message.
 * @param meaning The code, and perhaps the hint, where the status names no code.
 * @returns The error.
 */
export function peerRefusal(status: Message<"status">, meaning: RefusalMeaning): ChatError {
  const words = status.message || status.status;
  const named = /^([A-Z_]+): /.exec(words)?.[1];
  const code = NAMED.find((name) => name === status.status || name === named);
  const message = `cannot go on: the other side says "${printable(words)}"`;
  if (code !== undefined) {
    const hint = HINTS[code];
    return new ChatError(code, message, hint === undefined ? {} : { hint });
  }
  return new ChatError(meaning.code, message, meaning.hint === undefined ? {} : meaning);
}
