/**
 * Makes foreign text safe to print: what would move the cursor, colour, retitle or reorder the
 * terminal is shown as an escape instead of obeyed.
 *
 * C0 and C1 controls, line and paragraph separators, bidirectional controls (UAX #9), invisible
 * characters, tags and lone surrogates become `\u{hex}`; joiners stay, since emoji and scripts need them.
 *
 * @param text Text from a peer, a file, a certificate or the environment.
 * @returns One line of text without control characters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(printable("hi\x1b[2J"), "hi\\u{1b}[2J");
 * ```
 */
export function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- control characters are what this looks for
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
  );
}
