/**
 * What the server itself signs in a room: its lines, and its heads (PROTOCOL-2 §6, §7).
 *
 * @module
 */

import { Coverage } from "./coverage.ts";
import type { OwnIdentity } from "./handshake.ts";
import { type Head, signHead } from "./head.ts";
import type { MerkleTree } from "./merkle_tree.ts";
import type { Message } from "./messages.ts";
import { SERVER_HEAD_MS } from "./room_rules.ts";
import {
  encodeStatement,
  type SignedStatement,
  signStatement,
  type Statement,
  STATEMENT_SALT_BYTES,
} from "./statement.ts";
import { Turns } from "./turns.ts";

/** What the server says in a room. */
export interface ServerLine {
  readonly kind: Exclude<Statement["kind"], "say" | "open">;
  /** For a notice what people read, else the fingerprint of whom. */
  readonly text: string;
}

/** A head for all in the room. */
export interface RoomHead {
  readonly size: number;
  readonly message: Message<"head">;
}

/** Where, and by whom. */
export interface ServerVoiceOptions {
  readonly room: string;
  readonly log: string;
  readonly own: OwnIdentity;
  readonly tree: MerkleTree;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
}

/** The server's voice in one log. Signing takes time, so each kind of word waits for the one before. */
export class ServerVoice {
  readonly #options: ServerVoiceOptions;
  readonly #turns = new Turns();
  readonly #coverage = new Coverage(SERVER_HEAD_MS);
  #lastSeq = 0;

  /** @param options Where, and by whom. */
  constructor(options: ServerVoiceOptions) {
    this.#options = options;
  }

  /** When the room's head is due; nothing while it is over all entries. */
  get headDueAtMs(): number | undefined {
    return this.#coverage.dueAtMs;
  }

  /**
   * Notes an entry that is to be signed over.
   *
   * @param index Its place.
   * @param nowMs Now.
   */
  entry(index: number, nowMs: number): void {
    this.#coverage.entry(index, nowMs);
  }

  /**
   * Signs a line and has it appended, before the next line is begun.
   *
   * @param line What is said; entry 0 says "open".
   * @param nowMs Now.
   * @param append What is done with it.
   * @returns What that gives.
   * @throws {ChatError} FRAME_TOO_LARGE if the text is too long, FORMAT if it does not fit the kind.
   */
  say<T>(
    line: ServerLine | { readonly kind: "open"; readonly text: "" },
    nowMs: number,
    append: (signed: SignedStatement) => T,
  ): Promise<T> {
    const { room, log, own, tree, random } = this.#options;
    return this.#turns.take(async () => {
      const { size } = tree;
      const stmt = encodeStatement({
        ...line,
        ...{ author: own.fingerprint, room, log, session: log, seq: this.#lastSeq + 1, ts: nowMs },
        ...{ size, root: tree.rootAt(size).toHex(), salt: random(STATEMENT_SALT_BYTES) },
      });
      const sig = await signStatement(own.signingKey, stmt);
      this.#lastSeq++;
      return append({ stmt, sig });
    });
  }

  /**
   * Makes the room's head when it is due.
   *
   * @param nowMs Now.
   * @returns The head; nothing if none is due.
   */
  rollingHead(nowMs: number): Promise<RoomHead | undefined> {
    return this.#turns.take(async () => {
      const { headDueAtMs: due } = this;
      const { tree: { size }, log } = this.#options;
      if (due === undefined || nowMs < due) return undefined;
      this.#coverage.cover(size, nowMs);
      const message = await this.head({ session: log, from: 0, size, ts: nowMs, final: false });
      return { size, message };
    });
  }

  /**
   * Signs a head over what the log holds now.
   *
   * @param head For whom, and over what.
   * @returns The message.
   */
  async head(
    head: Pick<Head, "session" | "from" | "size" | "ts" | "final">,
  ): Promise<Message<"head">> {
    const { room, log, own, tree } = this.#options;
    const root = tree.rootAt(head.size).toHex();
    const whole = { ...head, by: own.fingerprint, room, log, root };
    return { type: "head", ...await signHead(own.signingKey, whole) };
  }
}
