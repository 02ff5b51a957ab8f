import { within } from "../../../src/chat/within.ts";
import type { Trust } from "../../../src/pki/trust.ts";
import type { Issuer } from "../issuer.ts";
import type { BoundConn } from "./bound_conn.ts";
import { Tally } from "./tally.ts";

/** What waits to be read at the end is read for so long, ms. */
const LAST_WORDS_MS = 3_000;

/** One attack while it runs: whom it attacks, and when it ends. */
export class Assault {
  readonly port: number;
  /** Who issues for members who turn hostile. */
  readonly issuer: Issuer;
  /** The server's CA. */
  readonly trust: Trust;
  readonly tally = new Tally();
  readonly #conns = new Set<BoundConn>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #lastWords: (() => Promise<void>)[] = [];
  readonly #onEnd: (() => void)[] = [];
  #isOver = false;

  /** @param target The server. */
  constructor(
    { port, issuer, trust }: {
      readonly port: number;
      readonly issuer: Issuer;
      readonly trust: Trust;
    },
  ) {
    [this.port, this.issuer, this.trust] = [port, issuer, trust];
  }

  /** Whether what ends now was ended by this side. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Connections that are open. */
  get held(): number {
    return this.#conns.size;
  }

  /** To be closed at the end. */
  keep(conn: BoundConn): BoundConn {
    this.#conns.add(conn);
    return conn;
  }

  /** Closes one. */
  drop(conn: BoundConn): void {
    this.#conns.delete(conn);
    conn.close();
  }

  /** To be called at the end. */
  onEnd(act: () => void): void {
    this.#onEnd.push(act);
  }

  /** Waits, not beyond the end. */
  async pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#ended.promise]);
    clearTimeout(timer);
  }

  /** Does something again and again, several at once; the event loop has its turn in between. */
  async repeat(atOnce: number, act: () => Promise<void>): Promise<void> {
    const worker = async () => {
      while (!this.#isOver) {
        await act();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  /** Waits until the end, and does something before what is open is closed. */
  async lastWords(act: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastWords.push(() => act().finally(resolve));
    await promise;
  }

  /** Ends it: last words, then what is still open is closed by this side. */
  async end(): Promise<void> {
    const said = Promise.all(this.#lastWords.map((act) => act()));
    await within(said, this.#lastWords.length === 0 ? 0 : LAST_WORDS_MS);
    this.#isOver = true;
    this.#ended.resolve();
    for (const act of this.#onEnd) act();
    for (const conn of this.#conns) this.drop(conn);
  }
}
