/**
 * Verifies a transcript of protocol 2: who wrote what, whether anything was changed, and up to where each
 * side has signed (PROTOCOL-2 §8).
 *
 * Pure: the file's bytes, CAs and revocation lists come in as arguments. It stops at the first line that
 * a receiver would have refused: nothing behind it is claimed.
 *
 * @module
 */

import { MerkleTree } from "../../protocol/v2/merkle_tree.ts";
import * as field from "../../protocol/v2/fields.ts";
import { type KnownBody, type Message, parseMessage } from "../../protocol/v2/messages.ts";
import { errorAt, type Finding, warningAt } from "../v1/report.ts";
import { type ByteLine, type ByteSource, readByteLines } from "./byte_lines.ts";
import { ChainLives, type ChainTrust } from "./chain_lives.ts";
import { EntryTimes } from "./entry_times.ts";
import { FilePeople } from "./file_people.ts";
import { lineFault, refused } from "./line_error.ts";
import { RoomAudit } from "./room_audit.ts";
import { parseRoomEnd, parseRoomHeader, type RoomEnd, type RoomHeader } from "./room_lines.ts";
import type { LineFault, RoomEntry, RoomReport, RoomVerdict, SignedRootAt } from "./room_report.ts";
import { missingOf, revocationWarnings } from "./room_verdict.ts";
import { SignatureQueue } from "./signature_queue.ts";

/** What a transcript is verified by, and who is told what. */
export interface RoomVerifyOptions extends ChainTrust {
  /** Told of the first line, before all others. */
  onHeader?(header: RoomHeader): void;
  /**
   * Told of every entry in order, once its time is known and its signature holds; of an INVALID file
   * none that stands behind the bad line, and some before it may be missing.
   */
  onEntry?(entry: RoomEntry): void;
  /** After so many entries nobody is told any more; all are told without it. */
  readonly entriesMax?: number;
  /** Told of every root that the server has signed. */
  onServerRoot?(root: SignedRootAt): void;
  /** Told of every head and entry that was accepted, before its signature is checked. */
  onMessage?(message: Message<"peer" | "entry" | "head">, line: number): void;
  /** Gives up; a long file takes minutes. */
  readonly signal?: AbortSignal;
}

/** A report, with the tree that two files of one log are compared by. */
export interface VerifiedRoom {
  readonly report: RoomReport;
  /** Absent when the file is INVALID. */
  readonly tree?: MerkleTree;
}

/**
 * Verifies a transcript.
 *
 * @param source The file's bytes, whole or in chunks.
 * @param options CAs, revocation lists, and who is told.
 * @returns Verdict and everything found.
 * @throws {ChatError} FILE if reading fails. Nothing that the file says makes this throw.
 * @throws {DOMException} AbortError after the signal.
 */
export async function verifyRoom(
  source: ByteSource,
  options: RoomVerifyOptions,
): Promise<VerifiedRoom> {
  using signatures = new SignatureQueue();
  const run = new Run(options, signatures);
  let fault: LineFault | undefined;
  let line = 1;
  try {
    for await (const chunk of readByteLines(source)) {
      options.signal?.throwIfAborted();
      for (const each of chunk) {
        line = each.number;
        const room = run.take(each);
        if (room !== undefined) await room;
        line++;
      }
      run.tell(signatures.goodTo);
      if (signatures.fault !== undefined) break;
    }
    await run.finish();
  } catch (thrown) {
    fault = lineFault(line, thrown);
    // What a line before the bad one waited for may be worse, and comes first.
    fault = first(fault, await run.place().then(() => undefined, (more) => lineFault(line, more)));
  }
  fault = first(fault, await signatures.settle());
  run.tell(fault === undefined ? Infinity : fault.line - 1);
  return run.result(fault);
}

function first(one: LineFault | undefined, other: LineFault | undefined): LineFault | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.line < one.line ? other : one;
}

