/**
 * The checks of a client on what the server sends in a room (PROTOCOL-2 §6, §7).
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import { AuthorSessions } from "./author_sessions.ts";
import type { Authors } from "./authors.ts";
import { Coverage } from "./coverage.ts";
import { type Head, openHead, type SignedHead } from "./head.ts";
import type { JoinedRoom } from "./joined_room.ts";
import type { MerkleTree } from "./merkle_tree.ts";
import type { PeerIdentity } from "./peer_identity.ts";
import {
  RELAYED_FRESH_MS,
  requireFresh,
  requirePlace,
  requireRoot,
  requireTree,
  SERVER_HEAD_MS,
  signerOf,
  unsignedError,
} from "./room_rules.ts";
import {
  leafHash,
  parseStatement,
  requireAuthor,
  type SignedStatement,
  type Statement,
} from "./statement.ts";

/** Whose room it is. */
export interface RoomReaderOptions {
  readonly joined: JoinedRoom;
  readonly session: string;
  readonly own: PeerIdentity;
  readonly authors: Authors;
  /** Checks that what came under this session's name is the next of its own words. */
  readonly ownWord: (signed: SignedStatement) => void;
}

/** An entry that passed. */
export interface CheckedEntry {
  readonly statement: Statement;
  /** Its place in the log. */
  readonly index: number;
  readonly author: PeerIdentity;
  /** Whether this session said it. */
  readonly isOwn: boolean;
}

/** A reader: one call at a time, in the order of what came. */
export class RoomReader {
  readonly tree: MerkleTree;
  readonly #options: RoomReaderOptions;
  readonly #sessions = new AuthorSessions();
  readonly #coverage = new Coverage(SERVER_HEAD_MS);
  #headSize: number;
  #isEnded = false;

  /** @param options Whose room it is. */
  constructor(options: RoomReaderOptions) {
    this.#options = options;
    this.tree = options.joined.tree;
    this.#headSize = options.joined.head.size;
  }

  /** Whether the server's final head came. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** When the server's missing head is to be reported. */
  get lateAtMs(): number | undefined {
    return this.#isEnded ? undefined : this.#coverage.lateAtMs;
  }

  /**
   * Takes an entry into the tree.
   *
   * @param signed The bytes as they came.
   * @param nowMs Now.
   * @returns What it is.
   * @throws {ChatError} FORMAT; REPLAY for another log, room, session, kind or number; BAD_CERT; SIG_FAIL;
   * STALE; FORKED if its author saw other entries, or the server told others before.
   */
  async takeEntry(signed: SignedStatement, nowMs: number): Promise<CheckedEntry> {
    if (this.#isEnded) {
      throw new ChatError("FORKED", "cannot accept statement: it came after the final head");
    }
    const statement = parseStatement(signed.stmt);
    const index = this.tree.size;
    const isOwn = this.#isOwn(statement);
    this.#requireKind(statement, index);
    const least = isOwn ? 0 : this.#sessions.lastSize(statement);
    const author = await this.#authorOf(signed, statement, nowMs);
    const isHistory = index < this.#options.joined.head.size;
    requireFresh("statement", statement.ts, { nowMs, freshMs: RELAYED_FRESH_MS, isHistory });
    requireTree("statement", statement, { tree: this.tree, least, greatest: index });
    this.#append(signed, nowMs);
    this.#sessions.placed(statement);
    return { statement, index, author, isOwn };
  }

  /**
   * Takes a head of the server.
   *
   * @param signed It.
   * @param nowMs Now.
   * @returns What it says.
   * @throws {ChatError} FORMAT; SIG_FAIL; REPLAY for another log, room or session; STALE; FORKED if it is
   * not over what came; HANDSHAKE after the final one.
   */
  takeHead(signed: SignedHead, nowMs: number): Head {
    const { joined, session, authors } = this.#options;
    const { room, log, from } = joined.head;
    const head = openHead(signerOf(authors.server), signed);
    requirePlace("head", head, { room, log, session: head.final ? session : log });
    requireFresh("head", head.ts, { nowMs, freshMs: RELAYED_FRESH_MS });
    this.#requireTurn(head, from);
    const { tree } = this;
    const least = head.final ? tree.size : this.#headSize;
    requireTree("head", head, { tree, least, greatest: tree.size });
    this.#headSize = head.size;
    this.#coverage.cover(head.size, nowMs);
    this.#isEnded = head.final;
    return head;
  }

  /**
   * Whether the server's head is missing for too long.
   *
   * @param nowMs Now.
   * @returns UNSIGNED, to be reported; once, until the server has signed.
   */
  reportLate(nowMs: number): ChatError | undefined {
    const isLate = !this.#isEnded && this.#coverage.reportLate(nowMs);
    return isLate ? unsignedError(this.#options.authors.server.name) : undefined;
  }

  #isOwn({ author, session }: Statement): boolean {
    return author === this.#options.own.fingerprint && session === this.#options.session;
  }

  /** Entry 0, and it alone, opens the log; in the server's lines the session is the log, in no others. */
  #requireKind(statement: Statement, index: number): void {
    const { joined, authors } = this.#options;
    const { room, log } = joined.head;
    requirePlace("statement", statement, { room, log });
    const { kind, author, session } = statement; // kinds but "say" have the log as their session
    const isOfAuthor = (author === authors.server.fingerprint) === (session === log);
    if (isOfAuthor && (kind === "open") === (index === 0)) return;
    throw new ChatError(
      "REPLAY",
      `cannot accept statement of kind "${kind}": not one of its author at entry ${index}`,
    );
  }

  /** Own words are compared with what was said; those of others are judged. */
  async #authorOf(
    signed: SignedStatement,
    statement: Statement,
    nowMs: number,
  ): Promise<PeerIdentity> {
    const { own, authors, ownWord } = this.#options;
    if (this.#isOwn(statement)) {
      ownWord(signed);
      return own;
    }
    const author = await authors.judgeAgain(statement.author, nowMs);
    requireAuthor(signerOf(author), signed, statement);
    return author;
  }

  #append(signed: SignedStatement, nowMs: number): void {
    const { head } = this.#options.joined;
    this.#coverage.entry(this.tree.size, nowMs);
    this.tree.append(leafHash(signed));
    if (this.tree.size === head.size) requireRoot("head", head, this.tree);
  }

  #requireTurn({ final, from }: Head, joinedFrom: number): void {
    if (this.#isEnded) {
      throw new ChatError("HANDSHAKE", "cannot accept head: the last one was final", {
        hint: "the other side broke the protocol: check that both run the same version",
      });
    }
    if (!final || from === joinedFrom) return;
    const text = `cannot accept head: it is from entry ${from}, expected ${joinedFrom}`;
    throw new ChatError("FORKED", text);
  }
}
