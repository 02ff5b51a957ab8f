import { asChatError, type ChatError } from "../errors.ts";

/** How much may be under way, and who is told. */
export interface UnflushedOptions {
  /** Beyond so many bytes nothing more is taken. */
  readonly maxBytes: number;
  /** Told of the first failure at once. */
  onFailure(error: ChatError): void;
}

/**
 * What one session has said and is not on the disk yet. More is read meanwhile, so that one flush serves
 * many statements; never more than a bound.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const unflushed = new Unflushed({ maxBytes: 1, onFailure: () => {} });
 * const flush = Promise.withResolvers<void>();
 * const written: string[] = [];
 * unflushed.add(flush.promise.then(() => void written.push("first")), 2);
 * const room = unflushed.room().then(() => written.push("room"));
 * flush.resolve();
 * await room;
 * assert.deepEqual(written, ["first", "room"]);
 * ```
 */
export class Unflushed {
  readonly #options: UnflushedOptions;
  #bytes = 0;
  #count = 0;
  #failure: ChatError | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param options How much, and who is told. */
  constructor(options: UnflushedOptions) {
    this.#options = options;
  }

  /**
   * Notes something that is under way.
   *
   * @param flushed When it is on the disk; its error is this object's from now on.
   * @param bytes How much it is.
   */
  add(flushed: Promise<void>, bytes: number): void {
    this.#bytes += bytes;
    this.#count++;
    flushed.catch((thrown) => {
      if (this.#failure !== undefined) return;
      const error = asChatError(thrown);
      this.fail(error);
      this.#options.onFailure(error);
    }).then(() => {
      this.#bytes -= bytes;
      this.#count--;
      this.#change();
    });
  }

  /**
   * Waits for the disk no more: whoever does gets an error.
   *
   * @param error Why; the first failure counts.
   */
  fail(error: ChatError): void {
    this.#failure ??= error;
    this.#change();
  }

  /**
   * Waits until there is room for more.
   *
   * @throws {ChatError} The first failure.
   */
  async room(): Promise<void> {
    const isFull = () => this.#bytes > this.#options.maxBytes;
    while (this.#failure === undefined && isFull()) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Waits until everything is on the disk.
   *
   * @throws {ChatError} The first failure.
   */
  async all(): Promise<void> {
    while (this.#failure === undefined && this.#count > 0) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
