/**
 * The line that a person is typing: what each key does to it. No terminal is touched here.
 *
 * @module
 */

import stringWidth from "string-width";
import { printable } from "../../bytes/printable.ts";
import type { KeyName } from "./key_decoder.ts";

/** Lines that the up arrow brings back. */
const HISTORY_MAX = 100;

/** Longest text, grapheme clusters: two pastes of the longest kind. */
const LINE_MAX_CLUSTERS = 2_097_152;

/** How the end of a line within the text is shown. */
const NEWLINE_MARK = "↵";

/** The part of the line that fits into a row, and where the cursor is in it. */
export interface LineView {
  readonly text: string;
  /** Columns from the start of `text`. */
  readonly cursor: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A line editor for one row: a line that is wider scrolls sideways, and line ends in it are marks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = new LineEditor();
 * line.insert("one\ntwo");
 * line.press("kill_word");
 * assert.deepEqual(line.view(80), { text: "one↵", cursor: 4 });
 * assert.equal(line.take(), "one\n");
 * ```
 */
export class LineEditor {
  readonly #maxClusters: number;
  readonly #history: string[] = [];
  #clusters: string[] = [];
  #cursor = 0;
  /** Position in the history; its length is the line being typed. */
  #recalled = 0;
  #draft = "";
  /** What was killed last. */
  #killed: readonly string[] = [];

  /** @param maxClusters Longest text, grapheme clusters: what would make it longer is not put in. */
  constructor(maxClusters = LINE_MAX_CLUSTERS) {
    this.#maxClusters = maxClusters;
  }

  /** The text. */
  get text(): string {
    return this.#clusters.join("");
  }

  /** The text before the cursor. */
  get before(): string {
    return this.#clusters.slice(0, this.#cursor).join("");
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#clusters.length === 0;
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
    const cluster = this.#clusters[index] ?? "";
    return cluster === "\n" ? NEWLINE_MARK : printable(cluster);
  }

  /**
   * Puts text in at the cursor.
   *
   * @param text What was typed or pasted.
   */
  insert(text: string): void {
    if (text === "" || this.#clusters.length >= this.#maxClusters) return;
    // Only the cluster before the cursor can grow (UAX #29 §3.1.1): cutting the whole line anew at
    // each byte would take half a minute for a long paste.
    const start = Math.max(0, this.#cursor - 1);
    const last = this.#clusters.slice(start, this.#cursor).join("");
    const clusters = clustersOf(last + text);
    const behind = this.#clusters.splice(start).slice(this.#cursor - start);
    for (const cluster of clusters) this.#clusters.push(cluster);
    for (const cluster of behind) this.#clusters.push(cluster);
    this.#cursor = start + clusters.length;
  }

  /**
   * Replaces the text before the cursor.
   *
   * @param text By what.
   */
  replaceBefore(text: string): void {
    this.#clusters.splice(0, this.#cursor);
    this.#cursor = 0;
    this.insert(text);
  }

  /**
   * Does what a key does to the line.
   *
   * @param name The key; those that do nothing to a line do nothing here.
   */
  press(name: KeyName): void {
    const end = this.#clusters.length;
    switch (name) {
      case "home":
        return this.#moveTo(0);
      case "end":
        return this.#moveTo(end);
      case "left":
        return this.#moveTo(this.#cursor - 1);
      case "right":
        return this.#moveTo(this.#cursor + 1);
      case "word_left":
        return this.#moveTo(this.#wordStart());
      case "word_right":
        return this.#moveTo(this.#wordEnd());
      case "backspace":
        return void this.#remove(this.#cursor - 1, this.#cursor);
      case "delete":
      case "end_of_input":
        return void this.#remove(this.#cursor, this.#cursor + 1);
      case "kill_left":
        return this.#kill(0, this.#cursor);
      case "kill_right":
        return this.#kill(this.#cursor, end);
      case "kill_word":
        return this.#kill(this.#wordStart(), this.#cursor);
      case "kill_word_right":
        return this.#kill(this.#cursor, this.#wordEnd());
      case "yank":
        return this.insert(this.#killed.join(""));
      case "newline":
        return this.insert("\n");
      case "older":
        return this.#recall(-1);
      case "newer":
        return this.#recall(1);
    }
  }

  /**
   * Ends the line, which the up arrow brings back.
   *
   * @returns Its text.
   */
  take(): string {
    const { text } = this;
    if (text !== "" && this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.clear();
    return text;
  }

  /** Throws the text away. */
  clear(): void {
    this.#recalled = this.#history.length;
    this.#draft = "";
    this.#clusters = [];
    this.#cursor = 0;
  }

  /**
   * The last line of the history that holds a text.
   *
   * @param wanted The text.
   * @returns It, or nothing.
   */
  find(wanted: string): string | undefined {
    return wanted === "" ? undefined : this.#history.findLast((line) => line.includes(wanted));
  }

  #moveTo(place: number): void {
    this.#cursor = Math.max(0, Math.min(this.#clusters.length, place));
  }

  #kill(start: number, end: number): void {
    const killed = this.#remove(start, end);
    if (killed.length > 0) this.#killed = killed;
  }

  #remove(start: number, end: number): readonly string[] {
    const from = Math.max(0, start);
    const removed = this.#clusters.splice(from, Math.max(0, end - from));
    if (from < this.#cursor) this.#cursor = Math.max(from, this.#cursor - removed.length);
    return removed;
  }

  #wordStart(): number {
    let start = this.#cursor;
    while (start > 0 && isSpace(this.#clusters[start - 1])) start--;
    while (start > 0 && !isSpace(this.#clusters[start - 1])) start--;
    return start;
  }

  #wordEnd(): number {
    let end = this.#cursor;
    const { length } = this.#clusters;
    while (end < length && isSpace(this.#clusters[end])) end++;
    while (end < length && !isSpace(this.#clusters[end])) end++;
    return end;
  }

  #recall(step: -1 | 1): void {
    const target = this.#recalled + step;
    if (target < 0 || target > this.#history.length) return;
    if (this.#recalled === this.#history.length) this.#draft = this.text;
    this.#recalled = target;
    this.#clusters = clustersOf(this.#history[target] ?? this.#draft);
    this.#cursor = this.#clusters.length;
  }
}

function isSpace(cluster: string | undefined): boolean {
  return cluster === " " || cluster === "\n";
}

function clustersOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}
