/**
 * A room of the server while it runs: one log, one file, and everybody who is in it.
 *
 * What is accepted is written to the file first; what waits together shares one flush. Only then does
 * it go to the members, to all in one order, each from where he stands.
 *
 * @module
 */

import { asChatError, ChatError } from "../errors.ts";
import type { SignedHead } from "../protocol/v2/head.ts";
import { encodeMessage, type Message } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";
import type { LogEntry } from "../protocol/v2/entry_window.ts";
import type { Limit } from "../protocol/v2/room_member.ts";
import { RoomLog } from "../protocol/v2/room_log.ts";
import type { ServerLine } from "../protocol/v2/server_voice.ts";
import type { SignedStatement, Statement } from "../protocol/v2/statement.ts";
import { RoomFile } from "../transcript/v2/room_file.ts";
import { Alarm } from "./alarm.ts";
import { DISK_FULL_TEXT, DISK_ROOM_TEXT, diskFull } from "./disk_watch.ts";
import { bytesOf } from "./message_bytes.ts";
import { Greeting } from "./operator/greeting.ts";
import type { Joining, Present, RoomHostOptions } from "./room_parts.ts";

/** How often late heads are looked for, ms. */
const LATE_LOOK_MS = 10_000;

/** When a word that was not taken may be said again, ms. */
const RETRY_MS = 5_000;

/**
 * Nobody can be shown an entry that has waited longer for the disk, ms: members take none that is 10
 * minutes old (PROTOCOL-2 §6). They are sent away, and read it when they come again.
 */
const STALL_MAX_MS = 300_000;

/** See the module. */
export class RoomHost {
  readonly #options: RoomHostOptions;
  readonly #log: RoomLog;
  readonly #file: RoomFile;
  readonly #present = new Set<Present>();
  readonly #releases = new WeakMap<Present, Promise<void>>();
  readonly #lateTimer: ReturnType<typeof setInterval>;
  /** Entries that are on their way to the disk. */
  readonly #flushes = new Map<number, Promise<void>>();
  #flushed = 0;
  #deliveries = 0;
  /** The last entry on its way to the disk and the members; never rejects. */
  #placing: Promise<unknown> = Promise.resolve();
  #lastMs = 0;
  #delivering: Promise<void> | undefined;
  readonly #headAlarm: Alarm;
  readonly #greeting: Greeting | undefined;
  #failure: ChatError | undefined;
  /** Set while the file waits for room. */
  #stallTimer: ReturnType<typeof setTimeout> | undefined;

