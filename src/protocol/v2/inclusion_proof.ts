import { equalBytes } from "../../bytes/equal.ts";
import { hashNode } from "../../crypto/tree_hash.ts";

/** That a leaf is in a tree. */
export interface InclusionClaim {
  /** 32 bytes. */
  readonly leaf: Uint8Array;
  /** Which entry it is, from 0. */
  readonly index: number;
  /** Entries of the tree. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Checks an entry's path to a root (RFC 9162 §2.1.3.2).
 *
 * @param claim What the path is to show.
 * @param path Hashes of 32 bytes, from the leaf's sibling upwards.
 * @returns Whether it does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hashNode } from "../../crypto/tree_hash.ts";
 * const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
 * const root = hashNode(a, b);
 * assert.equal(isIncluded({ leaf: a, index: 0, size: 2, root }, [b]), true);
 * assert.equal(isIncluded({ leaf: a, index: 1, size: 2, root }, [b]), false);
 * ```
 */
export function isIncluded(
  { leaf, index, size, root }: InclusionClaim,
  path: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  // The names of §2.1.3.2; numbers are halved, not shifted, since shifts end at 32 bits.
  let [fn, sn] = [index, size - 1];
  let r = leaf;
  for (const p of path) {
    if (sn === 0 || p.length !== leaf.length) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = hashNode(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else r = hashNode(r, p);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equalBytes(r, root);
}

function half(value: number): number {
  return Math.floor(value / 2);
}
