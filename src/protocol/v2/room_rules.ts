/**
 * Checks that server and client make alike in a room (PROTOCOL-2 §6, §7).
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import type { Signer } from "./labelled_signature.ts";
import type { MerkleTree } from "./merkle_tree.ts";
import type { PeerIdentity } from "./peer_identity.ts";

/** How far a statement's time, or that of joined's head, may be from the server's or client's. */
export const FRESH_MS = 5 * 60_000;

/** The same for what is relayed, and for heads: a statement may be {@link FRESH_MS} old when it is placed. */
export const RELAYED_FRESH_MS = 10 * 60_000;

/** When a server's head is due after an entry. */
export const SERVER_HEAD_MS = 2000;

/** When a client's is. */
export const CLIENT_HEAD_MS = 30_000;

/** What statements and heads name alike. */
export interface Place {
  readonly log: string;
  readonly room: string;
  readonly session?: string;
}

/** A tree at a size, as signed. */
export interface SignedRoot {
  readonly size: number;
  /** Lower-case hex. */
  readonly root: string;
}

/**
 * The signer that a leaf makes.
 *
 * @param who Whose leaf.
 * @returns Fingerprint and key.
 */
export function signerOf({ fingerprint, leaf }: PeerIdentity): Signer {
  return { fingerprint, key: leaf.key };
}

/**
 * Checks that something was signed for this place.
 *
 * @param what "statement" or "head".
 * @param got What it names.
 * @param wanted What it must name.
 * @throws {ChatError} REPLAY if it names another log, room or session.
 */
export function requirePlace(what: string, got: Required<Place>, wanted: Place): void {
  const { log, room, session = got.session } = wanted;
  const isHere = got.log === log && got.room === room && got.session === session;
  if (!isHere) {
    const other = got.log === log && got.room === room ? "session" : "room or log";
    throw new ChatError("REPLAY", `cannot accept ${what}: it was signed for another ${other}`);
  }
}

/**
 * Checks a signed time against the clock.
 *
 * @param what "statement" or "head".
 * @param ts When it says that it was signed.
 * @param clock Now, how far it may be away, and whether it may be of any age.
 * @throws {ChatError} STALE if it is too far away.
 */
export function requireFresh(
  what: string,
  ts: number,
  clock: { readonly nowMs: number; readonly freshMs: number; readonly isHistory?: boolean },
): void {
  const { nowMs, freshMs, isHistory = false } = clock;
  const away = isHistory ? ts - nowMs : Math.abs(nowMs - ts);
  if (away <= freshMs) return;
  const side = ts > nowMs ? "ahead of" : "behind";
  throw new ChatError(
    "STALE",
    `cannot accept ${what}: its time is ${Math.round(Math.abs(nowMs - ts) / 1000)} s ${side} ` +
      `this clock, expected at most ${freshMs / 1000} s`,
  );
}

/**
 * Checks that something is signed over a tree that grows and is this one.
 *
 * @param what "statement" or "head".
 * @param signed Size and root.
 * @param own The tree, the least size that is allowed, and the greatest.
 * @throws {ChatError} FORKED if the size is out of bounds, or the tree has another root there.
 */
export function requireTree(
  what: string,
  signed: SignedRoot,
  own: { readonly tree: MerkleTree; readonly least: number; readonly greatest: number },
): void {
  const { tree, least, greatest } = own;
  if (signed.size < least || signed.size > greatest) {
    throw new ChatError(
      "FORKED",
      `cannot accept ${what}: it is over ${signed.size} entries, expected ${least} to ${greatest}`,
    );
  }
  if (signed.size >= tree.from) requireRoot(what, signed, tree);
}

/**
 * Checks a root.
 *
 * @param what "statement" or "head".
 * @param signed Size, which the tree must know, and root.
 * @param tree The tree.
 * @throws {ChatError} FORKED if the tree has another root at that size.
 */
export function requireRoot(what: string, { size, root }: SignedRoot, tree: MerkleTree): void {
  if (tree.rootAt(size).toHex() === root) return;
  throw new ChatError(
    "FORKED",
    `cannot accept ${what}: its first ${size} entries are not those that this side has`,
  );
}

/**
 * What is reported of a side whose head is missing.
 *
 * @param name Whose.
 * @returns The error; not fatal.
 */
export function unsignedError(name: string): ChatError {
  return new ChatError(
    "UNSIGNED",
    `cannot bind "${name}" to the last entries: its head is over a minute late`,
  );
}
