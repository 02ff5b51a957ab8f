/**
 * The page of `securechat verify --html`: takes what a verification tells while it runs, and is in its
 * place, whole, when all is told.
 *
 * Rows of a long room wait in a file beside the page, not in memory: the verdict comes first on the page and
 * last in time.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { firstError, type TranscriptReport } from "../../transcript/v1/report.ts";
import type { Proven } from "../../transcript/v2/proof.ts";
import type { RoomEntry, RoomReport } from "../../transcript/v2/room_report.ts";
import { classicContent } from "./classic_content.ts";
import { type CheckFacts, type Content, LISTED_MAX, type Talk } from "./content.ts";
import { HashedSource } from "./hashed_source.ts";
import { page } from "./page.ts";
import { proofContent } from "./proof_content.ts";
import { roomContent } from "./room_content.ts";
import { betweenRow, ROOM_COLUMNS, roomRow } from "./rows.ts";
import { existsFault, TemporaryFile } from "./temporary_file.ts";

/** Where a page goes, and how the check was made. */
export interface ReportPageOptions {
  readonly path: string;
  /** Whether a page that is there is replaced. */
  readonly replace: boolean;
  readonly check: CheckFacts;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** See the module. Dispose it: a page that is not whole is removed. */
export class ReportPage implements AsyncDisposable {
  readonly #options: ReportPageOptions;
  readonly #page: TemporaryFile;
  readonly #rows: TemporaryFile;
  #source: HashedSource | undefined;
  #entries = 0;
  #isTail = false;
  #isWritten = false;

  /** Use {@link ReportPage.open}. */
  constructor(options: ReportPageOptions, files: readonly [TemporaryFile, TemporaryFile]) {
    this.#options = options;
    [this.#page, this.#rows] = files;
  }

  /** Whether the page is in its place. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  /**
   * Makes sure of the place, before minutes are spent.
   *
   * @param options Where, and how the check is made.
   * @returns The page, empty, under a temporary name with mode 0600.
   * @throws {ChatError} EXISTS if a file is there and is not to be replaced; FILE if what is there is no
   * plain file, or the system refuses.
   */
  static async open(options: ReportPageOptions): Promise<ReportPage> {
    const { path, replace } = options;
    const there = await Deno.lstat(path).catch(() => undefined);
    if (there !== undefined && !there.isFile) {
      throw new ChatError("FILE", `cannot write "${printable(path)}": it is not a plain file`);
    }
    if (there !== undefined && !replace) throw existsFault(path);
    const page = await TemporaryFile.create(path);
    try {
      return new ReportPage(options, [page, await TemporaryFile.create(path)]);
    } catch (error) {
      await page[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Watches the file go by.
   *
   * @param source The file that is verified.
   * @returns The same bytes.
   */
  watch(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    this.#source = new HashedSource(source);
    return this.#source.chunks();
  }

  /**
   * Takes an entry of a room.
   *
   * @param entry It, in order.
   * @throws {ChatError} FILE if the system refuses.
   */
  entry(entry: RoomEntry): void {
    this.#entries++;
    if (this.#entries > LISTED_MAX && !this.#options.check.isLong) return;
    if (!entry.isHeaded && !this.#isTail) {
      this.#isTail = true;
      const text = "From here on no signature of the server is over the entries.";
      this.#rows.write(String(betweenRow("loose", { text, columns: ROOM_COLUMNS })));
    }
    this.#rows.write(String(roomRow(entry)));
  }

  /**
   * Writes the page for a room's file.
   *
   * @param report What the verification told.
   * @param unmet What was expected and does not hold.
   * @throws {ChatError} EXISTS; FILE if the system refuses.
   * @throws {DOMException} AbortError after the signal.
   */
  async room(report: RoomReport, unmet: readonly string[]): Promise<void> {
    const { check } = this.#options;
    const leftOut = check.isLong ? 0 : Math.max(0, this.#entries - LISTED_MAX);
    const rows = this.#roomRows(report);
    const talk = { rows, columns: ROOM_COLUMNS, leftOut, isEmpty: this.#entries === 0 };
    await this.#finish(roomContent(report, { check, unmet, talk }));
  }

  /** The same for a file of protocol 1. */
  async classic(report: TranscriptReport, unmet: readonly string[]): Promise<void> {
    const { check } = this.#options;
    await this.#finish(classicContent(report, { check, unmet }));
  }

  /** The same for a proof that holds. */
  async proof(proven: Proven, unmet: readonly string[]): Promise<void> {
    const { check } = this.#options;
    await this.#finish(proofContent(proven, { check, unmet }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source?.[Symbol.asyncDispose]();
    await this.#page[Symbol.asyncDispose]();
    await this.#rows[Symbol.asyncDispose]();
  }

  async *#roomRows(report: RoomReport): Talk["rows"] & AsyncGenerator<string, void> {
    yield* this.#rows.read();
    const bad = firstError(report);
    if (bad !== undefined) {
      const text = `Line ${bad.line} is wrong. Nothing from it on is claimed.`;
      yield String(betweenRow("stop", { text, columns: ROOM_COLUMNS }));
    } else if (report.verdict === "VALID") {
      const text = "Both sides have signed that this is all.";
      yield String(betweenRow("sum", { text, columns: ROOM_COLUMNS }));
    }
  }

  async #finish(content: Content): Promise<void> {
    const { check, signal, replace } = this.#options;
    const source = this.#source;
    if (source === undefined) throw new TypeError("no file was watched");
    const sha256 = await source.sha256(signal);
    const file = { sha256, bytes: source.bytes };
    for await (const chunk of page({ content, check, file })) {
      signal.throwIfAborted();
      this.#page.write(chunk);
    }
    await this.#page.place({ replace });
    this.#isWritten = true;
  }
}
