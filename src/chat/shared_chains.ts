import { concat } from "../bytes/concat.ts";
import { encodeU32 } from "../bytes/u32.ts";
import { sha256 } from "../crypto/digest.ts";
import type { Trust } from "../pki/trust.ts";
import {
  type ChainJudge,
  chainJudge,
  type JudgedFor,
  keepVerdicts,
} from "../protocol/v2/chain_judge.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";

type Chain = PeerIdentity["chain"];

/**
 * The chains that many sessions of one process are shown: one array, and one verdict a second, for the same
 * bytes. A hundred members of a room would else judge a chain of one author a hundred times, for
 * milliseconds each. A verdict is about a certificate alone; signatures are not shared.
 */
export class SharedChains {
  /** Judges for all. */
  readonly judge: ChainJudge;
  /** Verdicts that are being made: all who ask meanwhile wait for one. */
  readonly #judging = new Map<Chain, JudgedFor & { readonly verdict: Promise<PeerIdentity> }>();
  readonly #chains = new Map<string, Chain>();
  readonly #peers = new Map<string, PeerIdentity>();

  /** @param trust Whom all of them trust. */
  constructor(trust: Trust) {
    const kept = keepVerdicts(chainJudge(() => trust), () => trust);
    this.judge = (chain, judgedFor) => {
      const judging = this.#judging.get(chain);
      if (judging?.role === judgedFor.role) return judging.verdict;
      const verdict = Promise.resolve(kept(chain, judgedFor));
      this.#judging.set(chain, { ...judgedFor, verdict });
      const done = () => void this.#judging.delete(chain);
      verdict.then(done, done);
      return verdict;
    };
  }

  /**
   * The array that stands for a chain.
   *
   * @param chain DER, leaf first.
   * @returns That of the first caller with the same bytes.
   */
  chain(chain: Chain): Chain {
    const key = keyOf(chain);
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    this.#chains.set(key, chain);
    return chain;
  }

  /**
   * The object that stands for somebody whose chain was judged.
   *
   * @param peer Who.
   * @returns That of the first caller with the same chain.
   */
  peer(peer: PeerIdentity): PeerIdentity {
    const key = keyOf(peer.chain);
    const known = this.#peers.get(key);
    if (known !== undefined) return known;
    const shared = { ...peer, chain: this.chain(peer.chain) };
    this.#peers.set(key, shared);
    return shared;
  }
}

function keyOf(chain: Chain): string {
  return sha256(concat(...chain.flatMap((der) => [encodeU32(der.length), der]))).toBase64();
}
