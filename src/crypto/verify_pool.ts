/**
 * Verifies signatures on all cores: threads of this program beside the caller's own.
 *
 * The platform's WebCrypto has threads too, but takes twice node:crypto's time for a signature
 * (tests/bench prints both), so each core gets a worker that uses node:crypto. The worker's program
 * is the text below, not a file: a bundle and a compiled program have no second file to load.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers";
import { isSignedByLeaf } from "./leaf_signature.ts";
import { type SignedItem, type VerifyKey, verifySignature } from "./signature.ts";

/** More threads than this wait for the one that hands out the work. */
const WORKERS_MAX = 15;

/**
 * Signatures that a worker takes at once: 4 ms of work, so that nobody waits long at the end. Leaves of
 * protocol 2 have mostly Ed25519, which is faster.
 */
const BATCH = { rsa: 16, leaf: 64 } as const;

/** Batches that a worker has at hand: it goes on while this thread hands out the next one. */
const BATCHES_AHEAD = 2;

/** Signatures that this thread verifies before the event loop turns: 1 ms of work. */
const TURN = { rsa: 4, leaf: 16 } as const;

/**
 * Whose rules count: protocol 1 knows RSA alone, a leaf of protocol 2 may have a key of any kind that
 * {@link isSignedByLeaf} knows.
 */
export type SignatureRules = "rsa" | "leaf";

/**
 * The same calls as {@link verifySignature} and {@link isSignedByLeaf}, on another thread; it keeps the
 * few keys of a file.
 */
const PROGRAM = `
import { createPublicKey, verify } from "node:crypto";
const keys = [];
let rules = "rsa";
function isSigned({ key: index, signature, data }) {
  try {
    const key = keys[index];
    const type = key.asymmetricKeyType;
    if (type === "rsa") return verify("sha256", data, key, signature);
    if (rules !== "leaf") return false;
    if (type === "ed25519") return verify(null, data, key, signature);
    if (type !== "ec" || key.asymmetricKeyDetails.namedCurve !== "prime256v1") return false;
    return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}
self.onmessage = ({ data: { id, spkiDer, items, rules: wanted } }) => {
  if (wanted) rules = wanted;
  if (spkiDer) keys.push(createPublicKey({ key: spkiDer, format: "der", type: "spki" }));
  if (items) self.postMessage({ id, results: items.map(isSigned) });
};
`;

/** What a worker answers. */
interface Answer {
  readonly id: number;
  readonly results: readonly boolean[];
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
  readonly #keys = new Map<VerifyKey, number>();
  readonly #rules: SignatureRules;

  /**
   * @param cores How many cores to use; one is the caller's.
   * @param rules Whose rules count.
   */
  constructor(cores: number = availableParallelism(), rules: SignatureRules = "rsa") {
    this.#rules = rules;
    const count = Math.min(WORKERS_MAX, Math.max(0, cores - 1));
    const blob = new Blob([PROGRAM], { type: "text/javascript" });
    const url = URL.createObjectURL(blob);
    this.#threads = Array.from({ length: count }, () => new VerifyThread(url, rules));
    URL.revokeObjectURL(url);
  }

  /**
   * Verifies many signatures, and lets the event loop turn every millisecond.
   *
   * @param items The signatures, by a few keys.
   * @returns For each item, whether the holder of its key signed its data.
   */
  async verifyAll(items: readonly SignedItem[]): Promise<readonly boolean[]> {
    const results = new Array<boolean>(items.length).fill(false);
    for (const { key } of items) this.#introduce(key);
    let next = 0;
    const lanes = this.#threads.flatMap((thread) =>
      new Array<VerifyThread>(BATCHES_AHEAD).fill(thread)
    );
    const threads = lanes.map(async (thread) => {
      while (next < items.length) {
        const start = next;
        next += BATCH[this.#rules];
        const batch = items.slice(start, next);
        const verified = await this.#verifyOn(thread, batch);
        verified.forEach((isSigned, index) => results[start + index] = isSigned);
      }
    });
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) results[index] = this.#verifyHere(item);
      if (next % TURN[this.#rules] === 0) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
    await Promise.all(threads);
    return results;
  }

  /** A thread that has failed costs time and no result. */
  async #verifyOn(thread: VerifyThread, batch: readonly SignedItem[]): Promise<readonly boolean[]> {
    const numbered = batch.map((item) => ({ ...item, key: this.#keys.get(item.key) ?? -1 }));
    try {
      return await thread.verify(numbered);
    } catch {
      return batch.map((item) => this.#verifyHere(item));
    }
  }

  #verifyHere({ key, signature, data }: SignedItem): boolean {
    if (this.#rules === "leaf") return isSignedByLeaf(key, { data, signature });
    return verifySignature(key, signature, data);
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    for (const thread of this.#threads) thread.end();
  }

  #introduce(key: VerifyKey): void {
    if (this.#keys.has(key)) return;
    this.#keys.set(key, this.#keys.size);
    for (const thread of this.#threads) thread.learn(key);
  }
}

/** An item whose key is named by the order in which keys were introduced. */
type NumberedItem = Omit<SignedItem, "key"> & { readonly key: number };

class VerifyThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly boolean[]>>();
  #lastId = 0;
  #failure: Error | undefined;

  constructor(url: string, rules: SignatureRules) {
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      this.#waiting.get(data.id)?.resolve(data.results);
      this.#waiting.delete(data.id);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new Error(event.message);
      for (const { reject } of this.#waiting.values()) reject(this.#failure);
    };
    this.#worker.postMessage({ rules });
  }

  learn({ spkiDer }: VerifyKey): void {
    this.#worker.postMessage({ spkiDer });
  }

  verify(items: readonly NumberedItem[]): Promise<readonly boolean[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<readonly boolean[]>();
    this.#waiting.set(id, answer);
    this.#worker.postMessage({ id, items });
    return answer.promise;
  }

  end(): void {
    this.#worker.terminate();
  }
}
