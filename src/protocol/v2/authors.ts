/**
 * Whom a client knows in a session: the server, and those whose chains it was shown (PROTOCOL-2 §6).
 *
 * A `peer` message names no room, so all rooms of a session share one directory.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import type { ChainJudge } from "./chain_judge.ts";
import type { PeerIdentity } from "./peer_identity.ts";

/** More people than a room has; each costs some 10 KB. */
const AUTHORS_MAX = 4096;

/** The people of a session. */
export class Authors {
  /** The other side of the session. */
  readonly server: PeerIdentity;
  readonly #judge: ChainJudge;
  readonly #known = new Map<string, PeerIdentity>();

  /** @param options The server as the handshake showed it, and who judges chains. */
  constructor({ server, judge }: { readonly server: PeerIdentity; readonly judge: ChainJudge }) {
    this.server = server;
    this.#judge = judge;
  }

  /**
   * Takes a `peer` message.
   *
   * @param chain Its chain.
   * @param nowMs Now.
   * @returns Who it is.
   * @throws {ChatError} BAD_CERT if the chain is not a client's; HANDSHAKE if it was shown before; LIMIT
   * if too many are known.
   */
  async take(chain: readonly Uint8Array<ArrayBuffer>[], nowMs: number): Promise<PeerIdentity> {
    const peer = await this.#judge(chain, { role: "client", nowMs });
    if (this.#known.has(peer.fingerprint)) {
      throw new ChatError("HANDSHAKE", `cannot take certificate of "${peer.name}" twice`, {
        hint: "the server broke the protocol: check that both run the same version",
      });
    }
    if (this.#known.size >= AUTHORS_MAX) {
      throw new ChatError(
        "LIMIT",
        `cannot take certificate of "${peer.name}": ${AUTHORS_MAX} people are known already`,
        { hint: "leave, and connect again" },
      );
    }
    this.#known.set(peer.fingerprint, peer);
    return peer;
  }

  /**
   * Who somebody is.
   *
   * @param fingerprint Of the leaf.
   * @returns Who; nothing if the chain was not shown.
   */
  find(fingerprint: string): PeerIdentity | undefined {
    return fingerprint === this.server.fingerprint ? this.server : this.#known.get(fingerprint);
  }

  /**
   * Judges an author's chain again.
   *
   * @param fingerprint Of the leaf.
   * @param nowMs Now.
   * @returns Who it is.
   * @throws {ChatError} BAD_CERT if the chain was not shown, or is not accepted any more.
   */
  async judgeAgain(fingerprint: string, nowMs: number): Promise<PeerIdentity> {
    const author = this.find(fingerprint);
    if (author === undefined) {
      throw new ChatError(
        "BAD_CERT",
        `cannot accept statement: no certificate was shown for its author ${fingerprint}`,
        { hint: "the server broke the protocol: keep the transcript as evidence" },
      );
    }
    await this.#judge(author.chain, { role: author === this.server ? "server" : "client", nowMs });
    return author;
  }
}
