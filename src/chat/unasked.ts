import { ChatError } from "../errors.ts";

/**
 * The server answers what was not asked.
 *
 * @returns HANDSHAKE.
 */
export function unasked(): ChatError {
  return new ChatError("HANDSHAKE", "cannot go on: an answer came, and nothing was asked", {
    hint: "the other side broke the protocol: check that both run the same version",
  });
}
