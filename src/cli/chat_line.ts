/**
 * The line that the operator, or a person who speaks protocol 1, is typing: keys and editing in one.
 *
 * @module
 */

import { KeyDecoder, type KeyName } from "./screen/key_decoder.ts";
import { LineEditor, type LineView } from "./screen/line_editor.ts";

/** Longest line, grapheme clusters: a hand does not type more, and a paste is cut into lines. */
const LINE_MAX_CLUSTERS = 8192;

/** What a key led to. */
export type LineOutcome =
  | { readonly kind: "more" }
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "end" };

const MORE: LineOutcome = { kind: "more" };

/**
 * A line editor for one row: a line that is wider scrolls sideways.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = new ChatLine();
 * for (const byte of new TextEncoder().encode("hellp\x7fo")) line.press(byte);
 * assert.deepEqual(line.view(80), { text: "hello", cursor: 5 });
 * assert.deepEqual(line.press(13), { kind: "line", text: "hello" });
 * ```
 */
export class ChatLine {
  readonly #keys = new KeyDecoder();
  readonly #editor = new LineEditor(LINE_MAX_CLUSTERS);

  /**
   * Takes one byte of input.
   *
   * @param byte As the terminal sends it in raw mode.
   * @returns "line" at Return, "end" at Ctrl-D on an empty line, else "more".
   */
  press(byte: number): LineOutcome {
    const key = this.#keys.take(byte);
    if (key === undefined || key.kind === "room" || key.kind === "cursor") return MORE;
    if (key.kind === "key") return this.#press(key.name);
    this.#editor.insert(key.text);
    return MORE;
  }

  /**
   * What to draw.
   *
   * @param columns Width of the row.
   * @returns The part around the cursor that fits.
   */
  view(columns: number): LineView {
    return this.#editor.view(columns);
  }

  #press(name: KeyName): LineOutcome {
    const isEnd = name === "interrupt" || name === "end_of_input" && this.#editor.isEmpty;
    if (isEnd) return { kind: "end" };
    if (name === "enter" || name === "newline") return { kind: "line", text: this.#editor.take() };
    this.#editor.press(name);
    return MORE;
  }
}
