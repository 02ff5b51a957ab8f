/**
 * A thread that verifies signatures beside the one that reads them.
 *
 * Its program is the text below, not a file: a bundle and a compiled program have no second file to
 * load. A batch goes to it as one buffer.
 *
 * @module
 */

import type { VerifyKey } from "./signature.ts";
import { ITEM_HEADER_BYTES, type SignedBatch } from "./signed_batch.ts";

/** The same calls as `verifySignature` and `isSignedByLeaf`; it keeps the few keys of a file. */
const PROGRAM = `
import { createPublicKey, verify } from "node:crypto";
const keys = [];
let rules = "rsa";
function keyOf(spkiDer) {
  try {
    const key = createPublicKey({ key: spkiDer, format: "der", type: "spki" });
    return { key, type: key.asymmetricKeyType, curve: key.asymmetricKeyDetails?.namedCurve };
  } catch {
    return undefined;
  }
}
function isSigned(known, signature, data) {
  if (known === undefined) return false;
  const { key, type, curve } = known;
  try {
    if (type === "rsa") return verify("sha256", data, key, signature);
    if (rules !== "leaf") return false;
    if (type === "ed25519") return verify(null, data, key, signature);
    if (type !== "ec" || curve !== "prime256v1") return false;
    return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}
function verifyBatch(bytes, count, numbers) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const results = new Uint8Array(count);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const start = at + ${ITEM_HEADER_BYTES};
    const middle = start + view.getUint32(at + 4);
    const end = middle + view.getUint32(at + 8);
    const known = keys[numbers[view.getUint32(at)]];
    results[index] = isSigned(known, bytes.subarray(start, middle), bytes.subarray(middle, end)) ? 1 : 0;
    at = end;
  }
  return results;
}
self.onmessage = ({ data: { rules: wanted, spkiDer, id, bytes, count, numbers } }) => {
  if (wanted) rules = wanted;
  else if (spkiDer) keys.push(keyOf(spkiDer));
  else self.postMessage({ id, results: verifyBatch(bytes, count, numbers) });
};
`;

/** What a worker answers. */
interface Answer {
  readonly id: number;
  /** A byte for each item, 1 where the signature is good. */
  readonly results: Uint8Array;
}

/**
 * The address of the program, for as long as threads are made.
 *
 * @returns An object URL, to be revoked.
 */
export function threadProgram(): string {
  return URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" }));
}

/** A thread. End it: until then the process does not end. */
export class VerifyThread {
  readonly #worker: Worker;
  readonly #keys = new Map<VerifyKey, number>();
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #lastId = 0;
  #failure: Error | undefined;

  /**
   * @param url See {@link threadProgram}.
   * @param rules Whose rules count: see `verify_pool.ts`.
   */
  constructor(url: string, rules: "rsa" | "leaf") {
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

  /** Batches that it has and has not answered. */
  get ahead(): number {
    return this.#waiting.size;
  }

  /** Whether it has failed: it answers nothing any more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Verifies a batch.
   *
   * @param batch The signatures; nothing is to be added any more.
   * @returns A byte for each, 1 where it is good.
   * @throws {Error} if the thread has failed.
   */
  verify(batch: SignedBatch): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const numbers = batch.keys.map((key) => this.#numberOf(key));
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(id, answer);
    const bytes = batch.bytes.slice(); // the batch stays, should this thread fail
    this.#worker.postMessage({ id, bytes, count: batch.count, numbers }, [bytes.buffer]);
    return answer.promise;
  }

  /** Ends it. */
  end(): void {
    this.#worker.terminate();
  }

  #numberOf(key: VerifyKey): number {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const number = this.#keys.size;
    this.#keys.set(key, number);
    this.#worker.postMessage({ spkiDer: key.spkiDer });
    return number;
  }
}
