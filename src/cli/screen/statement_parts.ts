import { TEXT_MAX_BYTES, textBytes } from "../../chat/text_size.ts";

/**
 * Cuts text that is too long for one statement into parts that are not, between its lines where that is
 * possible. Put together they are the text.
 *
 * @param text The text.
 * @returns The parts: one, where it fits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(statementParts("short"), ["short"]);
 * const long = `${"line\n".repeat(10_000)}`;
 * const parts = statementParts(long);
 * assert.equal(parts.length, 2);
 * assert.equal(parts.join(""), long);
 * ```
 */
export function statementParts(text: string): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (textBytes(rest) > TEXT_MAX_BYTES) {
    const length = fittingLength(rest);
    const lineEnd = rest.lastIndexOf("\n", length - 1) + 1;
    const cut = lineEnd > 0 ? lineEnd : length;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  if (rest !== "" || parts.length === 0) parts.push(rest);
  return parts;
}

/** The most UTF-16 units that fit, no pair of surrogates cut. */
function fittingLength(text: string): number {
  let [fits, not] = [1, text.length + 1];
  while (not - fits > 1) {
    const middle = (fits + not) >> 1;
    if (textBytes(text.slice(0, middle)) <= TEXT_MAX_BYTES) fits = middle;
    else not = middle;
  }
  const isPair = /[\ud800-\udbff]/.test(text[fits - 1] ?? "") && fits > 1;
  return isPair ? fits - 1 : fits;
}
