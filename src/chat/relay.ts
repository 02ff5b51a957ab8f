import { printable } from "../bytes/printable.ts";

/**
 * The words of one client as the others of a relaying server get them: `[name] text`, in the
 * server's voice and under its signature.
 *
 * @param name The author's name; made printable, and brackets in it become parentheses, so that
 * nobody speaks as somebody else.
 * @param text The author's words, as they are.
 * @returns The words to send.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(relayedText("alice", "hi"), "[alice] hi");
 * assert.equal(relayedText("x] hi [bob", "yo"), "[x) hi (bob] yo");
 * ```
 */
export function relayedText(name: string, text: string): string {
  return `[${printable(name).replaceAll("[", "(").replaceAll("]", ")")}] ${text}`;
}
