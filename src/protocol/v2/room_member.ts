/**
 * A member of a room as the server sees it: one session that joined (PROTOCOL-2 §6, §7).
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import { Coverage } from "./coverage.ts";
import type { LogEntry } from "./entry_window.ts";
import { type Head, openHead, type SignedHead } from "./head.ts";
import type { Signer } from "./labelled_signature.ts";
import type { MerkleTree } from "./merkle_tree.ts";
import type { Message } from "./messages.ts";
import type { PeerIdentity } from "./peer_identity.ts";
import {
  CLIENT_HEAD_MS,
  type Place,
  RELAYED_FRESH_MS,
  requireFresh,
  requirePlace,
  requireTree,
  signerOf,
  unsignedError,
} from "./room_rules.ts";
import type { Statement } from "./statement.ts";
import { Turns } from "./turns.ts";

/** Why a statement is not taken now. */
export interface Limit {
  /** For the person. */
  readonly message: string;
  /** After how many milliseconds the author may sign it anew. */
  readonly retryMs: number;
}

/** A limit, or what finds it. */
export type LimitNow = Limit | (() => Limit | undefined);

/** Who wants to join. */
export interface JoinOptions {
  readonly session: string;
  readonly peer: PeerIdentity;
  /** How many past entries the client asks for. */
  readonly want: number;
  /** Fingerprints whose chains the session was sent in other rooms; added to here. */
  readonly shown?: Set<string>;
  readonly nowMs: number;
  /** The clock, for the head that is signed once the chains of the past are judged. */
  readonly now?: () => number;
}

/** What came of a statement: "dropped" is what crossed the server's final head. */
export type Accepted =
  | { readonly kind: "entry"; readonly entry: LogEntry }
  | { readonly kind: "refused"; readonly message: Message<"refused"> }
  | { readonly kind: "dropped" };

/** Who joins where. */
export interface RoomMemberOptions {
  readonly session: string;
  readonly peer: PeerIdentity;
  readonly from: number;
  /** Fingerprints whose chains this session was sent; its other rooms share the set. */
  readonly shown: Set<string>;
  /** Size of the head in `joined`. */
  readonly headSize: number;
}

/** What the server remembers of a session in a room. {@link RoomLog} alone calls its methods. */
export class RoomMember {
  readonly session: string;
  readonly peer: PeerIdentity;
  readonly from: number;
  readonly signer: Signer;
  /** Its statements are taken one after the other. */
  readonly turns = new Turns();
  readonly #shown: Set<string>;
  readonly #coverage = new Coverage(CLIENT_HEAD_MS);
  #sentTo: number;
  #sentHeadSize: number;
  #lastSeq = 0;
  #lastSize: number;
  #headSize: number;
  #limit: Limit | undefined;
  /** The highest number that was refused. */
  #refusedTo = 0;
  #isEnding = false;
  #isDone = false;

