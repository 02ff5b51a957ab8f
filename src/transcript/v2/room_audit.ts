/**
 * Repeats every check of a receiver on the lines of a room's file, one after the other (PROTOCOL-2 §6 to
 * §8).
 *
 * Signatures are checked elsewhere, many at once: what this accepts counts only if they hold.
 *
 * @module
 */

import { AuthorSessions } from "../../protocol/v2/author_sessions.ts";
import { type Head, parseHead, type SignedHead } from "../../protocol/v2/head.ts";
import { MerkleTree } from "../../protocol/v2/merkle_tree.ts";
import type { Message } from "../../protocol/v2/messages.ts";
import {
  RELAYED_FRESH_MS,
  requirePlace,
  requireRoot,
  requireTree,
} from "../../protocol/v2/room_rules.ts";
import {
  leafHash,
  parseStatement,
  type SignedStatement,
  type Statement,
} from "../../protocol/v2/statement.ts";
import { type Finding, warningAt } from "../v1/report.ts";
import { isoTime } from "../v1/times.ts";
import type { RoomAuditParts } from "./audit_parts.ts";
import type { Person } from "./file_people.ts";
import { FileSessions } from "./file_sessions.ts";
import { refused } from "./line_error.ts";

/** A message of the file, and where it stands. */
interface Placed<T> {
  readonly line: number;
  readonly message: T;
}

/** See the module. */
export class RoomAudit {
  readonly tree: MerkleTree;
  readonly sessions = new FileSessions();
  /** What is wrong and makes no file INVALID. */
  readonly warnings: Finding[] = [];
  readonly #parts: RoomAuditParts;
  readonly #isServers: boolean;
  readonly #authors = new AuthorSessions();
  #joined: Head | undefined;
  #serverFinal: Head | undefined;
  #rollingSize = 0;
  #isFirst = true;

