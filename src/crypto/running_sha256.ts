import { createHash, type Hash } from "node:crypto";

/**
 * SHA-256 (FIPS 180-4 §6.2) of data that arrives in parts and whose hash is wanted in between.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sha256 } from "./digest.ts";
 * const hash = new RunningSha256();
 * hash.update("a");
 * assert.equal(hash.hex(), sha256("a").toHex());
 * hash.update("bc");
 * assert.equal(hash.hex(), sha256("abc").toHex());
 * ```
 */
export class RunningSha256 {
  readonly #hash: Hash = createHash("sha256");

  /**
   * Takes the next part.
   *
   * @param part Bytes, or a text that is hashed as UTF-8.
   */
  update(part: Uint8Array | string): void {
    this.#hash.update(part);
  }

  /**
   * The hash of all parts so far; more may follow.
   *
   * @returns 64 lower-case hex digits.
   */
  hex(): string {
    return this.#hash.copy().digest("hex");
  }
}
