/**
 * Signatures of a file, verified on all cores while the file is read on.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import type { SignedItem } from "../../crypto/signature.ts";
import { VerifyPool } from "../../crypto/verify_pool.ts";
import type { PeerIdentity } from "../../protocol/v2/peer_identity.ts";
import { labelPrefix, type SignatureLabel } from "../../protocol/v2/labels.ts";
import type { LineFault } from "./room_report.ts";

/** So many are verified together… */
const BATCH_ITEMS = 1024;

/** …or so many bytes: what waits is bounded, however long the statements are. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** Files below this are verified before other threads would have started. */
const THREADS_FROM = 256;

/** A signature of a line. */
export interface LineSignature {
  readonly line: number;
  readonly signer: PeerIdentity;
  readonly label: SignatureLabel;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** See the module. Dispose it. */
export class SignatureQueue implements Disposable {
  #pool: VerifyPool | undefined;
  #items: (SignedItem & { readonly of: LineSignature })[] = [];
  #bytes = 0;
  #count = 0;
  #work: Promise<void> = Promise.resolve();
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
   * Takes a signature. Waits while two batches are under way.
   *
   * @param of What was signed, and by whom.
   */
  async add(of: LineSignature): Promise<void> {
    const { signer: { leaf: { key } }, label, bytes, signature } = of;
    const data = concat(labelPrefix(label), bytes);
    this.#items.push({ key, signature, data, of });
    this.#bytes += data.length;
    this.#count++;
    if (this.#items.length < BATCH_ITEMS && this.#bytes < BATCH_BYTES) return;
    await this.#work;
    this.#work = this.#verify();
  }

  /**
   * Waits for all.
   *
   * @returns The first bad signature.
   */
  async settle(): Promise<LineFault | undefined> {
    await this.#work;
    await this.#verify();
    return this.#fault;
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    this.#pool?.[Symbol.dispose]();
  }

  async #verify(): Promise<void> {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    if (items.length === 0) return;
    const cores = this.#count < THREADS_FROM ? 1 : undefined;
    this.#pool ??= new VerifyPool(cores, "leaf");
    const results = await this.#pool.verifyAll(items);
    const bad = items.find((_, index) => results[index] !== true)?.of;
    if (this.#fault !== undefined) return; // batches are in order: the first one that fails has it
    if (bad === undefined) {
      this.#goodTo = items.at(-1)?.of.line ?? this.#goodTo;
      return;
    }
    const text = `the ${bad.label} is not signed by "${bad.signer.name}", whom it names`;
    this.#fault = { line: bad.line, code: "SIG_FAIL", text };
  }
}
