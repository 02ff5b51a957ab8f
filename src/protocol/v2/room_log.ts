/**
 * A room at the server: the one log that orders what is said in it (PROTOCOL-2 §6, §7).
 *
 * Sans-I/O. Nothing is sent or written here. The caller flushes an entry to its transcript, then
 * delivers it; what one call returns goes into the session's queue before the next call is made.
 *
 * @module
 */

import { ChatError } from "../../errors.ts";
import { refusedAuthors } from "./chain_judge.ts";
import { EntryWindow, type LogEntry } from "./entry_window.ts";
import type { Head, SignedHead } from "./head.ts";
import { MerkleTree } from "./merkle_tree.ts";
import type { Message } from "./messages.ts";
import type { PeerIdentity } from "./peer_identity.ts";
import type { RoomLogOptions } from "./room_log_options.ts";
import {
  type Accepted,
  type JoinOptions,
  type Limit,
  type LimitNow,
  RoomMember,
} from "./room_member.ts";
import { FRESH_MS, requireFresh, requirePlace, requireTree } from "./room_rules.ts";
import { type RoomHead, type ServerLine, ServerVoice } from "./server_voice.ts";
import {
  leafHash,
  parseStatement,
  requireAuthor,
  type SignedStatement,
  type Statement,
} from "./statement.ts";

const LOG_ID_BYTES = 16;

/** What a newcomer is sent at once: half of what cuts a slow reader (PROTOCOL-2 §6). */
const HISTORY_MAX_BYTES = 2_097_152;

/** A log. {@link RoomLog.open} makes one. */
export class RoomLog {
  readonly room: string;
  /** 32 hex digits, new for each log. */
  readonly log: string;
  readonly #options: RoomLogOptions;
  readonly #tree = new MerkleTree();
  readonly #window: EntryWindow;
  readonly #members = new Set<RoomMember>();
  readonly #voice: ServerVoice;

  /** @param options What it is made of. */
  constructor(options: RoomLogOptions) {
    this.#options = options;
    this.room = options.room;
    this.log = options.random(LOG_ID_BYTES).toHex();
    this.#window = new EntryWindow(options.newcomersSee);
    const { room, log } = this;
    this.#voice = new ServerVoice({ ...options, room, log, tree: this.#tree });
  }

