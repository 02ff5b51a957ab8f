/**
 * How the screen writes to the terminal: lines above, status and input below, and what happens when the
 * terminal gets another size.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { Keys, TextOut } from "../io.ts";
import { paint, type Style } from "../style.ts";
import { type Bottom, BottomArea } from "./bottom_area.ts";
import { type StatusFacts, statusText } from "./status_text.ts";
import type { InputRow } from "./typing.ts";
import { wrap } from "./wrap.ts";

/** A terminal that does not tell where the cursor is within this time does not tell it at all, ms. */
const CURSOR_MS = 200;

/** Device status report: where is the cursor (ECMA-48 §8.3.35)? */
const CURSOR_ASKED = "\x1b[6n";

/** Bracketed paste (xterm, DECSET 2004). */
const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

/** What it is made of. */
export interface ScreenViewOptions {
  readonly out: TextOut;
  readonly keys: Keys;
  /** What the status row tells. */
  facts(): StatusFacts;
  /** The input row, for a width. */
  input(columns: number): InputRow;
}

/** See the module. */
export class ScreenView implements Disposable {
  readonly #options: ScreenViewOptions;
  readonly #area: BottomArea;
  #isOpen = true;
  /** Set while the terminal is asked where the cursor is: nothing is drawn until then. */
  #resizing: ReturnType<typeof setTimeout> | undefined;
  /** What is to be printed after that. */
  readonly #held: string[] = [];

  /** @param options The terminal, and what is shown at its bottom. */
  constructor(options: ScreenViewOptions) {
    this.#options = options;
    const { out, keys } = options;
    this.#area = new BottomArea({
      write: (text) => out.write(text),
      columns: () => keys.columns(),
    });
    keys.onResize = () => this.#resized();
    out.write(PASTE_ON);
  }

  /** Width of the terminal. */
  get columns(): number {
    return this.#options.keys.columns();
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    if (this.#resizing !== undefined) this.redraw();
    this.#isOpen = false;
    const { keys, out } = this.#options;
    keys.onResize = undefined;
    this.#area.close();
    out.write(PASTE_OFF);
    keys[Symbol.dispose]();
  }

  /** Draws what has changed at the bottom. */
  draw(): void {
    if (this.#isOpen && this.#resizing === undefined) this.#area.draw(this.#bottom());
  }

  /**
   * Draws the bottom anew.
   *
   * @param cursorColumn Where the terminal says that the cursor is, from 1.
   */
  redraw(cursorColumn?: number): void {
    clearTimeout(this.#resizing);
    this.#resizing = undefined;
    if (!this.#isOpen) return;
    this.#area.redraw(this.#bottom(), cursorColumn);
    const rows = this.#held.splice(0);
    if (rows.length > 0) this.print(rows);
  }

  /**
   * Prints above the bottom.
   *
   * @param rows None wider than the terminal less one column.
   */
  print(rows: readonly string[]): void {
    if (!this.#isOpen) this.#options.out.write(rows.map((row) => `${row}\n`).join(""));
    else if (this.#resizing !== undefined) this.#held.push(...rows);
    else this.#area.print(rows, this.#bottom());
  }

  /**
   * Prints text of the program itself.
   *
   * @param text It.
   * @param as How it looks.
   */
  tell(text: string, as: Style = "dim"): void {
    this.print(this.wrapped(printable(text)).map((row) => this.styled(row, as)));
  }

  /**
   * Prints what is wrong and ends nothing.
   *
   * @param text It.
   */
  warn(text: string): void {
    this.tell(`! ${text}`, "yellow");
  }

  /** Cuts printable text into rows. */
  wrapped(text: string): readonly string[] {
    return wrap(text, { columns: this.columns, first: 0, indent: "  " });
  }

  /** Styles text where there is colour. */
  styled(text: string, as: Style): string {
    return paint(text, { on: this.#options.out, as });
  }

  #resized(): void {
    if (!this.#isOpen) return;
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.redraw(), CURSOR_MS);
    this.#options.out.write(CURSOR_ASKED);
  }

  #bottom(): Bottom {
    const { columns } = this;
    const { facts, input } = this.#options;
    const status = this.styled(statusText(facts(), columns), "reverse");
    return { status, ...input(columns) };
  }
}
