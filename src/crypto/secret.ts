/**
 * A byte string that must not be seen: printing, interpolating or serialising it shows no byte, and
 * where a public byte string is wanted the compiler refuses it.
 *
 * The bytes are this object's own and are overwritten by {@link Secret.wipe}; copies that the runtime
 * makes inside a primitive are out of reach.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const secret = new Secret(new Uint8Array([1, 2, 3]));
 * assert.equal(`${secret}`, "[secret]");
 * assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
 * secret.wipe();
 * assert.throws(() => secret.bytes, RangeError);
 * ```
 */
export class Secret {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #isWiped = false;

  /** @param bytes The secret; it is this object's from now on. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** The bytes, for a primitive: not to be kept. */
  get bytes(): Uint8Array<ArrayBuffer> {
    // A wiped secret is all zeros, and zeros would be a key that everybody knows.
    if (this.#isWiped) throw new RangeError("cannot use secret: it is erased");
    return this.#bytes;
  }

  /** Overwrites the bytes; afterwards the secret cannot be used. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#isWiped = true;
  }

  /** @returns A word instead of the bytes. */
  toString(): string {
    return "[secret]";
  }

  /** @returns A word instead of the bytes. */
  toJSON(): string {
    return "[secret]";
  }

  /** @returns A word instead of the bytes. */
  [Symbol.for("Deno.customInspect")](): string {
    return "[secret]";
  }

  /** @returns A word instead of the bytes. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
