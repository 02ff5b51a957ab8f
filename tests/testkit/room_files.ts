/**
 * Files of a room by hand: whoever holds the keys signs whatever a test wants, at the times that it wants,
 * and the lines of the server's file and of every member's are what they would have written.
 *
 * @module
 */

import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { encodeCanonicalJson } from "../../src/protocol/v2/canonical_json.ts";
import { type Head, signHead } from "../../src/protocol/v2/head.ts";
import { MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import { encodeMessage, type Message } from "../../src/protocol/v2/messages.ts";
import {
  encodeStatement,
  leafHash,
  signStatement,
  type Statement,
} from "../../src/protocol/v2/statement.ts";
import { NOW_MS } from "./identities2.ts";

const decoder = new TextDecoder();

/** What may be changed of everything before it is signed. */
export interface Edits {
  /** A statement, by its index. */
  statement?(statement: Statement, index: number): Statement;
  /** A head, by the number of heads before it. */
  head?(head: Head, index: number): Head;
  /** Who signs a statement, if not its author. */
  signer?(index: number): OwnIdentity | undefined;
}

/** A log. */
export interface RoomFilesOptions {
  readonly server: OwnIdentity;
  readonly room?: string;
  readonly log?: string;
  readonly startMs?: number;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
  readonly edits?: Edits;
}

/** Somebody's session. */
export interface Visitor {
  readonly own: OwnIdentity;
  readonly session: string;
  readonly from: number;
  readonly lines: string[];
  readonly shown: Set<string>;
  seq: number;
  isPresent: boolean;
}

/** See the module. */
export class RoomFiles {
  readonly log: string;
  readonly room: string;
  readonly tree = new MerkleTree();
  readonly lines: string[] = [];
  readonly visitors: Visitor[] = [];
  /** Now; moved by a second for each thing that happens. */
  nowMs: number;
  readonly #options: RoomFilesOptions;
  readonly #entries: { readonly author: OwnIdentity; readonly line: string }[] = [];
  readonly #shown = new Set<string>();
  #seq = 0;
  #heads = 0;

  constructor(options: RoomFilesOptions) {
    this.#options = options;
    this.log = options.log ?? "10".repeat(16);
    this.room = options.room ?? "pump room";
    this.nowMs = options.startMs ?? NOW_MS;
  }

  /** A log with its first entry. */
  static async open(options: RoomFilesOptions): Promise<RoomFiles> {
    const files = new RoomFiles(options);
    const { server } = options;
    files.lines.push(files.#header(server, { session: files.log, from: 0 }));
    await files.state("open", "");
    return files;
  }

  /** The server's file. */
  get server(): readonly string[] {
    return this.lines;
  }

  /** A line of the server. */
  state(kind: Statement["kind"], text: string): Promise<void> {
    const { server } = this.#options;
    return this.#place(server, { kind, text, session: this.log, seq: ++this.#seq });
  }

  /** Somebody comes in, and sees so many of the last entries. */
  async join(own: OwnIdentity, session: string, want = 1000): Promise<Visitor> {
    await this.state("join", own.fingerprint);
    const { size } = this.tree;
    const from = Math.max(0, size - want);
    const visitor: Visitor = {
      ...{ own, session, from, shown: new Set<string>(), seq: 0, isPresent: true },
      lines: [this.#header(own, { session, from })],
    };
    const joined = await this.#sign(this.#options.server, { session, from, size, final: false });
    visitor.lines.push(joined);
    this.#show(this.lines, this.#shown, own);
    this.lines.push(joined);
    for (const { author, line } of this.#entries.slice(from)) {
      this.#show(visitor.lines, visitor.shown, author);
      visitor.lines.push(line);
    }
    this.visitors.push(visitor);
    return visitor;
  }

  /** Somebody says something, over the tree as it is or as he saw it. */
  say(visitor: Visitor, text: string, size?: number): Promise<void> {
    const { own, session } = visitor;
    return this.#place(own, { kind: "say", text, session, seq: ++visitor.seq }, size);
  }

  /** The server's head for all. */
  async head(): Promise<void> {
    const { size } = this.tree;
    const whole = { session: this.log, from: 0, size, final: false };
    const line = await this.#sign(this.#options.server, whole);
    this.lines.push(line);
    for (const { lines, isPresent } of this.visitors) if (isPresent) lines.push(line);
  }

  /** A head of somebody who is there. */
  async headOf(visitor: Visitor, final = false): Promise<void> {
    const { own, session, from } = visitor;
    const line = await this.#sign(own, { session, from, size: this.tree.size, final });
    this.#show(visitor.lines, visitor.shown, own);
    visitor.lines.push(line);
    this.#show(this.lines, this.#shown, own);
    this.lines.push(line);
  }

  /** Somebody goes, and both say the last word. */
  async leave(visitor: Visitor): Promise<void> {
    const { own, session, from, lines } = visitor;
    const { size } = this.tree;
    const line = await this.#sign(this.#options.server, { session, from, size, final: true });
    lines.push(line);
    this.lines.push(line);
    await this.headOf(visitor, true);
    lines.push(endLine("OK"));
    visitor.isPresent = false;
    await this.state("leave", own.fingerprint);
  }

  /** The log ends. */
  async close(): Promise<void> {
    const { size } = this.tree;
    const whole = { session: this.log, from: 0, size, final: true };
    this.lines.push(await this.#sign(this.#options.server, whole), endLine("OK"));
  }

  #header(
    own: OwnIdentity,
    { session, from }: { readonly session: string; readonly from: number },
  ): string {
    const b64 = (chain: OwnIdentity["chain"]) => chain.map((der) => der.toBase64());
    return decoder.decode(encodeCanonicalJson({
      ...{ chain: b64(own.chain), log: this.log, room: this.room, session, size: from },
      peaks: this.tree.peaksAt(from).map((peak) => peak.toHex()),
      ...{ server: b64(this.#options.server.chain), started: this.nowMs },
      ...{ type: "transcript", version: 2 },
    }));
  }

  async #place(
    author: OwnIdentity,
    said: Pick<Statement, "kind" | "text" | "session" | "seq">,
    size = this.tree.size,
  ): Promise<void> {
    const index = this.tree.size;
    const { random, edits, server } = this.#options;
    this.nowMs += 1000;
    const honest: Statement = {
      ...{ author: author.fingerprint, log: this.log, room: this.room, ...said, size },
      ...{ root: this.tree.rootAt(size).toHex(), salt: random(16), ts: this.nowMs },
    };
    const stmt = encodeStatement(edits?.statement?.(honest, index) ?? honest);
    const { signingKey } = edits?.signer?.(index) ?? author;
    const sig = await signStatement(signingKey, stmt);
    this.tree.append(leafHash({ stmt, sig }));
    const line = textOf({ type: "entry", stmt, sig });
    this.#entries.push({ author, line });
    if (author !== server) this.#show(this.lines, this.#shown, author);
    this.lines.push(line);
    for (const visitor of this.visitors) {
      if (!visitor.isPresent) continue;
      this.#show(visitor.lines, visitor.shown, author);
      visitor.lines.push(line);
    }
  }

  async #sign(
    by: OwnIdentity,
    head: Pick<Head, "session" | "from" | "size" | "final">,
  ): Promise<string> {
    this.nowMs += 1000;
    const { log, room, tree } = this;
    const whole = { by: by.fingerprint, log, room, ts: this.nowMs, ...head };
    const honest = { ...whole, root: tree.rootAt(head.size).toHex() };
    const edited = this.#options.edits?.head?.(honest, this.#heads++) ?? honest;
    return textOf({ type: "head", ...await signHead(by.signingKey, edited) });
  }

  #show(lines: string[], shown: Set<string>, { fingerprint, chain }: OwnIdentity): void {
    if (fingerprint === this.#options.server.fingerprint || shown.has(fingerprint)) return;
    shown.add(fingerprint);
    lines.push(textOf({ type: "peer", chain }));
  }
}

/** The last line. */
export function endLine(code: string): string {
  return decoder.decode(encodeCanonicalJson({ code, record: "", type: "end" }));
}

function textOf(message: Message): string {
  return decoder.decode(encodeMessage(message));
}

/** A file of lines. */
export function fileOf(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}

/** Whoever is in the room of {@link smallTalk}. */
export interface SmallTalkCast {
  readonly server: OwnIdentity;
  readonly alice: OwnIdentity;
  readonly bob: OwnIdentity;
}

/** Files of one talk. */
export interface SmallTalk {
  readonly server: readonly string[];
  /** From entry 0 on. */
  readonly alice: readonly string[];
  /** From a later one on. */
  readonly bob: readonly string[];
}

/** A talk of two, with every kind of line. */
export async function smallTalk(
  { server, alice, bob }: SmallTalkCast,
  options: Omit<RoomFilesOptions, "server"> & { readonly sessions?: readonly [string, string] },
): Promise<SmallTalk> {
  const [first, second] = options.sessions ?? ["a1".repeat(16), "b0".repeat(16)];
  const files = await RoomFiles.open({ server, ...options });
  const a = await files.join(alice, first);
  await files.say(a, "is the pump off?");
  await files.head();
  await files.say(a, "hello?");
  await files.state("notice", "maintenance at noon");
  const b = await files.join(bob, second, 3);
  await files.say(b, "since 14:02");
  await files.say(a, "thank you \u202e");
  await files.head();
  await files.headOf(b);
  await files.say(b, "bye");
  await files.headOf(a);
  await files.leave(b);
  await files.say(a, "alone");
  await files.head();
  await files.leave(a);
  await files.close();
  return { server: files.server, alice: a.lines, bob: b.lines };
}
