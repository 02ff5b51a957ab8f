/**
 * What a client makes of `joined` (PROTOCOL-2 §6): where it stands in the log, and the tree before that.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import { type Head, openHead } from "./head.ts";
import { MerkleTree } from "./merkle_tree.ts";
import type { Message } from "./messages.ts";
import type { PeerIdentity } from "./peer_identity.ts";
import { FRESH_MS, requireFresh, requirePlace, requireRoot, signerOf } from "./room_rules.ts";

/** What was asked for, and of whom. */
export interface AskedToJoin {
  readonly room: string;
  readonly want: number;
  readonly session: string;
  readonly server: PeerIdentity;
  readonly nowMs: number;
}

/** A place in a log. */
export interface JoinedRoom {
  /** The server's head over all entries at the time. */
  readonly head: Head;
  /** The tree, to be continued from the head's `from`. */
  readonly tree: MerkleTree;
}

/**
 * Checks a `joined` message.
 *
 * @param message It.
 * @param asked What was asked for.
 * @returns Where the client stands.
 * @throws {ChatError} SIG_FAIL if the server did not sign it; REPLAY if it was signed for another room or
 * session; FORMAT if it is final, gives more than was asked for, or its peaks are not as many as `from`
 * has; STALE; FORKED if nothing is to come and the peaks do not make the head's root.
 */
export function openJoined(
  message: Message<"joined">,
  { room, want, session, server, nowMs }: AskedToJoin,
): JoinedRoom {
  const head = openHead(signerOf(server), message);
  requirePlace("head", head, { log: head.log, room, session });
  if (head.log === session || head.final || head.size - head.from > want) {
    throw new ChatError("FORMAT", "cannot join: the head is not of what was asked for");
  }
  requireFresh("head", head.ts, { nowMs, freshMs: FRESH_MS });
  const tree = treeFrom(head.from, message.peaks);
  if (tree.size === head.size) requireRoot("head", head, tree);
  return { head, tree };
}

function treeFrom(size: number, peaks: readonly string[]): MerkleTree {
  try {
    return new MerkleTree({ size, peaks: peaks.map((peak) => Uint8Array.fromHex(peak)) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ChatError(
      "FORMAT",
      `cannot join: ${peaks.length} peaks do not make ${size} entries`,
      {
        cause: error,
      },
    );
  }
}
