/**
 * Colour, where it is wanted. `terminal.ts` decides once for each stream; everybody else asks `paint`.
 *
 * The codes are written here rather than taken from `util.styleText`: loading node:util costs more
 * than the rest of `securechat --help` together.
 *
 * @module
 */

import type { TextOut } from "./io.ts";

/** ECMA-48 §8.3.117, select graphic rendition: on and off. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  reverse: [7, 27],
} as const;

/** A way to show text. */
export type Style = keyof typeof CODES;

/** Where the text goes, and how it is to look there. */
export interface Paint {
  readonly on: TextOut;
  readonly as: Style;
}

/**
 * Styles text for a stream that has colour, and leaves it alone for others.
 *
 * @param text The text, already printable.
 * @param paint The stream it is for, and the style.
 * @returns The text, perhaps between two control sequences.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const on = { write() {}, isTerminal: true, hasColour: true };
 * assert.equal(paint("no", { on, as: "red" }), "\x1b[31mno\x1b[39m");
 * assert.equal(paint("no", { on: { ...on, hasColour: false }, as: "red" }), "no");
 * ```
 */
export function paint(text: string, { on, as }: Paint): string {
  if (!on.hasColour) return text;
  const [start, end] = CODES[as];
  return `\x1b[${start}m${text}\x1b[${end}m`;
}
