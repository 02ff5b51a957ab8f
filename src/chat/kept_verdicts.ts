/**
 * Keeps the verdict on a chain for a moment: an author who says two thousand things a second is judged
 * once in it.
 *
 * @module
 */

import type { Trust } from "../pki/trust.ts";
import { type ChainJudge, chainJudge } from "../protocol/v2/chain_judge.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";

const KEPT_MS = 1_000;

interface Verdict {
  readonly peer: PeerIdentity;
  readonly trust: Trust;
  readonly role: string;
  readonly atMs: number;
}

/**
 * A judge that asks anew when the trust has changed, when a second has passed, and never beyond the
 * leaf's own end.
 *
 * @param trust Gives the same object as long as nothing has changed.
 * @returns The judge.
 */
export function keepVerdicts(trust: () => Trust): ChainJudge {
  const judge = chainJudge(trust);
  const kept = new WeakMap<object, Verdict>();
  return async (chain, judgedFor) => {
    const { nowMs, role } = judgedFor;
    const known = kept.get(chain);
    const isFresh = known !== undefined && known.trust === trust() && known.role === role &&
      Math.abs(nowMs - known.atMs) < KEPT_MS;
    if (isFresh && nowMs <= known.peer.leaf.notAfter.getTime()) return known.peer;
    const current = trust();
    const peer = await judge(chain, judgedFor);
    kept.set(chain, { peer, trust: current, role, atMs: nowMs });
    return peer;
  };
}
