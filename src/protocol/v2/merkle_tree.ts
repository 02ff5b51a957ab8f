/**
 * The tree over a room's log (RFC 9162 §2.1), which grows at its end and can be continued from the
 * middle by whoever knows the roots of the perfect subtrees before it.
 *
 * A statement signs the root at a size that its author had seen, which may be any between his last one
 * and now; `joined` needs the peaks at any size, and a proof the path of any entry. So all nodes of
 * perfect subtrees are kept, 64 bytes an entry, and each of the three costs at most two hashes a level;
 * roots that were asked for lately are kept too, since many authors sign the same one. A root for every
 * size would take 32 bytes an entry and answer the first of the three alone.
 *
 * @module
 */

import { sha256, SHA256_BYTES } from "../../crypto/digest.ts";
import { hashNode } from "../../crypto/tree_hash.ts";
import { HashList } from "./hash_list.ts";
import { RecentHashes } from "./recent_hashes.ts";

/** `h("")`: the root of a tree without entries (RFC 9162 §2.1.1), lower-case hex. */
export const EMPTY_ROOT: string = sha256().toHex();

/** Where a tree is continued. */
export interface TreeStart {
  /** Entries before it. */
  readonly size: number;
  /** Roots of the perfect subtrees at that size, widest first; 32 bytes each. */
  readonly peaks: readonly Uint8Array[];
}

/** A tree that grows. */
export class MerkleTree {
  /** Entries before the first one that this tree was given. */
  readonly from: number;
  #size: number;
  /** By level: the nodes over 2^level entries, from the first one that can be known. */
  readonly #levels: HashList[] = [];
  /** By size. */
  readonly #recentRoots = new RecentHashes();
  /** The node that is on its way up. */
  readonly #carry = new Uint8Array(SHA256_BYTES);

