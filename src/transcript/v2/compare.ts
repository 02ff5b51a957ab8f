/**
 * Compares two files of one log (PROTOCOL-2 §8): whoever signs two logs in one place is caught by any two
 * files that show it, whatever else they hold.
 *
 * @module
 */

import type { MerkleTree } from "../../protocol/v2/merkle_tree.ts";
import type { SignedRootAt } from "./room_report.ts";

/** A file's part of a log, verified. */
export interface LogPart {
  readonly tree: MerkleTree;
  /** The roots that the server has signed in it, in the order of the file. */
  readonly roots: readonly SignedRootAt[];
}

/** What two files say together. */
export type Comparison =
  /** As far as both go they are one log; `ahead`: which one has more. */
  | { readonly kind: "same"; readonly size: number; readonly ahead?: "first" | "second" }
  /** They have no entries and no signed roots in common. */
  | { readonly kind: "apart" }
  /** They differ, and the server has signed both. */
  | {
    readonly kind: "equivocation";
    /** The first entry that differs, or a later one where that lies before a file's first. */
    readonly entry: number;
    readonly proof: readonly [SignedRootAt, SignedRootAt];
  }
  /** They differ, and the server has not signed one of the two. */
  | { readonly kind: "unsigned"; readonly entry: number };

/**
 * Compares.
 *
 * @param one A file of a log, VALID as far as it goes.
 * @param other Another file of the same log and server.
 * @returns What they say together.
 */
export function compareLogs(one: LogPart, other: LogPart): Comparison {
  const outside = outsideRoot(one, other) ?? swapped(outsideRoot(other, one));
  if (outside !== undefined) return outside;
  const from = Math.max(one.tree.from, other.tree.from);
  const to = Math.min(one.tree.size, other.tree.size);
  if (from > to) return { kind: "apart" };
  const size = firstDifference(one.tree, other.tree, { from, to });
  if (size === undefined) {
    if (one.tree.size === other.tree.size) return { kind: "same", size: to };
    return { kind: "same", size: to, ahead: one.tree.size > to ? "first" : "second" };
  }
  const entry = Math.max(0, size - 1);
  const [first, second] = [signedOver(one, size), signedOver(other, size)];
  if (first === undefined || second === undefined) return { kind: "unsigned", entry };
  return { kind: "equivocation", entry, proof: [first, second] };
}

/** A root that the server signed in one file, over what only the other file has. */
function outsideRoot(one: LogPart, other: LogPart): Comparison | undefined {
  const { from, size: end } = one.tree;
  for (const root of one.roots) {
    const isOutside = root.size < from || root.size > end;
    if (!isOutside || root.size < other.tree.from || root.size > other.tree.size) continue;
    if (other.tree.rootAt(root.size).toHex() === root.root) continue;
    const entry = Math.max(0, root.size - 1);
    const against = signedOver(other, root.size);
    if (against === undefined) return { kind: "unsigned", entry };
    return { kind: "equivocation", entry, proof: [root, against] };
  }
  return undefined;
}

function swapped(comparison: Comparison | undefined): Comparison | undefined {
  if (comparison?.kind !== "equivocation") return comparison;
  const [second, first] = comparison.proof;
  return { ...comparison, proof: [first, second] };
}

/** The first signed root that binds the server to all entries below a size, of those that were checked. */
function signedOver({ tree, roots }: LogPart, size: number): SignedRootAt | undefined {
  return roots.find((root) => root.size >= size && root.size <= tree.size);
}

/** Roots are equal as long as all entries are: the first size at which they are not. */
function firstDifference(
  one: MerkleTree,
  other: MerkleTree,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  const isSame = (size: number) => one.rootAt(size).toHex() === other.rootAt(size).toHex();
  if (isSame(to)) return undefined;
  let [good, bad] = [from - 1, to];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isSame(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}
