/**
 * The line that a person is typing: what each key does to it. No terminal is touched here.
 *
 * @module
 */

import stringWidth from "string-width";
import { printable } from "../bytes/printable.ts";

/** Lines that the up arrow brings back. */
const HISTORY_MAX = 100;

/** Longest line, grapheme clusters: a hand does not type more, and a paste is cut into lines. */
const LINE_MAX_CLUSTERS = 8192;

/** Control keys as bytes, ECMA-48 and readline's habits. */
const KEYS: Readonly<Record<number, Edit>> = {
  0x01: "home",
  0x02: "left",
  0x03: "interrupt", // where Ctrl-C is no signal
  0x04: "end_of_input",
  0x05: "end",
  0x06: "right",
  0x08: "backspace",
  0x0a: "enter",
  0x0b: "kill_right",
  0x0c: "redraw",
  0x0d: "enter",
  0x0e: "newer",
  0x10: "older",
  0x15: "kill_left",
  0x17: "kill_word",
  0x7f: "backspace",
};

/** Control sequences of the keys that have no byte, without their CSI or SS3. */
const SEQUENCES: Readonly<Record<string, Edit>> = {
  "A": "older",
  "B": "newer",
  "C": "right",
  "D": "left",
  "F": "end",
  "H": "home",
  "1~": "home",
  "3~": "delete",
  "4~": "end",
  "7~": "home",
  "8~": "end",
};

type Edit =
  | "home"
  | "end"
  | "left"
  | "right"
  | "older"
  | "newer"
  | "backspace"
  | "delete"
  | "kill_left"
  | "kill_right"
  | "kill_word"
  | "enter"
  | "end_of_input"
  | "interrupt"
  | "redraw";

/** Edits that are not changes of the line in place. */
type Leaving = "enter" | "end_of_input" | "interrupt" | "older" | "newer" | "redraw";

/** What a key led to. */
export type LineOutcome =
  | { readonly kind: "more" }
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "end" };

/** The part of the line that fits into a row, and where the cursor is in it. */
export interface LineView {
  readonly text: string;
  /** Columns from the start of `text`. */
  readonly cursor: number;
}

const MORE: LineOutcome = { kind: "more" };
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

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
  readonly #decoder = new TextDecoder();
  readonly #history: string[] = [];
  #clusters: string[] = [];
  #cursor = 0;
  /** Position in the history; its length is the line being typed. */
  #recalled = 0;
  #draft = "";
  /** Bytes of a control sequence so far, without ESC; nothing outside of one. */
  #sequence: string | undefined;

  /**
   * Takes one byte of input.
   *
   * @param byte As the terminal sends it in raw mode.
   * @returns "line" at Return, "end" at Ctrl-D on an empty line, else "more".
   */
  press(byte: number): LineOutcome {
    if (this.#sequence !== undefined) return this.#continueSequence(String.fromCharCode(byte));
    if (byte === 0x1b) {
      this.#sequence = "";
      return MORE;
    }
    const edit = KEYS[byte];
    if (edit !== undefined) return this.#edit(edit);
    if (byte >= 0x20) this.#insert(this.#decoder.decode(new Uint8Array([byte]), { stream: true }));
    return MORE;
  }

  /**
   * What to draw. What was pasted is shown as the other side will see it: nothing in it is obeyed.
   *
   * @param columns Width of the row.
   * @returns The part around the cursor that fits.
   */
  view(columns: number): LineView {
    let text = "";
    let cursor = 0;
    for (let index = this.#cursor - 1; index >= 0; index--) {
      const cluster = this.#shown(index);
      if (cursor + stringWidth(cluster) >= columns) break;
      cursor += stringWidth(cluster);
      text = cluster + text;
    }
    let width = cursor;
    for (let index = this.#cursor; index < this.#clusters.length; index++) {
      const cluster = this.#shown(index);
      width += stringWidth(cluster);
      if (width >= columns) break;
      text += cluster;
    }
    return { text, cursor };
  }

  #shown(index: number): string {
    return printable(this.#clusters[index] ?? "");
  }

  #insert(text: string): void {
    if (text === "" || this.#clusters.length >= LINE_MAX_CLUSTERS) return;
    // Only the cluster before the cursor can grow (UAX #29 §3.1.1): cutting the whole line anew at
    // each byte would take half a minute for a long paste.
    const start = Math.max(0, this.#cursor - 1);
    const last = this.#clusters.slice(start, this.#cursor).join("");
    const clusters = clustersOf(last + text);
    this.#clusters.splice(start, this.#cursor - start, ...clusters);
    this.#cursor = start + clusters.length;
  }

  /** CSI is ESC [ parameters final; SS3 is ESC O final (ECMA-48 §5.4). */
  #continueSequence(character: string): LineOutcome {
    const sequence = `${this.#sequence ?? ""}${character}`;
    const isCsi = sequence.startsWith("[");
    const isWhole = isCsi ? /^\[.*[@-~]$/.test(sequence) && sequence.length > 1 : sequence !== "O";
    if (!isWhole && sequence.length < 16) {
      this.#sequence = sequence;
      return MORE;
    }
    this.#sequence = undefined;
    const edit = SEQUENCES[sequence.slice(1)];
    return edit === undefined ? MORE : this.#edit(edit);
  }

  #edit(edit: Edit): LineOutcome {
    switch (edit) {
      case "enter":
        return { kind: "line", text: this.#take() };
      case "interrupt":
        return { kind: "end" };
      case "end_of_input":
        if (this.#clusters.length === 0) return { kind: "end" };
        this.#clusters.splice(this.#cursor, 1);
        return MORE;
      case "older":
      case "newer":
        this.#recall(edit === "older" ? -1 : 1);
        return MORE;
      case "redraw":
        return MORE;
      default:
        this.#change(edit);
        return MORE;
    }
  }

  #change(edit: Exclude<Edit, Leaving>): void {
    const end = this.#clusters.length;
    switch (edit) {
      case "home":
        this.#cursor = 0;
        break;
      case "end":
        this.#cursor = end;
        break;
      case "left":
        this.#cursor = Math.max(0, this.#cursor - 1);
        break;
      case "right":
        this.#cursor = Math.min(end, this.#cursor + 1);
        break;
      case "backspace":
        this.#removeFrom(Math.max(0, this.#cursor - 1));
        break;
      case "delete":
        this.#clusters.splice(this.#cursor, 1);
        break;
      case "kill_left":
        this.#removeFrom(0);
        break;
      case "kill_right":
        this.#clusters.splice(this.#cursor);
        break;
      case "kill_word":
        this.#removeFrom(this.#wordStart());
        break;
    }
  }

  #removeFrom(start: number): void {
    this.#clusters.splice(start, this.#cursor - start);
    this.#cursor = start;
  }

  #wordStart(): number {
    let start = this.#cursor;
    while (start > 0 && this.#clusters[start - 1] === " ") start--;
    while (start > 0 && this.#clusters[start - 1] !== " ") start--;
    return start;
  }

  #take(): string {
    const text = this.#clusters.join("");
    if (text !== "" && this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#recalled = this.#history.length;
    this.#draft = "";
    this.#clusters = [];
    this.#cursor = 0;
    return text;
  }

  #recall(step: -1 | 1): void {
    const target = this.#recalled + step;
    if (target < 0 || target > this.#history.length) return;
    if (this.#recalled === this.#history.length) this.#draft = this.#clusters.join("");
    this.#recalled = target;
    this.#clusters = clustersOf(this.#history[target] ?? this.#draft);
    this.#cursor = this.#clusters.length;
  }
}

function clustersOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}
