/**
 * The two rows at the bottom of a terminal, status and input, below everything that was printed: that is
 * the terminal's own, and can be scrolled and copied like all else. Nothing tears the rows: whatever is
 * printed goes out in one write with them.
 *
 * @module
 */

import stringWidth from "string-width";

/** What is shown at the bottom. No text is wider than the terminal less one column. */
export interface Bottom {
  /** Printable; may be styled. */
  readonly status: string;
  readonly prompt: string;
  readonly input: string;
  /** Columns from the start of `input`. */
  readonly cursor: number;
}

/** What it is drawn on. */
export interface BottomAreaOptions {
  write(text: string): void;
  columns(): number;
}

/** See the module. */
export class BottomArea {
  readonly #options: BottomAreaOptions;
  #shown: Bottom | undefined;

  /** @param options What it is drawn on. */
  constructor(options: BottomAreaOptions) {
    this.#options = options;
  }

  /**
   * Draws what has changed. A letter typed at the end costs no more than itself.
   *
   * @param bottom What is to be shown.
   */
  draw(bottom: Bottom): void {
    const { write } = this.#options;
    const before = this.#shown;
    this.#shown = bottom;
    if (before === undefined) return write(rowsOf(bottom));
    if (before.status !== bottom.status) {
      return write(`\x1b[1A\r${bottom.status}\x1b[K\r\n${inputOf(bottom)}`);
    }
    const isAtEnd = ({ input, cursor }: Bottom) => cursor === stringWidth(input);
    const isLonger = bottom.prompt === before.prompt && bottom.input.startsWith(before.input);
    if (isLonger && isAtEnd(before) && isAtEnd(bottom)) {
      const more = bottom.input.slice(before.input.length);
      return more === "" ? undefined : write(more);
    }
    const isSame = bottom.prompt === before.prompt && bottom.input === before.input;
    write(isSame ? cursorOf(bottom) : inputOf(bottom));
  }

  /**
   * Prints above the bottom.
   *
   * @param rows None wider than the terminal less one column.
   * @param bottom What is to be shown below.
   */
  print(rows: readonly string[], bottom: Bottom): void {
    const text = rows.map((row) => `${row}\r\n`).join("");
    this.#options.write(`${this.#erased()}${text}${rowsOf(bottom)}`);
    this.#shown = bottom;
  }

  /**
   * Draws all anew: the terminal has another width, and has cut what was drawn into rows anew; but some
   * leave the row of the cursor as it is.
   *
   * @param bottom What is to be shown.
   * @param cursorColumn Where the terminal says that the cursor is now, from 1; without it, as if it had
   * left the row.
   */
  redraw(bottom: Bottom, cursorColumn?: number): void {
    this.#options.write(`${this.#erased(cursorColumn)}${rowsOf(bottom)}`);
    this.#shown = bottom;
  }

  /** Takes the rows away. */
  close(): void {
    this.#options.write(this.#erased());
    this.#shown = undefined;
  }

  /** From the cursor's row up to the first of the status, as the terminal's width is now. */
  #erased(cursorColumn?: number): string {
    if (this.#shown === undefined) return "";
    const columns = Math.max(1, this.#options.columns());
    const { status, prompt, cursor } = this.#shown;
    const place = stringWidth(prompt) + cursor;
    const isCut = cursorColumn === place % columns + 1 && place >= columns;
    const above = Math.max(1, Math.ceil(stringWidth(status) / columns));
    return `\x1b[${above + (isCut ? Math.floor(place / columns) : 0)}A\r\x1b[J`;
  }
}

function rowsOf(bottom: Bottom): string {
  return `${bottom.status}\r\n${inputOf(bottom)}`;
}

function inputOf(bottom: Bottom): string {
  return `\r\x1b[K${bottom.prompt}${bottom.input}${cursorOf(bottom)}`;
}

function cursorOf({ prompt, cursor }: Bottom): string {
  return `\x1b[${stringWidth(prompt) + cursor + 1}G`;
}
