/**
 * What a person types: the line, and what a key asks of the screen.
 *
 * @module
 */

import { TEXT_MAX_BYTES, textBytes } from "../../chat/text_size.ts";
import { type Completable, complete } from "./completion.ts";
import { type Key, type KeyName, PASTE_MAX_UNITS } from "./key_decoder.ts";
import { LineEditor } from "./line_editor.ts";
import { type ScreenCommand, screenCommand } from "./screen_command.ts";
import { statementParts } from "./statement_parts.ts";

/** What a key asks for, where it does not only change the line. */
export type Wish =
  | { readonly kind: "command"; readonly command: ScreenCommand }
  /** Parts of a text that is too long for one message; the person has agreed. */
  | { readonly kind: "say_all"; readonly texts: readonly string[] }
  | { readonly kind: "show_room"; readonly number: number }
  | { readonly kind: "step_room"; readonly step: 1 | -1 }
  | { readonly kind: "tell"; readonly text: string }
  | { readonly kind: "redraw"; readonly cursorColumn?: number }
  | { readonly kind: "quit" };

/** The input row. */
export interface InputRow {
  readonly prompt: string;
  readonly input: string;
  /** Columns from the start of `input`. */
  readonly cursor: number;
}

const PROMPT = "> ";

/** Completions that are listed at once. */
const LISTED_MAX = 50;

/** See the module. */
export class Typing {
  readonly #editor = new LineEditor();
  /** Parts of a text that is too long for one message, until the person decides. */
  #offer: readonly string[] | undefined;

  /**
   * Takes a key.
   *
   * @param key It.
   * @param known What can be completed.
   * @returns What it asks for beyond the line.
   */
  press(key: Key, known: () => Completable): Wish | undefined {
    if (this.#offer !== undefined) return this.#decide(key, this.#offer);
    switch (key.kind) {
      case "text":
        return void this.#editor.insert(key.text);
      case "paste":
        this.#editor.insert(key.text);
        if (!key.isCut) return undefined;
        return {
          kind: "tell",
          text: `! only the first ${PASTE_MAX_UNITS / 1_048_576} MiB of that were taken: ` +
            "use securechat send for all of it",
        };
      case "room":
        return { kind: "show_room", number: key.number };
      case "cursor":
        return { kind: "redraw", cursorColumn: key.column };
      case "key":
        return this.#pressKey(key.name, known);
    }
  }

  /**
   * What to draw.
   *
   * @param columns Width of the terminal.
   * @returns At most a column less.
   */
  row(columns: number): InputRow {
    if (this.#offer !== undefined) {
      const text = `${this.#offer.length} messages, too long for one: Enter sends, Esc edits`;
      const input = text.slice(0, Math.max(1, columns - 1));
      return { prompt: "", input, cursor: input.length };
    }
    const { text, cursor } = this.#editor.view(Math.max(1, columns - PROMPT.length));
    return { prompt: PROMPT, input: text, cursor };
  }

  #pressKey(name: KeyName, known: () => Completable): Wish | undefined {
    switch (name) {
      case "interrupt":
        return { kind: "quit" };
      case "end_of_input":
        if (this.#editor.isEmpty) return { kind: "quit" };
        return void this.#editor.press(name);
      case "enter":
        return this.#enter();
      case "complete":
        return this.#complete(known());
      case "search":
        return this.#search();
      case "next_room":
        return { kind: "step_room", step: 1 };
      case "previous_room":
        return { kind: "step_room", step: -1 };
      case "redraw":
        return { kind: "redraw" };
      default:
        return void this.#editor.press(name);
    }
  }

  #enter(): Wish | undefined {
    const command = screenCommand(this.#editor.text);
    if (command.kind === "say" && textBytes(command.text) > TEXT_MAX_BYTES) {
      this.#offer = statementParts(command.text);
      return undefined;
    }
    this.#editor.take();
    return { kind: "command", command };
  }

  /** A long text is offered in parts: Enter sends them, Esc goes back to the line. */
  #decide(key: Key, texts: readonly string[]): Wish | undefined {
    const name = key.kind === "key" ? key.name : undefined;
    if (name === "interrupt") return { kind: "quit" };
    if (name === "escape") this.#offer = undefined;
    if (name !== "enter") return undefined;
    this.#offer = undefined;
    this.#editor.take();
    return { kind: "say_all", texts };
  }

  #complete(known: Completable): Wish | undefined {
    const { text, options } = complete(this.#editor.before, known);
    if (text !== this.#editor.before) return void this.#editor.replaceBefore(text);
    if (options.length === 0) return undefined;
    return { kind: "tell", text: options.slice(0, LISTED_MAX).join("  ") };
  }

  /** The last line that holds what was typed. */
  #search(): undefined {
    const found = this.#editor.find(this.#editor.text);
    if (found === undefined) return;
    this.#editor.clear();
    this.#editor.insert(found);
  }
}
