/**
 * Takes a transcript file of protocol 1 apart: header, entries, footer, receipts, each with its line.
 *
 * Reads our files and the original's. It checks the form of every line that means something and
 * nothing beyond: no signature, no hash, no order. `verify.ts` does that.
 *
 * @module
 */

import { RunningSha256 } from "../../crypto/running_sha256.ts";
import { asChatError, ChatError } from "../../errors.ts";
import type { Role } from "../../pki/validate.ts";
import type { MessageRecord, Receipt } from "../../protocol/session.ts";
import { LINE_MAX_CHARS, parseEntry } from "./entry.ts";
import { FIELD_LIST, type FieldName, FIELDS, type Section } from "./fields.ts";
import { RULE, TITLE } from "./format.ts";
import { type Line, readLines, type TranscriptSource } from "./lines.ts";
import { errorAt, type Finding, warningAt } from "./report.ts";

/** Largest file that is read: 600,000 entries, two minutes of verification. */
export const TRANSCRIPT_MAX_BYTES = 268_435_456;

/** A file with more broken lines than this is no transcript: its rest is not read. */
const BROKEN_MAX_LINES = 1000;

const RECEIPT_MAX_LINES = 32; // the original writes 8

/** A value and the line that has it. */
export interface At<T> {
  readonly line: number;
  readonly value: T;
}

/** An entry in its one form. */
export interface ReadRecord {
  readonly line: number;
  readonly record: MessageRecord;
}

/** An entry as read: its record, or what is wrong with its form. */
export type ReadEntry =
  | ReadRecord
  | { readonly line: number; readonly fault: ChatError };

/** A transcript as read. */
export interface TranscriptFile {
  readonly sessionId?: At<string>;
  readonly role?: At<Role>;
  readonly started?: At<string>;
  readonly certificates: Readonly<Partial<Record<Role, At<Uint8Array<ArrayBuffer>>>>>;
  readonly entries: readonly ReadEntry[];
  /** Of the entry lines as they stand. */
  readonly transcriptSha256: string;
  readonly ended?: At<string>;
  /** Code of the error that ended it. */
  readonly reason?: At<string>;
  readonly total?: At<number>;
  readonly hash?: At<string>;
  readonly receipt?: At<Receipt>;
  readonly peerReceipt?: At<Receipt>;
  /** Number of the last line, 0 for an empty file. */
  readonly lastLine: number;
  /** What is wrong with the form of the file. Broken entries are not repeated here. */
  readonly findings: readonly Finding[];
}

/**
 * Reads a transcript to its end, whatever is wrong with it.
 *
 * @param source The file.
 * @returns What it says, and what is wrong with its form.
 * @throws {ChatError} FILE if it is larger than {@link TRANSCRIPT_MAX_BYTES}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const file = await readTranscript("hello\n");
 * assert.equal(file.findings[0]?.line, 1);
 * ```
 */
export async function readTranscript(source: TranscriptSource): Promise<TranscriptFile> {
  const reader = new Reader();
  const limits = { lineMaxBytes: LINE_MAX_CHARS, totalMaxBytes: TRANSCRIPT_MAX_BYTES };
  try {
    for await (const line of readLines(source, limits)) {
      if (!reader.take(line)) break;
    }
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== "FORMAT") throw error;
    reader.breakOff(error);
  }
  return reader.finish();
}

/** The fields that have been read. */
type Fields = { -readonly [Name in FieldName]?: At<ReturnType<(typeof FIELDS)[Name]["parse"]>> };

class Reader {
  readonly #hash = new RunningSha256();
  readonly #entries: ReadEntry[] = [];
  readonly #fields: Fields = {};
  readonly #findings: Finding[] = [];
  #section: Section = "head";
  #lastLine = 0;
  #broken = 0;
  /** A line that should name it is a fault of its own where it does not. */
  #hasRoleLine = false;
  /** The original's receipt, while its lines are being collected. */
  #receipt: { readonly line: number; readonly parts: string[] } | undefined;