  /** Use {@link RoomHost.open}. */
  constructor(options: RoomHostOptions, parts: { readonly log: RoomLog; readonly file: RoomFile }) {
    this.#options = options;
    this.#log = parts.log;
    this.#file = parts.file;
    this.#greeting = options.book && new Greeting({
      ...{ room: options.room, book: options.book },
      say: (text) => this.#notice(text),
    });
    this.#headAlarm = new Alarm({
      ...{ now: options.now, dueAtMs: () => this.#log.headDueAtMs },
      ring: () => void this.#head().catch((thrown) => this.#fail(thrown)),
    });
    this.#lateTimer = setInterval(() => this.#reportLate(), LATE_LOOK_MS);
  }

  /**
   * Opens a room: a new log, its file, and its first entry.
   *
   * @param options Name, server, folder.
   * @returns The room, once its first entry is on the disk.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async open(options: RoomHostOptions): Promise<RoomHost> {
    const { room, own, now, transcriptDir } = options;
    const startedMs = now();
    const placed: { host?: RoomHost } = {};
    const onEntry = (entry: LogEntry) => {
      if (placed.host !== undefined) placed.host.#write(entry);
    };
    const { log, entry } = await RoomLog.open({ ...options, nowMs: startedMs, onEntry });
    const file = await RoomFile.create(transcriptDir, "server", {
      ...{ chain: own.chain, server: own.chain, room, log: log.log, session: log.log },
      ...{ size: 0, peaks: [], startedMs },
    });
    const host = new RoomHost(options, { log, file });
    placed.host = host;
    host.#write(entry);
    try {
      await host.#place(entry);
    } catch (thrown) {
      await host.close().catch(() => undefined); // what was thrown first says why
      throw thrown;
    }
    file.waitForRoom({
      onStall: (error) => host.#stalled(error),
      onResume: () => clearTimeout(host.#stallTimer),
    });
    return host;
  }

  /** Its name. */
  get room(): string {
    return this.#options.room;
  }

  /** Where its transcript is. */
  get path(): string {
    return this.#file.path;
  }

  /** The log's id, hex; how many entries it has, and how many went to members. */
  get figures(): { readonly log: string; readonly entries: number; readonly deliveries: number } {
    return { log: this.#log.log, entries: this.#log.size, deliveries: this.#deliveries };
  }

  /** Who is in it, in order of joining. */
  get present(): readonly Present[] {
    return [...this.#present];
  }

  /** Who they are, each once: one person may be in it with several sessions. */
  people(): readonly PeerIdentity[] {
    const peers = new Map<string, PeerIdentity>();
    for (const { member: { peer } } of this.#present) peers.set(peer.fingerprint, peer);
    return [...peers.values()];
  }

  /**
   * Lets somebody in: a line of the server says so; he is told where the log stands, and what he may see.
   *
   * @param joining Who.
   * @returns The member.
   * @throws {ChatError} BUSY while the disk is full; FILE if the room cannot write any more.
   */
  async join({ link, peer, abort, ...who }: Joining): Promise<Present> {
    if (this.#isFull) throw diskFull("join");
    await this.state({ kind: "join", text: peer.fingerprint });
    const now = () => this.#now();
    const { member, message } = await this.#log.join({ ...who, peer, nowMs: now(), now });
    // In one turn of the event loop: nothing is placed between his head and his first entry.
    this.#keep(this.#linesOf(peer.chain, { type: "head", head: message.head, sig: message.sig }));
    link.send(encodeMessage(message));
    const present = { link, member, abort };
    this.#present.add(present);
    this.#deliver(present);
    void this.#greeting?.shownFrom(member.from).catch((thrown) => this.#fail(thrown));
    return present;
  }

  /**
   * Takes a statement.
   *
   * @param present Whose.
   * @param signed The statement.
   * @param statement What `parseStatement` read from its bytes.
   * @param pace Why this session is too fast, if it is; asked where nothing else speaks against it.
   * @returns Once it has its place; `flushed`: when it is on the disk and queued to all, or FILE if it
   * cannot be written; nothing if it has no place.
   * @throws {ChatError} The first check that fails.
   */
  async take(
    { member, link }: Present,
    signed: SignedStatement,
    statement: Statement,
    pace: () => Limit | undefined,
  ): Promise<{ readonly flushed?: Promise<void> }> {
    if (this.#failure !== undefined) throw this.#failure;
    const nowMs = this.#now();
    const limit = () =>
      this.#isFull
        ? { message: DISK_FULL_TEXT, retryMs: RETRY_MS }
        : this.#options.book?.limitOf(member.peer.leaf, this.room) ?? pace();
    const accepted = await this.#log.accept(member, signed, { nowMs, statement, limit });
    if (accepted.kind === "refused") link.send(encodeMessage(accepted.message));
    return accepted.kind === "entry" ? { flushed: this.#place(accepted.entry) } : {};
  }

  /**
   * Says something as the server.
   *
   * @param line What.
   * @returns When it is on the disk and queued to all.
   * @throws {ChatError} FRAME_TOO_LARGE for a text that is too long; FILE if it cannot be written.
   */
  async state(line: ServerLine): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#place(await this.#log.state(line, this.#now()));
  }

  /** Tells those who are in it of a new message of the day; who joins later is told by {@link join}. */
  async greet(): Promise<void> {
    await this.#greeting?.shownFrom(this.#log.size);
  }

  /** Says something as the server; gives its place, before it is on the disk. */
  async #notice(text: string): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const entry = await this.#log.state({ kind: "notice", text }, this.#now());
    this.#place(entry).catch(() => undefined); // the room's failure is told to all
    return entry.index;
  }

  /**
   * Tells everybody that the disk is full, or that it is no longer: from the reserve, or when there is
   * room.
   *
   * @param isFull Which of the two.
   */
  tellDisk(isFull: boolean): void {
    const text = isFull ? DISK_FULL_TEXT : DISK_ROOM_TEXT;
    this.state({ kind: "notice", text }).catch((thrown) => this.#fail(thrown));
  }

  /** From now on the room waits no longer for a full disk: the server stops. */
  hurry(): void {
    this.#file.hurry();
  }

  /**
   * Keeps a member's head.
   *
   * @param present Whose.
   * @param signed The head.
   * @returns `isFinal`: whether it is his last one, equal to ours; `flushed`: when it is on the disk.
   * @throws {ChatError} The first check that fails.
   */
  takeHead(
    { member }: Present,
    signed: SignedHead,
  ): { readonly isFinal: boolean; readonly flushed: Promise<void> } {
    const head = this.#log.takeHead(member, signed, this.#now());
    const lines = this.#linesOf(member.peer.chain, { type: "head", ...signed });
    return { isFinal: head.final, flushed: this.#file.append(lines) };
  }

  /**
   * Ends somebody's entries with our final head; a line of the server says that he went. What he said
   * before comes back to him first.
   *
   * @param present Who.
   * @param kind What the line says; the first call's counts.
   * @returns When that is done, for whoever asks.
   */
  release(present: Present, kind: "leave" | "remove"): Promise<void> {
    const known = this.#releases.get(present);
    if (known !== undefined) return known;
    const release = this.#release(present, kind);
    this.#releases.set(present, release);
    return release;
  }

  async #release(present: Present, kind: "leave" | "remove"): Promise<void> {
    await this.#placing;
    this.#present.delete(present);
    const { link, member } = present;
    const final = await this.#log.finalHead(member, this.#now());
    if (final !== undefined) {
      const line = encodeMessage(final);
      await this.#file.append([line]);
      link.send(line);
    }
    await this.state({ kind, text: member.peer.fingerprint });
  }

  /** Closes the log: the server's last head is over all of it, so that its end cannot be cut off. */
  async close(): Promise<void> {
    this.#headAlarm.off();
    clearInterval(this.#lateTimer);
    clearTimeout(this.#stallTimer);
    if (this.#failure === undefined) {
      this.#keep([encodeMessage(await this.#log.closingHead(this.#now()))]);
    }
    await this.#file.end({ code: this.#failure?.code ?? "OK" });
  }

  /** Called in the turn in which the entry came into the tree: so the file has the log's order. */
  #write({ author, message, index }: LogEntry): void {
    const flush = this.#file.append(this.#linesOf(author.chain, message));
    flush.catch(() => undefined); // whoever waits for the entry is told
    this.#flushes.set(index, flush);
    this.#headAlarm.set(); // signed in time, however long the disk takes: it stands behind its entries
  }

  /** A message, after the chain of whoever it is the first of. The first line has the server's. */
  #linesOf(chain: PeerIdentity["chain"], message: Message): readonly Uint8Array[] {
    const isServer = chain === this.#options.own.chain;
    const peer = isServer ? undefined : this.#file.peerLine(chain);
    return peer === undefined ? [bytesOf(message)] : [peer, bytesOf(message)];
  }

  /** Lines that nobody waits for. */
  #keep(lines: readonly Uint8Array[]): void {
    this.#file.append(lines).catch((thrown) => this.#fail(thrown));
  }

  /** Whether nothing is taken: what has a place waits here, or the disk has no more than its reserve. */
  get #isFull(): boolean {
    return this.#options.disk.isFull || this.#file.isStalled;
  }

  /** The time, never falling: the clock of a machine may be set back, the times of a log may not. */
  #now(): number {
    this.#lastMs = Math.max(this.#lastMs, this.#options.now());
    return this.#lastMs;
  }

  #place(entry: LogEntry): Promise<void> {
    const placing = this.#flush(entry);
    this.#placing = placing.catch(() => undefined);
    return placing;
  }

  async #flush({ index }: LogEntry): Promise<void> {
    const startMs = performance.now();
    try {
      await this.#flushes.get(index);
      this.#options.times?.flush.add((performance.now() - startMs) / 1_000);
      this.#flushes.delete(index);
    } catch (thrown) {
      this.#fail(thrown);
      throw this.#failure;
    }
    this.#flushed = Math.max(this.#flushed, index + 1);
    this.#delivering ??= this.#deliverAll();
    await this.#delivering;
    this.#options.times?.delivery.add((performance.now() - startMs) / 1_000);
  }

  /** Once for all entries that one flush was for: their calls go on in this turn, before this does. */
  async #deliverAll(): Promise<void> {
    await Promise.resolve();
    this.#delivering = undefined;
    for (const present of this.#present) this.#deliver(present);
    this.#headAlarm.set();
  }

  #deliver({ link, member }: Present): void {
    const flushed = { nowMs: this.#now(), flushed: this.#flushed };
    for (const message of this.#log.deliver(member, flushed)) {
      if (message.type === "entry") this.#deliveries++;
      link.send(bytesOf(message));
    }
  }

  async #head(): Promise<void> {
    const head = await this.#log.rollingHead(this.#now());
    if (head !== undefined) {
      const line = encodeMessage(head.message);
      await this.#file.append([line]); // behind its entries, which are flushed with it or before
      this.#flushed = Math.max(this.#flushed, head.size);
      for (const present of this.#present) {
        this.#deliver(present); // its entries first
        if (this.#log.deliverHead(present.member, head).length > 0) present.link.send(line);
      }
    }
    this.#headAlarm.set();
  }

  #reportLate(): void {
    if (this.#file.isStalled) return; // heads that came may wait behind it
    const nowMs = this.#now();
    for (const { member } of this.#present) {
      const error = member.reportLate(nowMs);
      if (error !== undefined) this.#options.onWarning(error);
    }
  }

  /** In the turn of the failure: the file finds the reserve when it tries again. */
  #stalled(error: ChatError): void {
    this.#options.disk.filled(error);
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => this.#abortAll(error), STALL_MAX_MS);
  }

  /** A room that cannot write takes nothing more, and tells everybody so. */
  #fail(thrown: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = asChatError(thrown);
    this.#options.onWarning(this.#failure);
    this.#abortAll(this.#failure);
  }

  #abortAll(error: ChatError): void {
    for (const { abort } of this.#present) abort(error);
  }
}
