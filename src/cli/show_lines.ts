/**
 * The rows in which `securechat show` prints a conversation, whatever protocol it is of.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { isoTime } from "../transcript/v1/times.ts";
import type { TextOut } from "./io.ts";
import { paint } from "./style.ts";

/** Columns before the words: mark, time, two spaces. */
const INDENT = " ".repeat(2 + 24 + 2);

/** A row of the conversation. */
export interface ShownRow {
  /** "?" where something about it is not sure yet. */
  readonly mark: " " | "?";
  readonly timeMs: number | undefined;
  /** Who and what, names printable; further lines are set in. */
  readonly who: string;
  readonly words?: string;
}

/**
 * A row. Words of several lines keep them, each set in behind a bar: nobody's words can look like
 * another row.
 *
 * @param row What it says.
 * @param on Where it is printed.
 * @returns Text with its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const on = { write() {}, isTerminal: false };
 * const row = { mark: " ", timeMs: 0, who: "[alice]", words: "one\n[bob] two" } as const;
 * assert.equal(
 *   showRow(row, on),
 *   `  1970-01-01T00:00:00.000Z  [alice] one\n${" ".repeat(28)}| [bob] two\n`,
 * );
 * ```
 */
export function showRow({ mark, timeMs, who, words }: ShownRow, on: TextOut): string {
  const time = (timeMs === undefined ? "no time" : isoTime(timeMs)).padEnd(24);
  const [first = "", ...more] = (words ?? "").split("\n").map(printable);
  const text = words === undefined ? who : `${who} ${first}`;
  const rows = [`${mark} ${paint(time, { on, as: "dim" })}  ${text}`];
  return [...rows, ...more.map((line) => `${INDENT}| ${line}`)].map((row) => `${row}\n`).join("");
}

/**
 * A remark between rows.
 *
 * @param text It, printable.
 * @param on Where it is printed.
 * @returns Text with its end.
 */
export function showRemark(text: string, on: TextOut): string {
  return `${paint(`-- ${text} --`, { on, as: "dim" })}\n`;
}