  /**
   * @param start Where the tree is continued; an empty one without it.
   * @throws {RangeError} if the size and the number of peaks do not belong together.
   *
   * @example Two trees, one from the middle, have one root
   * ```ts
   * import assert from "node:assert/strict";
   * const leaf = (byte: number) => new Uint8Array(32).fill(byte);
   * const whole = new MerkleTree();
   * for (const byte of [1, 2, 3]) whole.append(leaf(byte));
   * const rest = new MerkleTree({ size: 2, peaks: whole.peaksAt(2) });
   * rest.append(leaf(3));
   * assert.deepEqual(rest.rootAt(3), whole.rootAt(3));
   * ```
   */
  constructor({ size, peaks }: TreeStart = { size: 0, peaks: [] }) {
    const levels = peakLevels(size);
    const isHashes = peaks.every((peak) => peak.length === SHA256_BYTES);
    if (levels.length !== peaks.length || !isHashes) {
      throw new RangeError(
        `cannot continue tree: ${peaks.length} peaks at size ${size}, ` +
          `expected ${levels.length} of ${SHA256_BYTES} bytes`,
      );
    }
    this.from = size;
    this.#size = size;
    levels.forEach((level, index) => this.#level(level).push(peaks[index] ?? new Uint8Array()));
  }

  /** Entries in the tree, those before {@link from} included. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an entry.
   *
   * @param leaf Its leaf hash, 32 bytes.
   */
  append(leaf: Uint8Array): void {
    let node = leaf;
    let index = this.#size;
    for (let level = 0;; level++) {
      this.#level(level).push(node);
      if (index % 2 === 0) break;
      node = hashNode(this.#node(level, index - 1), node, this.#carry);
      index = (index - 1) / 2;
    }
    this.#size++;
  }

  /**
   * The root at a size.
   *
   * @param size {@link from} to {@link size}.
   * @returns A view of 32 bytes, not to be changed and not to be kept.
   * @throws {RangeError} for another size.
   */
  rootAt(size: number): Uint8Array<ArrayBuffer> {
    this.#requireKnown(size);
    return this.#recentRoots.find(size) ??
      this.#recentRoots.keep(size, this.#foldPeaks(size));
  }

  /**
   * What another tree needs to be continued at a size.
   *
   * @param size {@link from} to {@link size}.
   * @returns Roots of the perfect subtrees, widest first.
   * @throws {RangeError} for another size.
   */
  peaksAt(size: number): readonly Uint8Array<ArrayBuffer>[] {
    this.#requireKnown(size);
    return peakLevels(size).map((level) =>
      new Uint8Array(this.#node(level, Math.floor(size / 2 ** level) - 1))
    );
  }

  /**
   * The path of an entry (RFC 9162 §2.1.3.1).
   *
   * @param index The entry, {@link from} to `size`-1.
   * @param size The size of the tree that the path is in.
   * @returns Hashes from the leaf's sibling upwards.
   * @throws {RangeError} for another entry or size.
   */
  inclusionPath(index: number, size: number = this.#size): readonly Uint8Array<ArrayBuffer>[] {
    this.#requireKnown(size);
    if (!Number.isInteger(index) || index < this.from || index >= size) {
      throw new RangeError(
        `cannot prove entry ${index}: expected ${this.from} to ${size - 1}`,
      );
    }
    const path: Uint8Array<ArrayBuffer>[] = [];
    let [start, end] = [0, size];
    while (end - start > 1) {
      const middle = start + splitOf(end - start).width;
      const isLeft = index < middle;
      path.push(isLeft ? this.#rangeHash(middle, end) : this.#rangeHash(start, middle));
      if (isLeft) end = middle;
      else start = middle;
    }
    return path.reverse();
  }

  /** A root is its peaks, hashed together from the narrowest on (RFC 9162 §2.1.1). */
  #foldPeaks(size: number): Uint8Array<ArrayBuffer> {
    let root: Uint8Array<ArrayBuffer> | undefined;
    let count = size;
    for (let level = 0; count > 0; level++) {
      if (count % 2 === 1) {
        const peak = this.#node(level, count - 1);
        root = root === undefined ? new Uint8Array(peak) : hashNode(peak, root, root);
      }
      count = Math.floor(count / 2);
    }
    return root ?? sha256();
  }

  /** The hash over entries `start` to `end`-1, `start` being where a subtree of that width begins. */
  #rangeHash(start: number, end: number): Uint8Array<ArrayBuffer> {
    const width = end - start;
    if (width === 1) return new Uint8Array(this.#node(0, start));
    const split = splitOf(width);
    if (width === 2 ** (split.level + 1)) {
      return new Uint8Array(this.#node(split.level + 1, start / width));
    }
    const middle = start + split.width;
    return hashNode(this.#rangeHash(start, middle), this.#rangeHash(middle, end));
  }

  /** A list begins at an even node: at the peak of `from` where there is one, else at the next node. */
  #level(level: number): HashList {
    const list = this.#levels[level];
    if (list !== undefined) return list;
    while (this.#levels.length <= level) {
      const first = 2 * Math.floor(this.from / 2 ** (this.#levels.length + 1));
      this.#levels.push(new HashList(first));
    }
    return this.#level(level);
  }

  #node(level: number, index: number): Uint8Array<ArrayBuffer> {
    return this.#level(level).at(index);
  }

  #requireKnown(size: number): void {
    if (Number.isInteger(size) && size >= this.from && size <= this.#size) return;
    throw new RangeError(`cannot tell tree at ${size}: expected ${this.from} to ${this.#size}`);
  }
}

/**
 * The levels of the perfect subtrees that make up a tree: the bits of its size, highest first.
 *
 * @param size Entries.
 * @returns Levels, 0 for a single leaf.
 */
function peakLevels(size: number): readonly number[] {
  return [...size.toString(2)].reverse().flatMap((bit, level) => bit === "1" ? [level] : [])
    .reverse();
}

/** A perfect subtree. */
interface Split {
  readonly width: number;
  readonly level: number;
}

/** RFC 9162 §2.1.1: the largest power of two below the width. Logarithms would round from 2^48 on. */
function splitOf(width: number): Split {
  let level = 0;
  while (2 ** (level + 1) < width) level++;
  return { width: 2 ** level, level };
}