  /**
   * @param parts What it is made of.
   * @throws {ChatError} FORMAT if the peaks do not make the size.
   */
  constructor(parts: RoomAuditParts) {
    this.#parts = parts;
    const { size, peaks, session, log } = parts.header;
    this.#isServers = session === log;
    try {
      this.tree = new MerkleTree({ size, peaks: peaks.map((peak) => Uint8Array.fromHex(peak)) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refused("FORMAT", `${peaks.length} peaks do not make ${size} entries`);
    }
  }

  /** The head that ends the file: the session's, or the log's own; absent before it. */
  get serverFinal(): Head | undefined {
    return this.#serverFinal;
  }

  /** Whether all that the session was told to exist when it joined is here. */
  get hasHistory(): boolean {
    return this.#isServers || (this.#joined !== undefined && this.#joined.size <= this.tree.size);
  }

  /**
   * Takes a message.
   *
   * @param message It.
   * @param line Its number.
   * @returns When the next one may be taken, if that is not now: an entry is taken without a turn of the
   * event loop, since a file may have millions.
   * @throws {ChatError} The first check that fails. @throws {LineError} The same, for another line.
   */
  take(message: Message<"peer" | "entry" | "head">, line: number): Promise<void> | undefined {
    if (this.#isServers && this.#serverFinal !== undefined) {
      throw refused("HANDSHAKE", "the server's last head was final, and over all of the log");
    }
    const isJoining = !this.#isServers && this.#isFirst;
    this.#isFirst = false;
    if (isJoining && message.type !== "head") {
      throw refused("HANDSHAKE", `the first message is of type "${message.type}", expected a head`);
    }
    if (message.type === "entry") return this.#takeEntry({ message, line });
    if (message.type === "head") return this.#takeHead({ message, line });
    this.#parts.people.take(message.chain, line);
    return undefined;
  }

  #takeEntry({ message, line }: Placed<SignedStatement>): Promise<void> | undefined {
    const { people, times, header } = this.#parts;
    if (this.#serverFinal !== undefined) {
      throw refused("FORKED", "the statement stands behind the server's final head");
    }
    const statement = parseStatement(message.stmt);
    const index = this.tree.size;
    requirePlace("statement", statement, { room: header.room, log: header.log });
    this.#requireKind(statement, index);
    const author = people.find(statement.author);
    const least = this.#leastSize(statement);
    requireTree("statement", statement, { tree: this.tree, least, greatest: index });
    const { stmt: bytes, sig: signature } = message;
    const signed = { line, signer: author.peer, label: "statement", bytes, signature } as const;
    const room = this.#parts.sign(signed);
    if (this.#isServers && index === 0) this.#requireStarted(statement.ts);
    this.#append(message);
    this.#authors.placed(statement);
    author.entries++;
    author.signedOver = Math.max(author.signedOver, statement.size);
    if (author === people.server) {
      this.sessions.visit(statement);
      this.#parts.onServerRoot?.({ size: statement.size, root: statement.root, line });
    }
    const isHistory = this.#joined !== undefined && index < this.#joined.size;
    const waiting = { line, index, author, ts: statement.ts, isHistory };
    times.entry(index < this.#parts.keepsTextsTo ? { ...waiting, statement } : waiting);
    return room;
  }

  /** Entry 0, and it alone, opens the log; in the server's lines the session is the log, in no others. */
  #requireKind({ kind, author, session, log }: Statement, index: number): void {
    const { server } = this.#parts.people;
    const isOfAuthor = (author === server.peer.fingerprint) === (session === log);
    if (isOfAuthor && (kind === "open") === (index === 0)) return;
    throw refused("REPLAY", `statement of kind "${kind}": not one of its author at entry ${index}`);
  }

  /** Checks number and session; gives the least size that the author's tree may have had. */
  #leastSize(statement: Statement): number {
    const { header: { log, session: own }, people } = this.#parts;
    const { session, seq, author } = statement;
    const isOwn = session === own;
    const isOfClient = session !== log;
    if (isOwn && author !== people.owner.peer.fingerprint) {
      throw refused("REPLAY", "the statement is of this file's session, and not its owner's");
    }
    const joinedFrom = this.#isServers && isOfClient ? this.sessions.statement(statement) : 0;
    if (this.#authors.has(statement)) return this.#authors.lastSize(statement);
    // A session's first words lie before a newcomer's first entry, or they are here and have number 1.
    const isWhole = this.tree.from === 0 || isOwn;
    if (isWhole && seq !== 1) {
      throw refused("REPLAY", `statement ${seq}: expected number 1, the first of its session`);
    }
    return isOwn && isOfClient ? this.tree.from : joinedFrom;
  }

  #append(signed: SignedStatement): void {
    this.tree.append(leafHash(signed));
    if (this.tree.size === this.#joined?.size) requireRoot("head", this.#joined, this.tree);
  }

  async #takeHead({ message, line }: Placed<SignedHead>): Promise<void> {
    const { people, header: { room, log } } = this.#parts;
    const head = parseHead(message.head);
    requirePlace("head", head, { room, log });
    const signer = this.#signerOf(head);
    await this.#parts.sign({
      ...{ line, signer: signer.peer, label: "head", bytes: message.head },
      signature: message.sig,
    });
    if (signer === people.server) await this.#takeServerHead(head, line);
    else await this.#takeClientHead(head, signer, line);
  }

  #signerOf({ by }: Head): Person {
    const { people } = this.#parts;
    const signer = people.find(by);
    if (this.#isServers || signer === people.server || signer === people.owner) return signer;
    throw refused("SIG_FAIL", "the head names a signer who is neither side of this session");
  }

  async #takeServerHead(head: Head, line: number): Promise<void> {
    const { times, people, header: { session: own, log, size: from } } = this.#parts;
    const { size, final, session } = head;
    const isJoining = !this.#isServers && this.#joined === undefined;
    if (!this.#isServers) {
      requirePlace("head", head, { room: head.room, log, session: final || isJoining ? own : log });
    }
    if (!this.#isServers && this.#serverFinal !== undefined) {
      throw refused("HANDSHAKE", "the server's last head was final");
    }
    if (isJoining) this.#join(head, from);
    else this.#requireOver(head);
    if (session === log && !final) this.#rollingSize = size;
    if (session !== log) this.sessions.serverHead(head);
    if (final && session === own) this.#serverFinal = head;
    await times.serverHead(size, head.ts, line);
    people.server.signedOver = Math.max(people.server.signedOver, size);
    this.#parts.onServerRoot?.({ size, root: head.root, line });
  }

  /** The answer to a join: its root is compared once the entries up to it are here. */
  #join(head: Head, from: number): void {
    if (head.final || head.from !== from) {
      const text = `the first head is from entry ${head.from}, expected joined's, from ${from}`;
      throw refused("FORMAT", text);
    }
    this.#joined = head;
    this.#rollingSize = head.size;
    this.#requireStarted(head.ts);
    if (this.tree.size === head.size) requireRoot("head", head, this.tree);
  }

  #requireOver(head: Head): void {
    const { header: { log } } = this.#parts;
    const { tree } = this;
    const isEnd = head.final && (head.session === log || !this.#isServers);
    const isRolling = head.session === log;
    const least = isEnd ? tree.size : isRolling ? this.#rollingSize : head.from;
    requireTree("head", head, { tree, least, greatest: tree.size });
  }

  async #takeClientHead(head: Head, signer: Person, line: number): Promise<void> {
    const { times, people, header: { session, log } } = this.#parts;
    const { tree } = this;
    if (!this.#isServers) requirePlace("head", head, { room: head.room, log, session });
    if (head.session === log) throw refused("REPLAY", "the head of a client names no session");
    this.sessions.clientHead(head);
    requireTree("head", head, { tree, least: head.from, greatest: tree.size });
    const atMs = times.clientHead(head.ts, line);
    const fault = await people.faultOf(signer, atMs);
    if (fault !== undefined) {
      this.warnings.push(warningAt(line, `this head does not count: ${fault}`));
      return;
    }
    signer.isJudged = true;
    signer.signedOver = Math.max(signer.signedOver, head.size);
    if (head.final) this.sessions.close(head);
  }

  /** Nobody signs when a file was begun, but it was when its first head or entry was made. */
  #requireStarted(ts: number): void {
    const { started } = this.#parts.header;
    if (Math.abs(started - ts) <= RELAYED_FRESH_MS) return;
    const text = `the file says that it was begun ${isoTime(started)}, this is of ${isoTime(ts)}`;
    throw refused("STALE", text);
  }
}
