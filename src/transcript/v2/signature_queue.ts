/**
 * Signatures of a file, verified on all cores while the file is read on.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { SignedBatch } from "../../crypto/signed_batch.ts";
import { VerifyPool } from "../../crypto/verify_pool.ts";
import { labelPrefix, type SignatureLabel } from "../../protocol/v2/labels.ts";
import type { PeerIdentity } from "../../protocol/v2/peer_identity.ts";
import type { LineFault } from "./room_report.ts";

/** So many bytes make a batch, too: what waits is bounded, however long the statements are. */
const BATCH_BYTES = 262_144;

/** Files below this are verified before other threads would have started. */
const THREADS_FROM = 256;

/** Batches that may wait for a thread; what is beyond them this thread verifies. */
const WAITING_MAX = 2;

/** Batches whose results are not here; beyond them no more is read. More than all threads have ahead. */
const UNDER_WAY_MAX = 1024;

/** A signature of a line. */
export interface LineSignature {
  readonly line: number;
  readonly signer: PeerIdentity;
  readonly label: SignatureLabel;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Whose a signature of the batch is. */
type Claim = Pick<LineSignature, "line" | "signer" | "label">;

/** See the module. Dispose it. */
export class SignatureQueue implements Disposable {
  #pool: VerifyPool | undefined;
  #batch = new SignedBatch();
  #claims: Claim[] = [];
  #count = 0;
  /** Batches under way, in the order of the file. */
  readonly #underWay: Promise<void>[] = [];
  /** Batches that were verified before one that comes before them. */
  readonly #verified = new Map<number, LineFault | number>();
  #nextBatch = 0;
  #nextResult = 0;
  #fault: LineFault | undefined;
  #goodTo = 0;

  /** Up to which line all signatures hold. */
  get goodTo(): number {
    return this.#goodTo;
  }

  /** The first bad signature that was found so far. */
  get fault(): LineFault | undefined {
    return this.#fault;
  }

  /**
   * Takes a signature.
   *
   * @param of What was signed, and by whom.
   * @returns When more may be read, if that is not now.
   */
  add({ line, signer, label, bytes, signature }: LineSignature): Promise<void> | undefined {
    this.#batch.add({ key: signer.leaf.key, signature }, labelPrefix(label), bytes);
    this.#claims.push({ line, signer, label });
    this.#count++;
    if (this.#count < THREADS_FROM) return undefined;
    const pool = this.#pool ??= new VerifyPool(undefined, "leaf");
    const { count, bytes: { length } } = this.#batch;
    if (count < pool.batchItems && length < BATCH_BYTES) return undefined;
    this.#submit(pool);
    if (pool.waiting > WAITING_MAX) pool.help();
    return this.#underWay.length > UNDER_WAY_MAX ? this.#underWay[0] : undefined;
  }

  /**
   * Waits for all.
   *
   * @returns The first bad signature.
   */
  async settle(): Promise<LineFault | undefined> {
    const pool = this.#pool ??= new VerifyPool(1, "leaf");
    if (this.#batch.count > 0) this.#submit(pool);
    while (pool.help()) await new Promise<void>((resolve) => setImmediate(resolve));
    await Promise.all(this.#underWay);
    return this.#fault;
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }

  #submit(pool: VerifyPool): void {
    const [batch, claims] = [this.#batch, this.#claims];
    this.#batch = new SignedBatch();
    this.#claims = [];
    const number = this.#nextBatch++;
    const work = pool.submit(batch).then((results) => {
      this.#underWay.splice(this.#underWay.indexOf(work), 1);
      const bad = claims.find((_, index) => results[index] !== true);
      this.#verified.set(number, bad === undefined ? claims.at(-1)?.line ?? 0 : faultOf(bad));
      this.#advance();
    });
    this.#underWay.push(work);
  }

  /** Results count in the order of the file: the first batch that fails has the first fault. */
  #advance(): void {
    for (;;) {
      const result = this.#verified.get(this.#nextResult);
      if (result === undefined) return;
      this.#verified.delete(this.#nextResult++);
      if (this.#fault !== undefined) continue;
      if (typeof result === "number") this.#goodTo = result;
      else this.#fault = result;
    }
  }
}

function faultOf({ line, label, signer }: Claim): LineFault {
  const text = `the ${label} is not signed by "${signer.name}", whom it names`;
  return { line, code: "SIG_FAIL", text };
}
