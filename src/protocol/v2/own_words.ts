/**
 * What this side said in a room and has not seen come back (PROTOCOL-2 §6).
 *
 * @module
 */

import { equalBytes } from "../../bytes/equal.ts";
import { ChatError } from "../../errors.ts";
import type { Message } from "./messages.ts";
import type { SignedStatement } from "./statement.ts";

/** So many wait for the server at once. */
const UNANSWERED_MAX = 1024;

/** A text that this side signed. */
export interface OwnWord {
  readonly seq: number;
  readonly text: string;
}

interface Waiting extends OwnWord, SignedStatement {
  /** When it may be signed anew, if it was refused. */
  readonly retryAtMs?: number;
}

/** Makes and signs the statement of a number with a text. */
export type SignWord = (word: OwnWord, nowMs: number) => Promise<SignedStatement>;

/** A queue of own statements; its calls that sign are made one after the other. */
export class OwnWords {
  readonly #sign: SignWord;
  #lastSeq = 0;
  #waiting: readonly Waiting[] = [];

  /** @param sign What makes a statement of the room as it is at the time of the call. */
  constructor(sign: SignWord) {
    this.#sign = sign;
  }

  /** What was said and did not come back, in order. */
  get unanswered(): readonly OwnWord[] {
    return this.#waiting.map(({ seq, text }) => ({ seq, text }));
  }

  /** When something that was refused may be signed anew; until then nothing more is said. */
  get retryAtMs(): number | undefined {
    return this.#waiting.find(({ retryAtMs }) => retryAtMs !== undefined)?.retryAtMs;
  }

  /**
   * Says something new.
   *
   * @param text What.
   * @param nowMs Now.
   * @returns The message.
   * @throws {ChatError} LIMIT while something that was refused waits, or too much was not answered.
   */
  async say(text: string, nowMs: number): Promise<Message<"msg">> {
    if (this.retryAtMs !== undefined) {
      throw new ChatError("LIMIT", "cannot say more: the server asked to wait");
    }
    if (this.#waiting.length >= UNANSWERED_MAX) {
      throw new ChatError("LIMIT", `cannot say more: ${UNANSWERED_MAX} messages are not answered`);
    }
    const word = { seq: this.#lastSeq + 1, text };
    const signed = await this.#sign(word, nowMs);
    this.#lastSeq = word.seq;
    this.#waiting = [...this.#waiting, { ...word, ...signed }];
    return { type: "msg", ...signed };
  }

  /**
   * Checks that what came under this side's name is what it said, and notes it as placed.
   *
   * @param signed What came.
   * @throws {ChatError} FORKED if it is not the next own word, byte for byte.
   */
  placed({ stmt, sig }: SignedStatement): void {
    const [next, ...rest] = this.#waiting;
    const isSame = next !== undefined && equalBytes(next.stmt, stmt) && equalBytes(next.sig, sig);
    if (!isSame) {
      throw new ChatError(
        "FORKED",
        "cannot accept statement: it is under your name, but not what you said next",
      );
    }
    this.#waiting = rest;
  }

  /**
   * Notes a refusal.
   *
   * @param refused The server's message.
   * @param nowMs Now.
   * @throws {ChatError} REPLAY if nothing of that number waits for an answer.
   */
  refused({ seq, retry }: Message<"refused">, nowMs: number): void {
    const isIt = (one: Waiting) => one.seq === seq && one.retryAtMs === undefined;
    if (!this.#waiting.some(isIt)) {
      throw new ChatError("REPLAY", `cannot take refusal of statement ${seq}: it does not wait`);
    }
    const retryAtMs = nowMs + retry;
    this.#waiting = this.#waiting.map((one) => isIt(one) ? { ...one, retryAtMs } : one);
  }

  /**
   * Signs anew what was refused, in order, as far as its time has come.
   *
   * @param nowMs Now.
   * @returns Messages.
   */
  async retry(nowMs: number): Promise<readonly Message<"msg">[]> {
    const messages: Message<"msg">[] = [];
    for (let at = this.retryAtMs; at !== undefined && at <= nowMs; at = this.retryAtMs) {
      const refused = this.#waiting.find(({ retryAtMs }) => retryAtMs !== undefined);
      if (refused === undefined) break;
      const { seq, text } = refused;
      const signed = await this.#sign({ seq, text }, nowMs);
      this.#waiting = this.#waiting.map((one) => one.seq === seq ? { seq, text, ...signed } : one);
      messages.push({ type: "msg", ...signed });
    }
    return messages;
  }
}
