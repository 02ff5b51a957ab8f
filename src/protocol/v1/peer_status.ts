import { printable } from "../../bytes/printable.ts";
import { ChatError, type ErrorCode, ERRORS } from "../../errors.ts";
import type { Message } from "./messages.ts";

/** Codes that a peer may name as its reason and that keep their meaning on this side. */
const NAMED: readonly ErrorCode[] = ["BAD_CERT", "BUSY", "TIMEOUT", "SLOW", "FRAME_TOO_LARGE"];

/**
 * The error for a status by which the other side ends the session. Its words are shown as what they
 * are: foreign text.
 *
 * @param status The status message.
 * @param fallback The code where the status names none.
 * @returns The error.
 */
export function peerRefusal(status: Message<"status">, fallback: ErrorCode): ChatError {
  const said = printable(status.message || status.status);
  const code = NAMED.find((name) => name === status.status) ?? fallback;
  // Our servers say this of a database that is down and of too many attempts: the password is not
  // what the person should look at.
  const hint = /\btry again\b/.test(said) ? ERRORS.BUSY.hint : ERRORS[code].hint;
  return new ChatError(code, `cannot go on: the other side says "${said}"`, { hint });
}
