/** What a terminal would obey or hide: Unicode categories control, format, separators, surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** ZERO WIDTH NON-JOINER and JOINER: Persian, Hindi and emoji sequences are wrong without them. */
const JOINERS = /[\u200c\u200d]/;

/**
 * Makes foreign text safe to print: what would move the cursor, colour, retitle or reorder the
 * terminal is shown as an escape instead of obeyed.
 *
 * Controls (C0, C1), bidirectional and other format controls (UAX #9), line and paragraph
 * separators and lone surrogates become `\u{hex}`.
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
  return text.replace(UNPRINTABLE, (character) => {
    if (JOINERS.test(character)) return character;
    return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
  });
}
