/**
 * The line editor of a prompt without echo: what each key does to what was typed so far. No terminal
 * is touched here.
 *
 * @module
 */

import { ChatError } from "../errors.ts";

/** Longest secret, bytes of UTF-8. */
export const SECRET_MAX_BYTES = 1024;

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_H = 0x08;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const CTRL_U = 0x15;
const CTRL_W = 0x17;
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** What a key led to. */
export type KeyOutcome = "more" | "done" | "stop" | "end";

/** One line being typed unseen. */
export class SecretLine {
  #bytes: number[] = [];
  /** Inside a control sequence (arrow and function keys), which is no text: ECMA-48 §5.4. */
  #sequence: "none" | "escape" | "csi" = "none";

  /**
   * Takes one byte of input.
   *
   * @param byte As the terminal sends it in raw mode.
   * @returns "done" at Return; "stop" at Ctrl-C; "end" at Ctrl-D on an empty line; else "more".
   * @throws {ChatError} USAGE if the secret gets longer than 1024 bytes.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * const line = new SecretLine();
   * for (const byte of new TextEncoder().encode("abz\x7fc")) line.press(byte);
   * assert.equal(line.press(13), "done");
   * assert.equal(line.text(), "abc");
   * ```
   */
  press(byte: number): KeyOutcome {
    if (this.#sequence !== "none" && byte !== CTRL_C) return this.#skipSequence(byte);
    switch (byte) {
      case RETURN:
      case NEWLINE:
        return "done";
      case CTRL_C:
        return "stop";
      case CTRL_D:
        return this.#bytes.length === 0 ? "end" : "more";
      case CTRL_U:
      case CTRL_W:
        this.wipe();
        return "more";
      case CTRL_H:
      case DELETE:
        this.#eraseCharacter();
        return "more";
      case ESCAPE:
        this.#sequence = "escape";
        return "more";
    }
    return this.#append(byte);
  }

  /**
   * The text so far.
   *
   * @returns The secret.
   * @throws {ChatError} FORMAT if the terminal sent something else than UTF-8.
   */
  text(): string {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(this.#bytes));
    } catch {
      throw new ChatError(
        "FORMAT",
        "cannot read what was typed: the terminal does not send UTF-8",
        {
          hint: "set the terminal and the locale to UTF-8",
        },
      );
    }
  }

  /** Forgets what was typed. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#bytes = [];
  }

  #append(byte: number): KeyOutcome {
    if (byte < 0x20) return "more"; // other control keys are no text
    this.#bytes.push(byte);
    if (this.#bytes.length <= SECRET_MAX_BYTES) return "more";
    throw new ChatError("USAGE", `cannot use secret: longer than ${SECRET_MAX_BYTES} bytes`, {
      hint: "type a shorter one",
    });
  }

  /** Removes one character: a UTF-8 lead byte and the continuation bytes 10xxxxxx behind it. */
  #eraseCharacter(): void {
    let byte = this.#bytes.pop();
    while (byte !== undefined && (byte & 0xc0) === 0x80) byte = this.#bytes.pop();
  }

  #skipSequence(byte: number): KeyOutcome {
    if (this.#sequence === "escape") this.#sequence = byte === 0x5b ? "csi" : "none";
    else if (byte >= 0x40 && byte <= 0x7e) this.#sequence = "none"; // final byte of the sequence
    return "more";
  }
}
