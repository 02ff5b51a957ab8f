/**
 * By whom chains are judged in a room (PROTOCOL-2 §6: "the author's chain, again, now").
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import type { Trust } from "../../pki/trust.ts";
import type { Role } from "../../pki/validate.ts";
import { judgeChain, type PeerIdentity } from "./peer_identity.ts";

/** For what, and when. */
export interface JudgedFor {
  readonly role: Role;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * Judges a chain, or throws BAD_CERT. It is asked again for each statement, each time with the same
 * array for the same member, so that a caller may keep verdicts as long as its trust does not change.
 */
export type ChainJudge = (
  chain: readonly Uint8Array<ArrayBuffer>[],
  judgedFor: JudgedFor,
) => PeerIdentity | Promise<PeerIdentity>;

/**
 * The judge that keeps nothing.
 *
 * @param trust What is asked at each verdict: it may change between two.
 * @param serverName The name that a server's leaf must carry, where this side dialled one.
 * @returns The judge.
 */
export function chainJudge(trust: () => Trust, serverName?: string): ChainJudge {
  return (chain, { role, nowMs }) => {
    const policy = { trust: trust(), role, nowMs };
    const isNamed = role === "server" && serverName !== undefined;
    return judgeChain(chain, isNamed ? { ...policy, name: serverName } : policy);
  };
}

/** How long a verdict is kept: as long as a revocation may take to reach a session. */
const KEPT_MS = 1000;

/**
 * A judge that says for a second what it said before: a chain takes milliseconds to judge, a statement
 * a tenth of one. Refusals are not kept.
 *
 * @param judge Who judges.
 * @param trust What it judges by: another one makes all verdicts void.
 * @returns The judge.
 */
export function keepVerdicts(judge: ChainJudge, trust: () => Trust): ChainJudge {
  const kept = new WeakMap<
    object,
    JudgedFor & { readonly peer: PeerIdentity; readonly by: Trust }
  >();
  return async (chain, judgedFor) => {
    const by = trust();
    const last = kept.get(chain);
    const isSame = last?.by === by && last.role === judgedFor.role;
    const ageMs = last === undefined ? Infinity : judgedFor.nowMs - last.nowMs;
    if (last !== undefined && isSame && ageMs >= 0 && ageMs < KEPT_MS) return last.peer;
    const peer = await judge(chain, judgedFor);
    kept.set(chain, { ...judgedFor, peer, by });
    return peer;
  };
}

/**
 * Judges authors of the past.
 *
 * @param judge By whom.
 * @param authors Clients.
 * @param nowMs Now.
 * @returns Those who are not accepted any more: a newcomer would have to refuse their words.
 */
export async function refusedAuthors(
  judge: ChainJudge,
  authors: readonly PeerIdentity[],
  nowMs: number,
): Promise<ReadonlySet<PeerIdentity>> {
  const refused = new Set<PeerIdentity>();
  for (const author of authors) {
    try {
      await judge(author.chain, { role: "client", nowMs });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      refused.add(author);
    }
  }
  return refused;
}
