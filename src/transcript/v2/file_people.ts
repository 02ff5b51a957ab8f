/**
 * Who signed what in a room's file: the chains that it shows, each before its first use (PROTOCOL-2 §8).
 *
 * @module
 */

import { equalBytes } from "../../bytes/equal.ts";
import type { Role } from "../../pki/validate.ts";
import { ownIdentity, type PeerIdentity } from "../../protocol/v2/peer_identity.ts";
import type { ChainLives } from "./chain_lives.ts";
import { LineError, refused } from "./line_error.ts";
import type { RoomHeader } from "./room_lines.ts";
import type { RoomParty } from "./room_report.ts";

/** More people than any log has; each costs some 10 KB. */
const PEOPLE_MAX = 16_384;

/** Somebody of the file. */
export interface Person {
  readonly peer: PeerIdentity;
  readonly role: Role;
  readonly line: number;
  readonly isOwner: boolean;
  /** Whether the chain was judged at a moment at which it was used. */
  isJudged: boolean;
  entries: number;
  /** Entries of the log that this leaf has signed over. */
  signedOver: number;
  /** Whether the file has this leaf's `peer` line, or needs none. */
  hasPeerLine: boolean;
}

/** See the module. */
export class FilePeople {
  readonly server: Person;
  /** Whose file it is: the server itself in its own. */
  readonly owner: Person;
  readonly #lives: ChainLives;
  readonly #known = new Map<string, Person>();

  /**
   * @param header The file's first line.
   * @param lives Who judges chains.
   * @throws {ChatError} BAD_CERT if a chain cannot be read; FORMAT if the client is the server.
   */
  constructor({ chain, server, session, log }: RoomHeader, lives: ChainLives) {
    this.#lives = lives;
    const isServers = session === log;
    this.server = person(ownIdentity(server), "server", { line: 1, isOwner: isServers });
    this.server.hasPeerLine = true;
    this.#known.set(this.server.peer.fingerprint, this.server);
    if (isServers) {
      this.owner = this.server;
      return;
    }
    this.owner = person(ownIdentity(chain), "client", { line: 1, isOwner: true });
    if (this.#known.has(this.owner.peer.fingerprint)) {
      throw refused("FORMAT", "cannot read transcript: one certificate is both sides'");
    }
    this.#known.set(this.owner.peer.fingerprint, this.owner);
  }

  /**
   * Takes a `peer` line.
   *
   * @param chain Its chain.
   * @param line Its number.
   * @throws {ChatError} BAD_CERT if the chain cannot be read; FORMAT for a second line of one leaf, or
   * another chain for the owner's; LIMIT.
   */
  take(chain: readonly Uint8Array<ArrayBuffer>[], line: number): void {
    const peer = ownIdentity(chain);
    const known = this.#known.get(peer.fingerprint);
    if (known === undefined) {
      if (this.#known.size >= PEOPLE_MAX) {
        throw refused("LIMIT", `cannot read on: over ${PEOPLE_MAX} people in one file`);
      }
      const shown = person(peer, "client", { line, isOwner: false });
      shown.hasPeerLine = true;
      this.#known.set(peer.fingerprint, shown);
      return;
    }
    const isSame = chain.length === known.peer.chain.length &&
      chain.every((der, index) => equalBytes(der, known.peer.chain[index] ?? new Uint8Array()));
    if (known.hasPeerLine || !isSame) {
      throw refused("FORMAT", `cannot accept chain of "${peer.name}": it was shown before`);
    }
    known.hasPeerLine = true;
  }

  /**
   * Who somebody is.
   *
   * @param fingerprint Of the leaf.
   * @returns Who.
   * @throws {ChatError} BAD_CERT if the chain was not shown before this line.
   */
  find(fingerprint: string): Person {
    const known = this.#known.get(fingerprint);
    if (known !== undefined) return known;
    throw refused("BAD_CERT", `no certificate was shown before this line for ${fingerprint}`);
  }

  /**
   * Somebody's name, if his chain was shown.
   *
   * @param fingerprint Of the leaf.
   * @returns The name; nothing for a stranger.
   */
  nameOf(fingerprint: string): string | undefined {
    return this.#known.get(fingerprint)?.peer.name;
  }

  /**
   * Judges a chain at a moment of its use.
   *
   * @param who Whose.
   * @param atMs The moment.
   * @param line Which line uses it.
   * @returns When it is judged; nothing if it is known to be good.
   * @throws {LineError} BAD_CERT or REVOKED.
   */
  requireGood(who: Person, atMs: number, line: number): Promise<void> | undefined {
    if (who.isJudged && this.#lives.isKnownGood(who.peer, atMs)) return undefined;
    return this.#judge(who, atMs, line);
  }

  async #judge(who: Person, atMs: number, line: number): Promise<void> {
    const fault = await this.#lives.fault(who.peer, who.role, atMs);
    if (fault !== undefined) throw new LineError({ line, ...fault });
    who.isJudged = true;
  }

  /**
   * The same for something that merely does not count if the chain was not good.
   *
   * @param who Whose.
   * @param atMs The moment.
   * @returns Why it does not count.
   */
  async faultOf(who: Person, atMs: number): Promise<string | undefined> {
    return (await this.#lives.fault(who.peer, who.role, atMs))?.text;
  }

  /**
   * Judges everybody who is in the file and has signed nothing.
   *
   * @param atMs The last moment that the file tells.
   * @throws {LineError} BAD_CERT or REVOKED.
   */
  async requireAllGood(atMs: number): Promise<void> {
    for (const who of this.#known.values()) {
      if (!who.isJudged) await this.requireGood(who, atMs, who.line);
    }
  }

  /** All of them, in the order in which they were shown. */
  parties(): readonly RoomParty[] {
    return [...this.#known.values()].map(({ peer, role, isOwner, line, entries, signedOver }) => {
      const revocation = this.#lives.revocationOf(peer);
      const { leaf: certificate, name, fingerprint } = peer;
      const party = { role, isOwner, certificate, name, fingerprint, line, entries, signedOver };
      return revocation === undefined ? party : { ...party, revocation };
    });
  }
}

function person(
  peer: PeerIdentity,
  role: Role,
  { line, isOwner }: { readonly line: number; readonly isOwner: boolean },
): Person {
  const counts = { isJudged: false, entries: 0, signedOver: 0, hasPeerLine: false };
  return { peer, role, line, isOwner, ...counts };
}
