/**
 * Verifies signatures on all cores: threads of this program beside the caller's own.
 *
 * The platform's WebCrypto has threads too, but takes twice node:crypto's time for a signature
 * (tests/bench prints both), so each core gets a worker that uses node:crypto. Batches that no thread
 * has asked for yet wait in a line; the caller's own thread takes from it what the others cannot get
 * done, so that every core is busy and what waits is bounded.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers";
import { isSignedByLeaf } from "./leaf_signature.ts";
import { type SignedItem, verifySignature } from "./signature.ts";
import { SignedBatch } from "./signed_batch.ts";
import { threadProgram, VerifyThread } from "./verify_thread.ts";

/** More threads than this wait for the one that hands out the work. */
const WORKERS_MAX = 15;

/**
 * Signatures of a batch: 4 ms of work, so that nobody waits long at the end. Leaves of protocol 2 have
 * mostly Ed25519, which is faster.
 */
const BATCH = { rsa: 16, leaf: 64 } as const;

/** Batches that a worker has at hand: 80 ms of work, while this thread reads on and hears nothing. */
const BATCHES_AHEAD = 32;

/** Signatures that this thread verifies before the event loop turns: 1 ms of work. */
const TURN = { rsa: 4, leaf: 16 } as const;

/**
 * Whose rules count: protocol 1 knows RSA alone, a leaf of protocol 2 may have a key of any kind that
 * {@link isSignedByLeaf} knows.
 */
export type SignatureRules = "rsa" | "leaf";

/** A batch that no thread has yet. */
interface Waiting {
  readonly batch: SignedBatch;
  readonly done: PromiseWithResolvers<readonly boolean[]>;
}

/**
 * Threads that verify signatures. Dispose it: until then the process does not end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * using pool = new VerifyPool();
 * assert.deepEqual(await pool.verifyAll([]), []);
 * ```
 */
export class VerifyPool implements Disposable {
  readonly #threads: readonly VerifyThread[];
  readonly #rules: SignatureRules;
  #line: Waiting[] = [];
  #onThreads = 0;

  /**
   * @param cores How many cores to use; one is the caller's.
   * @param rules Whose rules count.
   */
  constructor(cores: number = availableParallelism(), rules: SignatureRules = "rsa") {
    this.#rules = rules;
    const count = Math.min(WORKERS_MAX, Math.max(0, cores - 1));
    if (count === 0) {
      this.#threads = [];
      return;
    }
    const url = threadProgram();
    this.#threads = Array.from({ length: count }, () => new VerifyThread(url, rules));
    URL.revokeObjectURL(url);
  }

  /** How many signatures make a batch. */
  get batchItems(): number {
    return BATCH[this.#rules];
  }

  /** Batches that wait for a thread. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Signatures that threads have verified, not this one. */
  get onThreads(): number {
    return this.#onThreads;
  }

  /**
   * Queues a batch.
   *
   * @param batch The signatures; nothing is to be added any more.
   * @returns For each item, whether the holder of its key signed its data.
   */
  submit(batch: SignedBatch): Promise<readonly boolean[]> {
    const done = Promise.withResolvers<readonly boolean[]>();
    this.#line.push({ batch, done });
    this.#handOut();
    return done.promise;
  }

  /**
   * Verifies the next batch of the line on this thread.
   *
   * @returns Whether there was one.
   */
  help(): boolean {
    const next = this.#line.shift();
    next?.done.resolve(this.#verifyAllHere(next.batch));
    return next !== undefined;
  }

  /**
   * Verifies many signatures, and lets the event loop turn every millisecond.
   *
   * @param items The signatures, by a few keys.
   * @returns For each item, whether the holder of its key signed its data.
   */
  async verifyAll(items: readonly SignedItem[]): Promise<readonly boolean[]> {
    const batches: Promise<readonly boolean[]>[] = [];
    for (let start = 0; start < items.length; start += this.batchItems) {
      const batch = new SignedBatch();
      for (const item of items.slice(start, start + this.batchItems)) batch.add(item, item.data);
      batches.push(this.submit(batch));
    }
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      next.done.resolve(await this.#verifyInTurns(next.batch));
    }
    return (await Promise.all(batches)).flat();
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    for (const thread of this.#threads) thread.end();
  }

  #handOut(): void {
    for (const thread of this.#threads) {
      while (!thread.hasFailed && thread.ahead < BATCHES_AHEAD) {
        const next = this.#line.shift();
        if (next === undefined) return;
        void this.#verifyOn(thread, next);
      }
    }
  }

  /** A thread that has failed costs time and no result. */
  async #verifyOn(thread: VerifyThread, { batch, done }: Waiting): Promise<void> {
    try {
      const results = await thread.verify(batch);
      this.#onThreads += batch.count;
      done.resolve(Array.from(results, (result) => result === 1));
    } catch {
      done.resolve(this.#verifyAllHere(batch));
    }
    this.#handOut();
  }

  async #verifyInTurns(batch: SignedBatch): Promise<readonly boolean[]> {
    const results: boolean[] = [];
    for (const item of batch.items()) {
      results.push(this.#verifyHere(item));
      if (results.length % TURN[this.#rules] > 0) continue;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return results;
  }

  #verifyAllHere(batch: SignedBatch): readonly boolean[] {
    return Array.from(batch.items(), (item) => this.#verifyHere(item));
  }

  #verifyHere({ key, signature, data }: SignedItem): boolean {
    if (this.#rules === "leaf") return isSignedByLeaf(key, { data, signature });
    return verifySignature(key, signature, data);
  }
}
