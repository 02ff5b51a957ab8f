/**
 * What this side said in a room and has not seen come back (PROTOCOL-2 §6).
 *
 * @module
 */

import { sameBytes } from "../../bytes/same.ts";
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

interface Waiting extends OwnWord, SignedStatement {}

/** Makes and signs the statement of a number with a text. */
export type SignWord = (word: OwnWord, nowMs: number) => Promise<SignedStatement>;

/** A queue of own statements; its calls that sign are made one after the other. */
export class OwnWords {
  readonly #sign: SignWord;
  #lastSeq = 0;
  readonly #waiting: Waiting[] = [];
  /** By number: when it may be signed anew. */
  readonly #refused = new Map<number, number>();

  /** @param sign What makes a statement of the room as it is at the time of the call. */
  constructor(sign: SignWord) {
    this.#sign = sign;
  }

  /** What was said and did not come back, in order. */
  get unanswered(): readonly OwnWord[] {
    return this.#waiting.map(({ seq, text }) => ({ seq, text }));
  }

  /** How many those are. */
  get unansweredCount(): number {
    return this.#waiting.length;
  }

  /** When something that was refused may be signed anew; until then nothing more is said. */
  get retryAtMs(): number | undefined {
    return this.#firstRefused?.retryAtMs;
  }

  get #firstRefused(): { readonly word: OwnWord; readonly retryAtMs: number } | undefined {
    if (this.#refused.size === 0) return undefined; // as nearly always
    for (const word of this.#waiting) {
      const retryAtMs = this.#refused.get(word.seq);
      if (retryAtMs !== undefined) return { word, retryAtMs };
    }
    return undefined;
  }

  /**
   * Says something new. Texts that are said together are signed at the same time, over one tree.
   *
   * @param texts What, in order.
   * @param nowMs Now.
   * @returns The messages.
   * @throws {ChatError} LIMIT while something that was refused waits, or too much was not answered;
   * what signing throws. Nothing was said then.
   */
  async say(texts: readonly string[], nowMs: number): Promise<readonly Message<"msg">[]> {
    if (this.#refused.size > 0) {
      throw new ChatError("LIMIT", "cannot say more: the server asked to wait");
    }
    if (this.#waiting.length + texts.length > UNANSWERED_MAX) {
      throw new ChatError("LIMIT", `cannot say more: ${UNANSWERED_MAX} messages are not answered`);
    }
    const words = texts.map((text, index) => ({ seq: this.#lastSeq + 1 + index, text }));
    const signed = await Promise.all(words.map(async (word) => ({
      ...word,
      ...await this.#sign(word, nowMs),
    })));
    this.#lastSeq += signed.length;
    this.#waiting.push(...signed);
    return signed.map(({ stmt, sig }) => ({ type: "msg", stmt, sig }));
  }

  /**
   * Checks that what came under this side's name is what it said, and notes it as placed.
   *
   * @param signed What came.
   * @throws {ChatError} FORKED if it is not the next own word, byte for byte.
   */
  placed({ stmt, sig }: SignedStatement): void {
    const [next] = this.#waiting;
    const isSame = next !== undefined && sameBytes(next.stmt, stmt) && sameBytes(next.sig, sig);
    if (!isSame) {
      throw new ChatError(
        "FORKED",
        "cannot accept statement: it is under your name, but not what you said next",
      );
    }
    this.#waiting.shift();
    this.#refused.delete(next.seq);
  }

  /**
   * Notes a refusal.
   *
   * @param refused The server's message.
   * @param nowMs Now.
   * @throws {ChatError} REPLAY if nothing of that number waits for an answer.
   */
  refused({ seq, retry }: Message<"refused">, nowMs: number): void {
    const isWaiting = this.#waiting.some((one) => one.seq === seq) && !this.#refused.has(seq);
    if (!isWaiting) {
      throw new ChatError("REPLAY", `cannot take refusal of statement ${seq}: it does not wait`);
    }
    this.#refused.set(seq, nowMs + retry);
  }

  /**
   * Signs anew what was refused, in order, as far as its time has come.
   *
   * @param nowMs Now.
   * @returns Messages.
   */
  async retry(nowMs: number): Promise<readonly Message<"msg">[]> {
    const messages: Message<"msg">[] = [];
    for (;;) {
      const first = this.#firstRefused;
      if (first === undefined || first.retryAtMs > nowMs) return messages;
      const { seq, text } = first.word;
      const signed = await this.#sign({ seq, text }, nowMs);
      this.#refused.delete(seq);
      const place = this.#waiting.findIndex((one) => one.seq === seq);
      if (place >= 0) this.#waiting[place] = { seq, text, ...signed };
      messages.push({ type: "msg", ...signed });
    }
  }
}
