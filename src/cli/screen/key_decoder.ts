/**
 * What a terminal in raw mode sends, as keys. No terminal is touched here.
 *
 * @module
 */

/** Control keys as bytes: ECMA-48, and readline's habits. */
const CONTROLS: Readonly<Record<number, KeyName>> = {
  0x01: "home",
  0x02: "left",
  0x03: "interrupt", // where Ctrl-C is no signal
  0x04: "end_of_input",
  0x05: "end",
  0x06: "right",
  0x08: "backspace",
  0x09: "complete",
  0x0a: "newline",
  0x0b: "kill_right",
  0x0c: "redraw",
  0x0d: "enter",
  0x0e: "newer",
  0x10: "older",
  0x12: "search",
  0x15: "kill_left",
  0x17: "kill_word",
  0x19: "yank",
  0x7f: "backspace",
};

/** Control sequences of the keys that have no byte, without their CSI or SS3. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
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
  "1;3C": "next_room",
  "1;3D": "previous_room",
  "1;5C": "word_right",
  "1;5D": "word_left",
};

/** What follows ESC when a key is pressed together with Alt. */
const ALT: Readonly<Record<string, KeyName>> = {
  "b": "word_left",
  "f": "word_right",
  "d": "kill_word_right",
  "\r": "newline",
  "\n": "newline",
  "\x7f": "kill_word",
};

/** A key that is no text. */
export type KeyName =
  | "home"
  | "end"
  | "left"
  | "right"
  | "word_left"
  | "word_right"
  | "older"
  | "newer"
  | "backspace"
  | "delete"
  | "kill_left"
  | "kill_right"
  | "kill_word"
  | "kill_word_right"
  | "yank"
  | "enter"
  | "newline"
  | "complete"
  | "search"
  | "escape"
  | "end_of_input"
  | "interrupt"
  | "redraw"
  | "next_room"
  | "previous_room";

/** What was pressed or pasted. */
export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "key"; readonly name: KeyName }
  /** Alt with a digit: the room of that number. */
  | { readonly kind: "room"; readonly number: number }
  /** The terminal's answer to where the cursor is (CPR, ECMA-48 §8.3.14); from 1. */
  | { readonly kind: "cursor"; readonly column: number }
  /** Bracketed paste, whole; line ends are `\n`. `isCut`: it was longer than is taken. */
  | { readonly kind: "paste"; readonly text: string; readonly isCut: boolean };

/** Longest paste, UTF-16 units: some thirty statements. */
export const PASTE_MAX_UNITS = 1_048_576;

const SEQUENCE_MAX = 16;
const PASTE_BEGINS = "[200~";
const PASTE_ENDS = "\x1b[201~";

/**
 * Turns bytes into keys, however they are cut.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const keys = new KeyDecoder();
 * const pressed = [...new TextEncoder().encode("a\x1b[D")].map((byte) => keys.take(byte));
 * assert.deepEqual(pressed.filter((key) => key !== undefined), [
 *   { kind: "text", text: "a" },
 *   { kind: "key", name: "left" },
 * ]);
 * ```
 */
export class KeyDecoder {
  readonly #decoder = new TextDecoder();
  /** Characters of a control sequence so far, without ESC; nothing outside of one. */
  #sequence: string | undefined;
  /** What has been pasted so far; nothing outside of a paste. */
  #paste: { text: string; tail: string; isCut: boolean } | undefined;

  /** Whether an ESC has come that may be a key of its own. */
  get isInDoubt(): boolean {
    return this.#sequence === "" && this.#paste === undefined;
  }

  /**
   * Takes a byte.
   *
   * @param byte As the terminal sends it.
   * @returns The key that it completes, if it does.
   */
  take(byte: number): Key | undefined {
    if (this.#paste !== undefined) return this.#takePasted(byte, this.#paste);
    if (this.#sequence !== undefined) return this.#continue(String.fromCharCode(byte));
    if (byte === 0x1b) {
      this.#sequence = "";
      return undefined;
    }
    const name = CONTROLS[byte];
    if (name !== undefined) return { kind: "key", name };
    if (byte < 0x20) return undefined;
    const text = this.#decoder.decode(new Uint8Array([byte]), { stream: true });
    return text === "" ? undefined : { kind: "text", text };
  }

  /**
   * Nothing has followed an ESC for a while: it was the key.
   *
   * @returns It.
   */
  settle(): Key | undefined {
    if (!this.isInDoubt) return undefined;
    this.#sequence = undefined;
    return { kind: "key", name: "escape" };
  }

  /** CSI is ESC [ parameters final; SS3 is ESC O final (ECMA-48 §5.4). */
  #continue(character: string): Key | undefined {
    const sequence = `${this.#sequence ?? ""}${character}`;
    if (sequence === "\x1b") return { kind: "key", name: "escape" }; // the second one may begin more
    if (sequence === PASTE_BEGINS) {
      this.#sequence = undefined;
      this.#paste = { text: "", tail: "", isCut: false };
      return undefined;
    }
    const [introducer = ""] = sequence;
    if (introducer !== "[" && introducer !== "O") {
      this.#sequence = undefined;
      return altKey(introducer);
    }
    const isWhole = introducer === "["
      ? /^\[.*[@-~]$/.test(sequence) && sequence.length > 1
      : sequence.length > 1;
    if (!isWhole && sequence.length < SEQUENCE_MAX) {
      this.#sequence = sequence;
      return undefined;
    }
    this.#sequence = undefined;
    const [, column] = /^\[\d+;(\d+)R$/.exec(sequence) ?? [];
    if (column !== undefined) return { kind: "cursor", column: Number(column) };
    const name = SEQUENCES[sequence.slice(1)];
    return name === undefined ? undefined : { kind: "key", name };
  }

  #takePasted(byte: number, paste: { text: string; tail: string; isCut: boolean }) {
    const character = this.#decoder.decode(new Uint8Array([byte]), { stream: true });
    if (character === "") return undefined;
    paste.tail += character;
    if (paste.tail === PASTE_ENDS) {
      this.#paste = undefined;
      const text = paste.text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
      return { kind: "paste", text, isCut: paste.isCut } as const;
    }
    // What may still become the end is held back.
    while (paste.tail !== "" && !PASTE_ENDS.startsWith(paste.tail)) {
      if (paste.text.length < PASTE_MAX_UNITS) paste.text += paste.tail[0];
      else paste.isCut = true;
      paste.tail = paste.tail.slice(1);
    }
    return undefined;
  }
}

function altKey(character: string): Key | undefined {
  if (/^[1-9]$/.test(character)) return { kind: "room", number: Number(character) };
  const name = ALT[character];
  return name === undefined ? undefined : { kind: "key", name };
}
