/**
 * A room made by hand: a log, a server that signs whatever a test wants, and people who sign what they
 * are told to. So each lie is one that the machines of the product never tell.
 *
 * @module
 */

import { Authors } from "../../src/protocol/v2/authors.ts";
import type { ChainJudge } from "../../src/protocol/v2/chain_judge.ts";
import { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { type Head, signHead } from "../../src/protocol/v2/head.ts";
import { MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import type { Message } from "../../src/protocol/v2/messages.ts";
import { randomBytes } from "../../src/crypto/entropy.ts";
import {
  encodeStatement,
  leafHash,
  parseStatement,
  type SignedStatement,
  signStatement,
  type Statement,
} from "../../src/protocol/v2/statement.ts";
import { NOW_MS } from "./identities2.ts";

export const ROOM = "pump room";
export const LOG = "10".repeat(16);

/** A session's name of its own. */
export function sessionName(byte: number): string {
  return byte.toString(16).padStart(2, "0").repeat(16);
}

/** Signs a statement as it is, however wrong. */
export async function signedBy(
  { signingKey }: OwnIdentity,
  statement: Statement,
): Promise<SignedStatement> {
  const stmt = encodeStatement(statement);
  return { stmt, sig: await signStatement(signingKey, stmt) };
}

/** A log by hand. */
export class HandRoom {
  readonly server: OwnIdentity;
  readonly judge: ChainJudge;
  readonly tree = new MerkleTree();
  readonly entries: SignedStatement[] = [];
  readonly #seqs = new Map<string, number>();
  readonly #random: typeof randomBytes;

  constructor(server: OwnIdentity, judge: ChainJudge, random = randomBytes) {
    [this.server, this.judge, this.#random] = [server, judge, random];
  }

  /** A room with its first entry. */
  static async open(server: OwnIdentity, judge: ChainJudge): Promise<HandRoom> {
    const room = new HandRoom(server, judge);
    await room.place(server, LOG, { kind: "open", text: "" });
    return room;
  }

  /** What an author who has seen all of this log would state. */
  statement(author: OwnIdentity, session: string, changes: Partial<Statement> = {}): Statement {
    const { size } = this.tree;
    const seq = (this.#seqs.get(author.fingerprint + session) ?? 0) + 1;
    return {
      ...{ author: author.fingerprint, kind: "say", log: LOG, room: ROOM, session, seq },
      ...{ root: this.tree.rootAt(size).toHex(), size, ts: NOW_MS, text: "hello" },
      ...{ salt: this.#random(16), ...changes },
    };
  }

  /** Signs a statement that is not placed. */
  sign(
    author: OwnIdentity,
    session: string,
    changes?: Partial<Statement>,
  ): Promise<SignedStatement> {
    return signedBy(author, this.statement(author, session, changes));
  }

  /** Appends an entry of an author. */
  async place(
    author: OwnIdentity,
    session: string,
    changes?: Partial<Statement>,
  ): Promise<SignedStatement> {
    const signed = await this.sign(author, session, changes);
    this.append(signed);
    return signed;
  }

  /** Appends what was signed elsewhere. */
  append(signed: SignedStatement): void {
    const { author, session, seq } = parseStatement(signed.stmt);
    this.#seqs.set(author + session, seq);
    this.tree.append(leafHash(signed));
    this.entries.push(signed);
  }

  /** A head of the server over all entries. */
  async head(changes: Partial<Head> = {}): Promise<Message<"head">> {
    const { tree, server } = this;
    const size = changes.size ?? tree.size;
    const head: Head = {
      ...{ by: server.fingerprint, final: false, from: 0, log: LOG, room: ROOM, session: LOG },
      ...{ size, root: tree.rootAt(Math.min(size, tree.size)).toHex(), ts: NOW_MS, ...changes },
    };
    return { type: "head", ...await signHead(server.signingKey, head) };
  }

  /** The answer to a join. */
  async joined(session: string, changes: Partial<Head> = {}): Promise<Message<"joined">> {
    const { head, sig } = await this.head({ session, ...changes });
    const peaks = this.tree.peaksAt(changes.from ?? 0).map((peak) => peak.toHex());
    return { type: "joined", head, sig, peaks };
  }

  /** A client that joined and has all entries from `from` on; it knows the chains of these people. */
  async client(
    own: OwnIdentity,
    session: string,
    { from = 0, known = [] }: { readonly from?: number; readonly known?: readonly OwnIdentity[] } =
      {},
  ): Promise<ClientRoom> {
    const authors = new Authors({ server: this.server, judge: this.judge });
    for (const { chain } of known) await authors.take(chain, NOW_MS);
    const client = ClientRoom.joined(await this.joined(session, { from }), {
      ...{ room: ROOM, want: this.tree.size - from, session, own, authors },
      ...{ random: randomBytes, nowMs: NOW_MS },
    });
    for (const entry of this.entries.slice(from)) await client.takeEntry(entry, NOW_MS);
    return client;
  }
}