  /** @param options Who joins where. */
  constructor({ session, peer, from, shown, headSize }: RoomMemberOptions) {
    [this.session, this.peer, this.from] = [session, peer, from];
    this.signer = signerOf(peer);
    this.#shown = shown;
    [this.#sentTo, this.#lastSize, this.#headSize] = [from, from, from];
    this.#sentHeadSize = headSize;
  }

  /** Up to which entry this session was sent the room. */
  get sentTo(): number {
    return this.#sentTo;
  }

  /** Whether the server's final head was made: nothing but heads is taken or sent after it. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether both final heads are there. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** When the member's missing head is to be reported; nothing while it is not late. */
  get lateAtMs(): number | undefined {
    return this.isEnding ? undefined : this.#coverage.lateAtMs;
  }

  /** Size of the author's last statement; `from` before it. */
  get lastSize(): number {
    return this.#lastSize;
  }

  /**
   * Checks a statement's number. Until all that was refused has come again, whatever is further ahead is
   * refused too: the author sent it before he knew, and will sign it again in its turn.
   *
   * @param statement What came.
   * @param limitNow Why it is not taken now, if so; asked once its number is known to be right.
   * @returns Why it is refused; nothing if it is the next one and may be taken.
   * @throws {ChatError} REPLAY if the number is not the next one.
   */
  limitOf({ seq }: Statement, limitNow?: LimitNow): Limit | undefined {
    const next = this.#lastSeq + 1;
    const isBehindRefused = seq > next && next <= this.#refusedTo;
    if (seq !== next && !isBehindRefused) {
      throw new ChatError("REPLAY", `cannot accept statement ${seq}: expected number ${next}`);
    }
    const limit = typeof limitNow === "function" ? limitNow() : limitNow;
    if (limit !== undefined) this.#limit = limit;
    if (limit === undefined && !isBehindRefused) return undefined;
    this.#refusedTo = Math.max(this.#refusedTo, seq);
    return this.#limit;
  }

  /**
   * The author's statement was placed.
   *
   * @param statement It.
   * @param nowMs Now.
   */
  placed({ seq, size }: Statement, nowMs: number): void {
    [this.#lastSeq, this.#lastSize] = [seq, size];
    this.#coverage.cover(size, nowMs);
  }

  /**
   * Notes entries as sent, with the chains that their readers need.
   *
   * @param entries The next ones, in order.
   * @param options The server's own leaf, whose chain is known, and now.
   * @returns Messages.
   */
  send(
    entries: readonly LogEntry[],
    { server, nowMs }: { readonly server: string; readonly nowMs: number },
  ): readonly Message<"peer" | "entry">[] {
    return entries.flatMap(({ index, author, message }): readonly Message<"peer" | "entry">[] => {
      this.#sentTo = index + 1;
      this.#coverage.entry(index, nowMs);
      const { fingerprint, chain } = author;
      if (fingerprint === server || this.#shown.has(fingerprint)) return [message];
      this.#shown.add(fingerprint);
      return [{ type: "peer", chain }, message];
    });
  }

  /**
   * Whether a rolling head may be sent: not under what this session was told of already.
   *
   * @param size The head's.
   * @returns Whether it may; it counts as sent then.
   * @throws {RangeError} if it is over entries that were not sent yet.
   */
  sendHead(size: number): boolean {
    if (this.isEnding || size < this.#sentHeadSize) return false;
    if (size > this.#sentTo) throw new RangeError("cannot send head: its entries were not sent");
    this.#sentHeadSize = size;
    return true;
  }

  /** The server ends the entries of this session. */
  end(): void {
    this.#isEnding = true;
  }

  /**
   * Takes a head of the member.
   *
   * @param signed It.
   * @param room The room, its tree, and now.
   * @returns What it says.
   * @throws {ChatError} FORMAT, SIG_FAIL; REPLAY for another log, room or session; STALE; FORKED if it
   * is not over what was sent here; HANDSHAKE if it is out of turn.
   */
  takeHead(
    signed: SignedHead,
    room: Place & { readonly tree: MerkleTree; readonly nowMs: number },
  ): Head {
    const { tree, nowMs } = room;
    const head = openHead(this.signer, signed);
    requirePlace("head", head, { log: room.log, room: room.room, session: this.session });
    requireFresh("head", head.ts, { nowMs, freshMs: RELAYED_FRESH_MS });
    this.#requireTurn(head);
    if (head.from !== this.from) {
      const text = `cannot accept head: it is from entry ${head.from}, expected ${this.from}`;
      throw new ChatError("FORKED", text);
    }
    // A final head is over all that was sent, and that the two tell the same.
    const least = head.final ? this.#sentTo : this.#headSize;
    requireTree("head", head, { tree, least, greatest: this.#sentTo });
    this.#headSize = head.size;
    this.#coverage.cover(head.size, nowMs);
    this.#isDone = head.final;
    return head;
  }

  /**
   * Whether the member's head is missing for too long.
   *
   * @param nowMs Now.
   * @returns UNSIGNED, to be reported; once, until the member has signed.
   */
  reportLate(nowMs: number): ChatError | undefined {
    const isLate = !this.isEnding && this.#coverage.reportLate(nowMs);
    return isLate ? unsignedError(this.peer.name) : undefined;
  }

  #requireTurn({ final }: Head): void {
    if (!this.#isDone && (!final || this.isEnding)) return;
    const state = this.#isDone
      ? "the last head was final"
      : "it is final, expected the server's first";
    throw new ChatError("HANDSHAKE", `cannot accept head: ${state}`, {
      hint: "the other side broke the protocol: check that both run the same version",
    });
  }
}