  /**
   * Opens a log: entry 0 says so.
   *
   * @param options What it is made of.
   * @returns The log with its first entry, to be flushed.
   */
  static async open(
    options: RoomLogOptions,
  ): Promise<{ readonly log: RoomLog; readonly entry: LogEntry }> {
    const log = new RoomLog(options);
    const { own, nowMs } = options;
    const append = (signed: SignedStatement) => log.#append(own, signed, nowMs);
    return { log, entry: await log.#voice.say({ kind: "open", text: "" }, nowMs, append) };
  }

  /** How many entries there are. */
  get size(): number {
    return this.#tree.size;
  }

  /** When the room's head is due; nothing while it is over all entries. */
  get headDueAtMs(): number | undefined {
    return this.#voice.headDueAtMs;
  }

  /**
   * Lets a session in, from where it may see the room. Whether it may join is asked before this.
   *
   * @param options Who.
   * @returns The member, and what it is told: to be queued in this turn of the event loop, and then
   * what {@link deliver} gives.
   */
  async join(
    options: JoinOptions,
  ): Promise<{ readonly member: RoomMember; readonly message: Message<"joined"> }> {
    const { session, peer, want, shown = new Set(), nowMs } = options;
    const { own, judge } = this.#options;
    const others = this.#window.authors().filter((one) => one.fingerprint !== own.fingerprint);
    const refused = await refusedAuthors(judge, others, nowMs);
    const { size } = this;
    const fits = this.#window.firstWithin(HISTORY_MAX_BYTES);
    const from = Math.max(size - want, this.#window.firstFor(refused), fits, 0);
    const peaks = this.#tree.peaksAt(from).map((peak) => peak.toHex());
    const member = new RoomMember({ session, peer, from, shown, headSize: size });
    this.#members.add(member); // before anything can go out of the window
    // The time at which the size was taken, not the one at which the chains began to be judged.
    const ts = Math.max(nowMs, options.now?.() ?? nowMs);
    const head = await this.#voice.head({ session, from, size, ts, final: false });
    return { member, message: { ...head, type: "joined", peaks } };
  }

  /**
   * Takes a statement of a member, in the order in which they came.
   *
   * @param member Whose session.
   * @param signed The bytes as they came.
   * @param now Now; why nothing is taken from this member now, if so; and what {@link parseStatement} read
   * from the statement's bytes, if that was done.
   * @returns The entry, already in the tree, to be flushed and delivered; or what the author is told.
   * @throws {ChatError} FORMAT; REPLAY for another log, room, session, kind or number; BAD_CERT; SIG_FAIL;
   * STALE; FORKED. Each ends the connection.
   */
  accept(
    member: RoomMember,
    signed: SignedStatement,
    now: { readonly nowMs: number; readonly limit?: LimitNow; readonly statement?: Statement },
  ): Promise<Accepted> {
    return member.turns.take(async () => {
      if (member.isEnding) return { kind: "dropped" };
      const { statement = parseStatement(signed.stmt) } = now;
      const limit = this.#requireNext(member, statement, now.limit);
      if (limit !== undefined) {
        return { kind: "refused", message: this.#refused(statement, limit) };
      }
      await this.#options.judge(member.peer.chain, { role: "client", nowMs: now.nowMs });
      if (member.isEnding) return { kind: "dropped" }; // removed while its chain was judged
      requireAuthor(member.signer, signed, statement);
      requireFresh("statement", statement.ts, { nowMs: now.nowMs, freshMs: FRESH_MS });
      const sizes = { least: member.lastSize, greatest: this.size };
      requireTree("statement", statement, { tree: this.#tree, ...sizes });
      member.placed(statement, now.nowMs);
      return { kind: "entry", entry: this.#append(member.peer, signed, now.nowMs) };
    });
  }

  /**
   * Says something in the room as the server. Lines come in the order of the calls.
   *
   * @param line What.
   * @param nowMs Now.
   * @returns The entry, already in the tree, to be flushed and delivered.
   * @throws {ChatError} FRAME_TOO_LARGE if the text is too long, FORMAT if it does not fit the kind.
   */
  state(line: ServerLine, nowMs: number): Promise<LogEntry> {
    const { own } = this.#options;
    return this.#voice.say(line, nowMs, (signed) => this.#append(own, signed, nowMs));
  }

  /**
   * What a member is to be sent now: entries up to a size, and before an author's first his chain.
   *
   * @param member Whom; after its `joined` is queued.
   * @param now Now; and how many entries are flushed: all without it.
   * @returns Messages, to be queued in this turn of the event loop.
   */
  deliver(
    member: RoomMember,
    { nowMs, flushed = this.size }: { readonly nowMs: number; readonly flushed?: number },
  ): readonly Message<"peer" | "entry">[] {
    if (member.isEnding) return [];
    const entries = this.#window.slice(member.sentTo, flushed);
    return member.send(entries, { server: this.#options.own.fingerprint, nowMs });
  }

  /**
   * Makes the room's head when it is due.
   *
   * @param nowMs Now.
   * @returns The head for the transcript and, by {@link deliverHead}, for members; nothing if not due.
   */
  rollingHead(nowMs: number): Promise<RoomHead | undefined> {
    return this.#voice.rollingHead(nowMs);
  }

  /**
   * Whether a member is sent a rolling head; asked once its entries are delivered.
   *
   * @param member Whom.
   * @param head The head.
   * @returns The message, or nothing if this member knows more already.
   */
  deliverHead(member: RoomMember, { size, message }: RoomHead): readonly Message<"head">[] {
    return member.sendHead(size) ? [message] : [];
  }

  /**
   * Ends a session's entries: it left, was removed, or the server stops. What was appended is flushed
   * and delivered before this, or the member will never know of it.
   *
   * @param member Whom.
   * @param nowMs Now.
   * @returns The final head; nothing if that was made before.
   */
  async finalHead(member: RoomMember, nowMs: number): Promise<Message<"head"> | undefined> {
    if (member.isEnding) return undefined;
    member.end();
    this.#members.delete(member);
    const { session, from, sentTo: size } = member;
    return await this.#voice.head({ session, from, size, ts: nowMs, final: true });
  }

  /**
   * Signs the end of the log, when no more will come: for the transcript alone.
   *
   * @param nowMs Now.
   * @returns The head over all entries.
   */
  closingHead(nowMs: number): Promise<Message<"head">> {
    const { log: session, size } = this;
    return this.#voice.head({ session, from: 0, size, ts: nowMs, final: true });
  }

  /**
   * Takes a head of a member; its final one must tell what ours told.
   *
   * @param member Whose session.
   * @param signed The head.
   * @param nowMs Now.
   * @returns What it says.
   * @throws {ChatError} FORMAT; SIG_FAIL; REPLAY; STALE; FORKED; HANDSHAKE if it is out of turn.
   */
  takeHead(member: RoomMember, signed: SignedHead, nowMs: number): Head {
    const { room, log } = this;
    return member.takeHead(signed, { room, log, tree: this.#tree, nowMs });
  }

  /**
   * Forgets a member whose connection is gone.
   *
   * @param member Whom.
   */
  drop(member: RoomMember): void {
    this.#members.delete(member);
  }

  /** The first checks of a statement: that it is of this place, and the member's next. */
  #requireNext(member: RoomMember, statement: Statement, limit?: LimitNow): Limit | undefined {
    const { log, room } = this;
    requirePlace("statement", statement, { log, room, session: member.session });
    if (statement.kind === "say") return member.limitOf(statement, limit);
    throw new ChatError(
      "REPLAY",
      `cannot accept statement of kind "${statement.kind}": expected "say" from a member`,
    );
  }

  #refused({ seq }: Statement, { message, retryMs: retry }: Limit): Message<"refused"> {
    return { type: "refused", code: "LIMIT", log: this.log, message, retry, seq };
  }

  #append(author: PeerIdentity, signed: SignedStatement, nowMs: number): LogEntry {
    const index = this.#tree.size;
    this.#tree.append(leafHash(signed));
    const message = { type: "entry", stmt: signed.stmt, sig: signed.sig } as const;
    const entry: LogEntry = { index, author, message };
    this.#window.push(entry, () => Math.min(...[...this.#members].map(({ sentTo }) => sentTo)));
    this.#voice.entry(index, nowMs);
    if (index > 0) this.#options.onEntry?.(entry);
    return entry;
  }
}
