/**
 * What an end of the line means when it comes too early.
 *
 * @module
 */

import { ChatError } from "../errors.ts";

/**
 * The other side went before there was anything to sign for.
 *
 * @param when "in its handshake", "before …".
 * @returns CONNECTION.
 */
export function gone(when: string): ChatError {
  return new ChatError("CONNECTION", `the other side closed the connection ${when}`);
}

/**
 * The other side went before both had signed what they have.
 *
 * @param when "before …".
 * @returns TRUNCATED.
 */
export function closedEarly(when: string): ChatError {
  return new ChatError("TRUNCATED", `cannot go on: the other side closed the connection ${when}`);
}
