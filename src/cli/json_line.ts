/** What a terminal might obey or hide, and JSON.stringify leaves as it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value as one line of JSON in which nothing moves or hides on a terminal; it means the same.
 *
 * @param value The value, made of plain objects.
 * @returns The line without its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = jsonLine({ event: "message", text: "\u202e" });
 * assert.equal(line, String.raw`{"event":"message","text":"\u202e"}`);
 * ```
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(UNPRINTABLE, escapeUnits);
}

/** JSON escapes UTF-16 units (RFC 8259 §7). */
function escapeUnits(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
