/**
 * Writes a transcript of protocol 1 while its session runs.
 *
 * Whoever drives a session appends before it shows or sends: then a crash leaves a file that holds
 * everything that was shown or sent, and that verifies as INCOMPLETE.
 *
 * @module
 */

import { RunningSha256 } from "../../crypto/running_sha256.ts";
import type { ErrorCode } from "../../errors.ts";
import type { MessageRecord, Receipt, TranscriptSummary } from "../../protocol/session.ts";
import { DurableFile } from "../durable_file.ts";
import { encodeEntry } from "./entry.ts";
import {
  encodeFooter,
  encodeHeader,
  encodeReceiptLine,
  type TranscriptHeader,
  transcriptName,
} from "./format.ts";

/** What a new transcript is made of. */
export interface TranscriptOptions extends TranscriptHeader {
  /** Folder; made with mode 0700 if it is missing. */
  readonly dir: string;
}

/** How a session ended. */
export interface TranscriptEnding {
  /** Milliseconds since the Unix epoch. */
  readonly endedMs: number;
  /** This side's receipt; without it the transcript stays INCOMPLETE. */
  readonly receipt?: Receipt;
  /** Why it ended before anybody left. */
  readonly reason?: ErrorCode;
}

/** A transcript that is being written. */
export interface TranscriptWriter {
  /** Where it is. */
  readonly path: string;
  /**
   * Appends entries in the order of the calls.
   *
   * @returns When they are on the disk: calls that wait together share one write and one sync.
   * @throws {ChatError} FORMAT if a record does not fit into a line, then nothing is written; FILE
   * if the system refuses, then every later call is refused too.
   */
  append(records: readonly MessageRecord[]): Promise<void>;
  /** What a receipt says of everything appended so far. */
  summary(): TranscriptSummary;
  /**
   * Writes the footer with this side's receipt; the file stays open for the peer's.
   *
   * @throws {ChatError} FILE if the system refuses.
   */
  close(ending: TranscriptEnding): Promise<void>;
  /**
   * Keeps the peer's receipt, right behind this side's: before `close` it waits. The first counts.
   *
   * @throws {ChatError} FILE if the system refuses.
   */
  addPeerReceipt(receipt: Receipt): Promise<void>;
  /** Closes the file. Calling it twice does nothing. */
  end(): Promise<void>;
}

/**
 * Creates a transcript and writes its header.
 *
 * @param options Whose it is, of which session, and where.
 * @returns The writer, once the header is on the disk.
 * @throws {ChatError} FILE if the system refuses, or the file exists.
 *
 * @example A session that says nothing and breaks off
 * ```ts
 * import assert from "node:assert/strict";
 * const dir = await Deno.makeTempDir();
 * const certificate = { der: new Uint8Array(3) } as import("../../pki/certificate.ts").Certificate;
 * const writer = await openTranscript({
 *   dir, role: "client", sessionId: "00112233445566aa", startedMs: 0,
 *   clientCertificate: certificate, serverCertificate: certificate,
 * });
 * await writer.end();
 * assert.match(await Deno.readTextFile(writer.path), /^# SecureChat Transcript\n# Session ID: 0011/);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function openTranscript(options: TranscriptOptions): Promise<TranscriptWriter> {
  const file = await DurableFile.create(options.dir, transcriptName(options));
  try {
    await file.append(encodeHeader(options));
  } catch (error) {
    await file.discard();
    throw error;
  }
  return new Writer(file);
}

class Writer implements TranscriptWriter {
  readonly #file: DurableFile;
  readonly #hash = new RunningSha256();
  #total = 0;
  #firstSeq = 0;
  #lastSeq = 0;
  #closed = false;
  #peerReceipt: Receipt | undefined;

  constructor(file: DurableFile) {
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  async append(records: readonly MessageRecord[]): Promise<void> {
    if (this.#closed) throw new TypeError("cannot append to transcript: it has its footer");
    const lines = records.map(encodeEntry);
    if (lines.length === 0) return;
    for (const line of lines) this.#count(line);
    if (this.#total === lines.length) this.#firstSeq = records[0]?.seqno ?? 0;
    this.#lastSeq = records.at(-1)?.seqno ?? 0;
    await this.#file.append(lines.map((line) => `${line}\n`).join(""));
  }

  summary(): TranscriptSummary {
    return {
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      transcriptSha256: this.#hash.hex(),
    };
  }

  async close(ending: TranscriptEnding): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { transcriptSha256 } = this.summary();
    const footer = encodeFooter({ ...ending, total: this.#total, transcriptSha256 });
    const peer = this.#peerReceipt;
    await this.#file.append(
      peer === undefined ? footer : `${footer}${encodeReceiptLine("peerReceipt", peer)}\n`,
    );
  }

  async addPeerReceipt(receipt: Receipt): Promise<void> {
    if (this.#peerReceipt !== undefined) return;
    this.#peerReceipt = receipt;
    if (this.#closed) await this.#file.append(`${encodeReceiptLine("peerReceipt", receipt)}\n`);
  }

  end(): Promise<void> {
    return this.#file.end();
  }

  /** Hashes a line: lines are joined by `\n`, with none at the end. */
  #count(line: string): void {
    this.#hash.update(this.#total === 0 ? line : `\n${line}`);
    this.#total++;
  }
}
