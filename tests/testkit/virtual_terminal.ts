/**
 * A terminal in memory: what is written to it can be looked at as a person would see it, and keys can be
 * pressed.
 *
 * @module
 */

import xterm from "@xterm/headless";
import type { Keys, TextOut } from "../../src/cli/io.ts";

const SCROLLBACK_ROWS = 5_000;

/** See the module. */
export class VirtualTerminal {
  readonly #terminal: xterm.Terminal;
  readonly #waiting: number[] = [];
  #wake = Promise.withResolvers<void>();
  #hasEnded = false;
  #columns: number;
  /** Bytes that were written. */
  written = 0;
  /** Whether raw mode was given back. */
  isGivenBack = false;
  /** What a program writes to. */
  readonly out: TextOut;
  /** What a program reads. */
  readonly keys: Keys;

  /** @param columns Its width. @param rows Its height. */
  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#terminal = new xterm.Terminal({
      ...{
        cols: columns,
        rows,
        scrollback: SCROLLBACK_ROWS,
        allowProposedApi: true,
        convertEol: true,
      },
    });
    this.out = { isTerminal: true, write: (text) => this.#write(text) };
    this.keys = {
      nextByte: () => this.#nextByte(),
      hasMore: false,
      columns: () => this.#columns,
      [Symbol.dispose]: () => void (this.isGivenBack = true),
    };
    Object.defineProperty(this.keys, "hasMore", { get: () => this.#waiting.length > 0 });
  }

  /** Presses keys. */
  press(keys: string): void {
    this.#waiting.push(...new TextEncoder().encode(keys));
    this.#awake();
  }

  /** Ends the input. */
  end(): void {
    this.#hasEnded = true;
    this.#awake();
  }

  /** Gives it another size, and tells the program. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#drawn();
    this.#columns = columns;
    this.#terminal.resize(columns, rows);
    this.keys.onResize?.();
  }

  /** All rows that are not empty at the end, those that were scrolled away first. */
  async rows(): Promise<readonly string[]> {
    await this.#drawn();
    const { active } = this.#terminal.buffer;
    const rows: string[] = [];
    for (let index = 0; index < active.length; index++) {
      rows.push((active.getLine(index)?.translateToString(true) ?? "").trimEnd());
    }
    while (rows.at(-1) === "") rows.pop();
    return rows;
  }

  /** The column that the cursor is in, from 0. */
  async cursorColumn(): Promise<number> {
    await this.#drawn();
    return this.#terminal.buffer.active.cursorX;
  }

  #write(text: string): void {
    this.written += new TextEncoder().encode(text).length;
    this.#terminal.write(text);
  }

  /** What was written before is drawn, and what is pressed was read. */
  async #drawn(): Promise<void> {
    while (this.#waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
  }

  async #nextByte(): Promise<number | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded) await this.#wake.promise;
    return this.#waiting.shift();
  }

  #awake(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
