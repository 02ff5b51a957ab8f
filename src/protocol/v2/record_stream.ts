/**
 * Records of protocol 2 (PROTOCOL-2 §4): one direction's objects, sealed.
 *
 * A record's number is implied, so one that is repeated, dropped or moved does not open. Keys change
 * every 4096 records, by count alone, and past ones are erased: whoever takes this side's memory reads
 * no earlier epoch.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { encodeU32 } from "../../bytes/u32.ts";
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, openGcm, sealGcm } from "../../crypto/aes_gcm.ts";
import type { Secret } from "../../crypto/secret.ts";
import { ChatError } from "../../errors.ts";
import { encodeFrame, HANDSHAKE_BODY_MAX_BYTES } from "../frame.ts";
import { derive } from "./key_schedule.ts";

/** Records of an epoch. */
export const EPOCH_RECORDS = 4096;

/** Largest plaintext of a record, bytes. */
export const RECORD_PLAIN_MAX_BYTES = HANDSHAKE_BODY_MAX_BYTES - GCM_TAG_BYTES;

const LINE_FEED = 0x0a;
const LINE_FEED_BYTES = new Uint8Array([LINE_FEED]);

/** Key and nonce of a record. */
interface RecordKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** What all records of an epoch share. */
interface EpochKeys {
  readonly key: Secret;
  readonly iv: Secret;
}

/** The keys of one direction, record after record. */
class RecordKeys {
  #stream: Secret;
  #epoch: EpochKeys;
  #number = 0;

  constructor(stream: Secret) {
    this.#stream = stream;
    this.#epoch = epochKeys(stream);
  }

  /** The next record's; every call is another record. */
  next(): RecordKey {
    if (this.#number > 0 && this.#number % EPOCH_RECORDS === 0) this.#ratchet();
    const nonce = new Uint8Array(this.#epoch.iv.bytes);
    const view = new DataView(nonce.buffer);
    const offset = GCM_NONCE_BYTES - BigUint64Array.BYTES_PER_ELEMENT;
    view.setBigUint64(offset, view.getBigUint64(offset) ^ BigInt(this.#number)); // RFC 8446 §5.3
    this.#number++;
    return { key: this.#epoch.key.bytes, nonce };
  }

  #ratchet(): void {
    const next = derive(this.#stream, "next");
    this.wipe();
    this.#stream = next;
    this.#epoch = epochKeys(next);
  }

  wipe(): void {
    for (const secret of [this.#stream, this.#epoch.key, this.#epoch.iv]) secret.wipe();
  }
}

function epochKeys(stream: Secret): EpochKeys {
  return { key: derive(stream, "key"), iv: derive(stream, "iv", { length: GCM_NONCE_BYTES }) };
}

/**
 * Seals what one side sends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Secret } from "../../crypto/secret.ts";
 * const stream = () => new Secret(new Uint8Array(32));
 * const object = new TextEncoder().encode('{"type":"ping"}');
 * const frame = new RecordSealer(stream()).seal([object]);
 * assert.deepEqual(new RecordOpener(stream()).open(frame.subarray(4)), [object]);
 * ```
 */
export class RecordSealer {
  readonly #keys: RecordKeys;

  /** @param stream The direction's secret; it is this object's from now on. */
  constructor(stream: Secret) {
    this.#keys = new RecordKeys(stream);
  }

  /**
   * Makes the next record.
   *
   * @param objects One or more objects, together at most {@link RECORD_PLAIN_MAX_BYTES} with a line
   * feed after each.
   * @returns The frame, for one write.
   * @throws {ChatError} FRAME_TOO_LARGE if they are longer; the record's number is not used up.
   */
  seal(objects: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const plain = concat(...objects.flatMap((object) => [object, LINE_FEED_BYTES]));
    if (plain.length === 0 || objects.some((object) => object.length === 0)) {
      throw new RangeError("cannot seal record: it would be empty, expected at least one object");
    }
    if (plain.length > RECORD_PLAIN_MAX_BYTES) {
      throw new ChatError(
        "FRAME_TOO_LARGE",
        `cannot seal record: ${plain.length} bytes, expected at most ${RECORD_PLAIN_MAX_BYTES}`,
      );
    }
    const aad = encodeU32(plain.length + GCM_TAG_BYTES);
    const { key, nonce } = this.#keys.next();
    return encodeFrame(sealGcm(key, { nonce, aad, plain }));
  }

  /**
   * Makes as few records of waiting objects as their size allows.
   *
   * @param objects Any number of objects, in order.
   * @returns Frames, in order.
   * @throws {ChatError} FRAME_TOO_LARGE if one object alone is too long.
   */
  sealAll(objects: readonly Uint8Array[]): readonly Uint8Array<ArrayBuffer>[] {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    let waiting: Uint8Array[] = [];
    let length = 0;
    for (const object of objects) {
      if (waiting.length > 0 && length + object.length + 1 > RECORD_PLAIN_MAX_BYTES) {
        frames.push(this.seal(waiting));
        waiting = [];
        length = 0;
      }
      waiting.push(object);
      length += object.length + 1;
    }
    if (waiting.length > 0) frames.push(this.seal(waiting));
    return frames;
  }

  /** Erases the keys; afterwards nothing can be sealed. */
  wipe(): void {
    this.#keys.wipe();
  }
}

/** Opens what the other side sends. */
export class RecordOpener {
  readonly #keys: RecordKeys;
  #isBroken = false;

  /** @param stream The direction's secret; it is this object's from now on. */
  constructor(stream: Secret) {
    this.#keys = new RecordKeys(stream);
  }

  /**
   * Opens the next record.
   *
   * @param body A frame's body.
   * @returns Its objects, one or more, without line feeds; they are not yet checked to be JSON.
   * @throws {ChatError} TAMPERED if it does not open, and for every record after that; FORMAT if what
   * opened is not objects with a line feed after each.
   */
  open(body: Uint8Array): readonly Uint8Array[] {
    const plain = this.#isBroken ? undefined : this.#openNext(body);
    if (plain === undefined) {
      this.#isBroken = true;
      throw new ChatError("TAMPERED", "cannot open record: it is not the one that was sent here");
    }
    return splitObjects(plain);
  }

  #openNext(sealed: Uint8Array): Uint8Array | undefined {
    const { key, nonce } = this.#keys.next();
    return openGcm(key, { nonce, aad: encodeU32(sealed.length), sealed });
  }

  /** Erases the keys; afterwards nothing can be opened. */
  wipe(): void {
    this.#keys.wipe();
  }
}

function splitObjects(plain: Uint8Array): readonly Uint8Array[] {
  const objects: Uint8Array[] = [];
  let start = 0;
  while (start < plain.length) {
    const end = plain.indexOf(LINE_FEED, start);
    if (end <= start) break; // no line feed, or nothing before it
    objects.push(plain.subarray(start, end));
    start = end + 1;
  }
  if (objects.length > 0 && start === plain.length) return objects;
  throw new ChatError("FORMAT", "cannot read record: not objects with a line feed after each");
}
