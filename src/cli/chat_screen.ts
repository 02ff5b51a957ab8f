/**
 * Where a conversation is shown and typed: a terminal with an input row that incoming lines never
 * tear, or plain streams.
 *
 * @module
 */

import { ChatLine } from "./chat_line.ts";
import type { Io, Keys } from "./io.ts";

/** A place for a conversation. */
export interface ChatScreen extends Disposable {
  /**
   * Shows text above the line being typed.
   *
   * @param text Printable text; line ends separate rows.
   */
  print(text: string): void;
  /** Lines typed, until the end of input. */
  lines(): AsyncIterable<string>;
}

/**
 * Opens the conversation's place: a terminal if both ends are one, else plain streams.
 *
 * @param io The world.
 * @param prompt What stands before the line being typed.
 * @returns The screen; dispose it, so that the terminal gets its mode back.
 */
export function openScreen(io: Io, prompt: string): ChatScreen {
  const keys = io.input.isTerminal && io.out.isTerminal ? io.input.openKeys?.() : undefined;
  return keys === undefined ? plainScreen(io) : new TerminalScreen(io, { keys, prompt });
}

/**
 * The conversation on plain streams, whatever they are: for scripts.
 *
 * @param io The world.
 * @returns The screen.
 */
export function plainScreen(io: Io): ChatScreen {
  return new PlainScreen(io);
}

class PlainScreen implements ChatScreen {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  print(text: string): void {
    this.#io.out.write(`${text}\n`);
  }

  lines(): AsyncIterable<string> {
    return this.#io.input.lines();
  }

  [Symbol.dispose](): void {}
}

/** Erase the row and go to its start: ECMA-48 §8.3.41. */
const CLEAR_ROW = "\r\x1b[K";

class TerminalScreen implements ChatScreen {
  readonly #io: Io;
  readonly #keys: Keys;
  readonly #prompt: string;
  readonly #line = new ChatLine();
  #isOpen = true;

  constructor(io: Io, { keys, prompt }: { readonly keys: Keys; readonly prompt: string }) {
    this.#io = io;
    this.#keys = keys;
    this.#prompt = prompt;
    this.#draw();
  }

  print(text: string): void {
    if (!this.#isOpen) return this.#io.out.write(`${text}\n`);
    this.#io.out.write(`${CLEAR_ROW}${text.replaceAll("\n", "\r\n")}\r\n${this.#inputRow()}`);
  }

  async *lines(): AsyncIterable<string> {
    while (this.#isOpen) {
      const byte = await this.#keys.nextByte();
      if (byte === undefined) return;
      const outcome = this.#line.press(byte);
      if (outcome.kind === "end") return;
      if (!this.#keys.hasMore || outcome.kind === "line") this.#draw();
      if (outcome.kind === "line") yield outcome.text;
    }
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#io.out.write(CLEAR_ROW);
    this.#keys[Symbol.dispose]();
  }

  #draw(): void {
    if (this.#isOpen) this.#io.out.write(`${CLEAR_ROW}${this.#inputRow()}`);
  }

  /** The last column stays free: writing into it makes some terminals wrap. */
  #inputRow(): string {
    const columns = Math.max(1, this.#keys.columns() - this.#prompt.length - 1);
    const { text, cursor } = this.#line.view(columns);
    const column = this.#prompt.length + cursor + 1;
    return `${this.#prompt}${text}\x1b[${column}G`;
  }
}
