import { RunningSha256 } from "../../crypto/running_sha256.ts";

/**
 * A file that is hashed while it is read: a report names the file that was verified, not one that took its
 * place meanwhile, and standard input can be read once.
 */
export class HashedSource implements AsyncDisposable {
  readonly #rest: AsyncIterator<Uint8Array>;
  readonly #hash = new RunningSha256();
  #bytes = 0;

  /** @param source The file. */
  constructor(source: AsyncIterable<Uint8Array>) {
    this.#rest = source[Symbol.asyncIterator]();
  }

  /** Bytes that have been read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The file's chunks. Whoever stops early leaves it open, so that {@link sha256} can read on. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (let next = await this.#rest.next(); next.done !== true; next = await this.#rest.next()) {
      this.#hash.update(next.value);
      this.#bytes += next.value.length;
      yield next.value;
    }
  }

  /**
   * Reads what is left: a verification stops at a bad line.
   *
   * @param signal Gives up.
   * @returns The hash of the whole file, lower-case hex.
   * @throws {DOMException} AbortError after the signal.
   */
  async sha256(signal: AbortSignal): Promise<string> {
    for await (const _chunk of this.chunks()) signal.throwIfAborted();
    return this.#hash.hex();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.return?.();
  }
}
