/**
 * Which protocol a client speaks, told by its first frame (PROTOCOL-2 §2).
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";

/** The protocol whose first frame names no version. */
const VERSION_UNNAMED = 1;

/**
 * Reads the version loosely: a server must understand even a client that it cannot serve. The frame is
 * then read strictly by the protocol that it chose.
 *
 * @param body The first frame's body.
 * @param allowed The versions that are offered.
 * @returns One of `allowed`; 1 where the frame names none.
 * @throws {ChatError} VERSION if it is not allowed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const hello = new TextEncoder().encode('{"version": 2}');
 * assert.equal(chooseVersion(hello, [1, 2]), 2);
 * assert.throws(() => chooseVersion(hello, [1]), { code: "VERSION" });
 * ```
 */
export function chooseVersion(body: Uint8Array, allowed: readonly number[]): number {
  const version = versionOf(body);
  const chosen = allowed.find((one) => one === version);
  if (chosen !== undefined) return chosen;
  throw new ChatError(
    "VERSION",
    `cannot speak protocol ${named(version)}: expected ${allowed.join(" or ")}`,
  );
}

/** Only what is short by nature is written out: writing nested lists would recurse as deep as they are. */
function named(version: unknown): string {
  if (typeof version === "number") return String(version);
  if (typeof version !== "string") return "of an unknown kind";
  return `"${printable(version.slice(0, 40))}"`;
}

function versionOf(body: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    const isNamed = typeof value === "object" && value !== null && Object.hasOwn(value, "version");
    if (isNamed && "version" in value) return value.version;
  } catch {
    // Not JSON: protocol 1 says what is wrong with it.
  }
  return VERSION_UNNAMED;
}