  /** Takes a line; false when it is enough. */
  take(line: Line): boolean {
    this.#lastLine = line.number;
    try {
      if (line.number === 1) requireTitle(line);
      else if (this.#receipt !== undefined) this.#collect(line, this.#receipt);
      else if (line.text.startsWith("#")) this.#comment(line);
      else if (line.text.startsWith("=")) this.#rule(line);
      else if (line.text !== "") this.#entry(line);
    } catch (error) {
      this.#fault(line, asChatError(error));
    }
    // Another kind of file: its lines would each be called broken.
    if (line.number === 1 && this.#broken > 0) return false;
    if (this.#broken <= BROKEN_MAX_LINES) return true;
    this.#fault(line, broken(`more than ${BROKEN_MAX_LINES} broken lines, the rest was not read`));
    return false;
  }

  /** Stops at a line that cannot be read: nothing behind it is known. */
  breakOff(error: ChatError): void {
    this.#lastLine++;
    this.#findings.push(errorAt(this.#lastLine, { code: error.code, text: error.message }));
  }

  finish(): TranscriptFile {
    const line = Math.max(1, this.#lastLine);
    if (this.#lastLine === 0) this.#headFault(line, "the file is empty");
    else if (this.#section === "head") this.#headFault(line, "the file ends within its header");
    else if (!this.#hasRoleLine) this.#headFault(1, "the header names no role");
    if (this.#receipt !== undefined) {
      this.#findings.push(warningAt(this.#receipt.line, "the receipt is cut off"));
    }
    const { clientCertificate: client, serverCertificate: server, ...fields } = this.#fields;
    return {
      ...fields,
      certificates: { ...(client && { client }), ...(server && { server }) },
      entries: this.#entries,
      transcriptSha256: this.#hash.hex(),
      lastLine: this.#lastLine,
      findings: this.#findings,
    };
  }

  #comment(line: Line): void {
    const found = FIELD_LIST.find(([, { prefix }]) => line.text.startsWith(prefix));
    if (found === undefined) return;
    const [name, field] = found;
    if (name === "role") this.#hasRoleLine = true;
    if (field.section !== this.#section) {
      throw broken(`"${field.prefix.trim()}" stands in the wrong part of the file`);
    }
    if (this.#fields[name] !== undefined) throw broken(`"${field.prefix.trim()}" stands twice`);
    const text = line.text.slice(field.prefix.length);
    if (name === "receipt" && text.trim() === "") {
      this.#receipt = { line: line.number, parts: [] };
    } else {
      this.#keep(name, { ...line, text });
    }
  }

  /** The original's receipt: indented JSON on the lines that follow, up to a lone brace. */
  #collect({ text }: Line, { line, parts }: { readonly line: number; readonly parts: string[] }) {
    parts.push(text);
    const long = parts.length > RECEIPT_MAX_LINES;
    if (text !== "}" && !long) return;
    this.#receipt = undefined;
    const whole = { number: line, text: parts.join("\n"), ended: true };
    try {
      if (long) throw broken("the receipt does not end");
      this.#keep("receipt", whole);
    } catch (error) {
      this.#fault(whole, asChatError(error));
    }
  }

  #keep(name: FieldName, { number, text, ended }: Line): void {
    // A footer's line without its end may have been longer: "1" of "10".
    if (!ended && !text.endsWith("}")) throw broken("the line is cut off");
    const value = FIELDS[name].parse(text);
    Object.assign(this.#fields, { [name]: { line: number, value } });
  }

  #rule({ text }: Line): void {
    if (text !== RULE) throw broken(`a rule is ${RULE.length} times "="`);
    if (this.#section === "foot") throw broken("a third rule");
    this.#section = this.#section === "head" ? "entries" : "foot";
  }

  #entry(line: Line): void {
    if (this.#section !== "entries") throw broken("text outside the entries");
    const entry = readEntry(line);
    if ("fault" in entry) {
      if (!line.ended) throw entry.fault;
      this.#broken++;
    }
    this.#hash.update(this.#entries.length === 0 ? line.text : `\n${line.text}`);
    this.#entries.push(entry);
  }

  /** A last line without its end was being written when a crash came: that is no forgery. */
  #fault(line: Line, error: ChatError): void {
    this.#broken++;
    const isTorn = !line.ended && this.#section !== "head";
    this.#findings.push(
      isTorn
        ? warningAt(line.number, "the line is cut off: it was being written when the session broke")
        : errorAt(line.number, { code: "FORMAT", text: error.message }),
    );
  }

  #headFault(line: number, state: string): void {
    this.#findings.push(errorAt(line, { code: "FORMAT", text: broken(state).message }));
  }
}

function requireTitle({ text }: Line): void {
  if (text !== TITLE) throw broken(`the first line is not "${TITLE}"`);
}

function readEntry({ number, text }: Line): ReadEntry {
  try {
    return { line: number, record: parseEntry(text) };
  } catch (error) {
    const isReturn = text.endsWith("\r");
    const fault = isReturn
      ? broken("the line ends in a carriage return, expected a line feed alone")
      : asChatError(error);
    return { line: number, fault };
  }
}

function broken(state: string): ChatError {
  return new ChatError("FORMAT", `cannot read transcript: ${state}`);
}