/** One verification. */
class Run {
  readonly #options: RoomVerifyOptions;
  readonly #signatures: SignatureQueue;
  #header: RoomHeader | undefined;
  #parts:
    | { readonly audit: RoomAudit; readonly people: FilePeople; readonly times: EntryTimes }
    | undefined;
  #end: RoomEnd | undefined;
  #torn: number | undefined;
  #lastLine = 0;
  readonly #places = {
    sig: new Uint8Array(field.SIGNATURE_MAX_BYTES),
    stmt: new Uint8Array(field.STATEMENT_MAX_BYTES),
  };
  /** Entries whose signatures are being checked. */
  #untold: { readonly entry: RoomEntry; readonly line: number }[] = [];

  constructor(options: RoomVerifyOptions, signatures: SignatureQueue) {
    this.#options = options;
    this.#signatures = signatures;
  }

  take({ bytes, text, number, isEnded }: ByteLine): Promise<void> | undefined {
    if (!isEnded && number > 1) {
      this.#torn = number; // whoever wrote it was interrupted: it says nothing
      return undefined;
    }
    this.#lastLine = number;
    if (this.#parts === undefined) return this.#begin(bytes);
    if (this.#end !== undefined) throw refused("FORMAT", "a line stands behind the end line");
    if (isEndLine(bytes)) {
      this.#end = parseRoomEnd(bytes);
      return undefined;
    }
    const message = parseMessage(bytes, LINE_TYPES, this.#known(text));
    const room = this.#parts.audit.take(message, number);
    if (this.#options.onMessage === undefined) return room;
    return this.#accepted(message, { number, room });
  }

  /** Nobody keeps a statement's bytes but who is told of messages: the next ones take their place. */
  #known(text: string | undefined): KnownBody {
    if (this.#options.onMessage !== undefined) return { text };
    return { text, places: this.#places };
  }

  async #accepted(
    message: Message<"peer" | "entry" | "head">,
    { number, room }: { readonly number: number; readonly room: Promise<void> | undefined },
  ): Promise<void> {
    await room;
    this.#options.onMessage?.(message, number);
  }

  /** Tells of entries for which all signatures hold up to a line. */
  tell(goodTo: number): void {
    const [{ line: next } = { line: Infinity }] = this.#untold;
    if (next > goodTo) return;
    const count = this.#untold.findIndex(({ line }) => line > goodTo);
    const told = this.#untold.splice(0, count < 0 ? this.#untold.length : count);
    for (const { entry } of told) this.#options.onEntry?.(entry);
  }

  /** Judges entries that no head is over. */
  async place(): Promise<void> {
    await this.#parts?.times.finish();
  }

  /** Judges what is left at the end: entries that no head is over, and people who have signed nothing. */
  async finish(): Promise<void> {
    if (this.#parts === undefined) {
      if (this.#lastLine === 0) parseRoomHeader(new Uint8Array());
      return;
    }
    await this.place();
    const { times, people } = this.#parts;
    await people.requireAllGood(times.lastMs || (this.#header?.started ?? 0));
  }

  result(fault: LineFault | undefined): VerifiedRoom {
    const missing = fault === undefined ? this.#missing() : [];
    const findings = this.#findings(fault);
    const verdict: RoomVerdict = fault !== undefined
      ? "INVALID"
      : missing.length === 0
      ? "VALID"
      : "VALID SO FAR";
    const { revocations } = this.#options;
    const lists = revocations === undefined ? {} : { revocationLists: revocations.lists };
    const report = { verdict, missing, findings, ...lists, ...this.#told() };
    const tree = this.#parts?.audit.tree;
    return fault === undefined && tree !== undefined ? { report, tree } : { report };
  }

  #begin(bytes: Uint8Array): undefined {
    const header = parseRoomHeader(bytes);
    this.#header = header;
    this.#options.onHeader?.(header);
    const people = new FilePeople(header, new ChainLives(this.#options));
    const { onEntry, entriesMax = Infinity, onServerRoot } = this.#options;
    const listen = (entry: RoomEntry, upTo: number) => {
      this.#untold.push({ entry, line: upTo });
    };
    const told = onEntry === undefined ? undefined : { listen, upTo: header.size + entriesMax };
    const times = new EntryTimes(people, told);
    const audit = new RoomAudit({
      ...{ header, people, times, keepsTextsTo: told?.upTo ?? 0 },
      sign: (signature) => this.#signatures.add(signature),
      ...onServerRoot === undefined ? {} : { onServerRoot },
    });
    this.#parts = { audit, people, times };
  }

  #told(): Omit<RoomReport, "verdict" | "missing" | "findings" | "revocationLists"> {
    const [header, parts] = [this.#header, this.#parts];
    if (header === undefined || parts === undefined) {
      return { from: 0, size: 0, headed: 0, parties: [], sessions: [] };
    }
    const { audit: { tree, sessions }, people, times } = parts;
    const { firstMs, lastEntryMs: lastMs } = times;
    return {
      role: header.session === header.log ? "server" : "client",
      ...{ room: header.room, log: header.log, session: header.session, startedMs: header.started },
      ...{ from: tree.from, size: tree.size, headed: times.headed },
      ...firstMs === undefined || lastMs === undefined ? {} : { firstMs, lastMs },
      root: tree.rootAt(tree.size).toHex(),
      ...this.#end && { end: { code: this.#end.code, record: this.#end.record.toBase64() } },
      parties: people.parties(),
      sessions: sessions.list(),
    };
  }

  #missing(): readonly string[] {
    if (this.#parts === undefined) return ["nothing but a first line"];
    const torn = this.#torn === undefined ? {} : { torn: this.#torn };
    return missingOf({ ...this.#parts, ...torn, hasEnd: this.#end !== undefined });
  }

  #findings(fault: LineFault | undefined): readonly Finding[] {
    const warnings = this.#parts?.audit.warnings ?? [];
    const torn = this.#torn === undefined || fault !== undefined ? [] : [
      warningAt(this.#torn, "the last line is cut off: whoever wrote it was interrupted"),
    ];
    const errors = fault === undefined ? [] : [errorAt(fault.line, fault)];
    const oldLists = revocationWarnings(this.#options.revocations, this.#parts);
    const all = [...warnings, ...torn, ...oldLists, ...errors];
    return all.toSorted((a, b) => a.line - b.line);
  }
}

const LINE_TYPES = ["peer", "entry", "head"] as const;

const END_MARK = new TextEncoder().encode('"type":"end"}');

/** An end is the only line that ends like this: its type is the last key of a canonical object. */
function isEndLine(bytes: Uint8Array): boolean {
  if (bytes.length < END_MARK.length) return false;
  const start = bytes.length - END_MARK.length;
  return END_MARK.every((byte, index) => bytes[start + index] === byte);
}
