/**
 * What an e-mail address and a user name may be. The server asks the same of what clients send.
 *
 * @module
 */

import { ChatError } from "../errors.ts";

/** Longest address, characters (the column of PROTOCOL-1 "Users table"). */
export const EMAIL_MAX_CHARS = 255;
/** Longest user name, characters. */
export const USERNAME_MAX_CHARS = 64;

/** One @ between two parts without spaces, control characters or the `|` of transcripts. */
const EMAIL = /^[^\s@|\p{C}]+@[^\s@|\p{C}]+$/u;
/** No control characters, no `|`, no space at an end. */
const USERNAME = /^(?! )[^|\p{C}\p{Zl}\p{Zp}]+(?<! )$/u;

/**
 * Accepts an e-mail address.
 *
 * @param text The address.
 * @returns The address as given.
 * @throws {ChatError} USAGE if it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseEmail("alice@example.org"), "alice@example.org");
 * assert.throws(() => parseEmail("alice"), { code: "USAGE" });
 * ```
 */
export function parseEmail(text: string): string {
  if (EMAIL.test(text) && text.length <= EMAIL_MAX_CHARS) return text;
  throw new ChatError(
    "USAGE",
    `cannot use ${quoted(text)} as an e-mail address: expected name@domain, ` +
      `at most ${EMAIL_MAX_CHARS} characters, without spaces or |`,
    { hint: "give an address such as alice@example.org" },
  );
}

/**
 * Accepts a user name.
 *
 * @param text The name.
 * @returns The name as given.
 * @throws {ChatError} USAGE if it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseUsername("Alice B."), "Alice B.");
 * assert.throws(() => parseUsername("a|b"), { code: "USAGE" });
 * ```
 */
export function parseUsername(text: string): string {
  if (USERNAME.test(text) && [...text].length <= USERNAME_MAX_CHARS) return text;
  throw new ChatError(
    "USAGE",
    `cannot use ${quoted(text)} as a user name: expected 1 to ${USERNAME_MAX_CHARS} characters, ` +
      "without |, control characters or a space at an end",
    { hint: "give a name such as alice" },
  );
}

function quoted(text: string): string {
  return `"${text.length > 64 ? `${text.slice(0, 64)}…` : text}"`;
}
