/**
 * The CA's books: the ledger beside its key. Every certificate is in them, on the disk, before it
 * leaves.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { sha256 } from "../crypto/digest.ts";
import type { Certificate } from "../pki/certificate.ts";
import {
  type LedgerDeed,
  ledgerEvent,
  type LedgerLine,
  type LedgerSubject,
  signLedgerLine,
} from "../pki/ledger.ts";
import { checkLedger, type LedgerReport, requireGoodLedger } from "../pki/ledger_check.ts";
import type { PrivateKeyDer } from "../pki/private_key.ts";
import { LedgerFile, readLedgerFile } from "../store/ledger_file.ts";
import { readPrivate } from "../store/private_file.ts";
import type { Io } from "./io.ts";
import { progress, warn } from "./report.ts";

const LEDGER_MAX_BYTES = 268_435_456;

/** A CA that keeps books. */
export interface BookKeeper {
  readonly ca: Certificate;
  readonly caKey: PrivateKeyDer;
  /** The ledger's file. */
  readonly path: string;
}

/** What is written into the books. */
export interface Deed extends LedgerDeed {
  /** The certificate that it is about. */
  readonly certificate: LedgerSubject;
}

/**
 * Where the books of a CA are: `ca-ledger.jsonl` beside `ca-key.pem`, `x-ledger.jsonl` beside
 * `x-key.pem`.
 *
 * @param keyPath The CA's private key.
 * @returns The ledger.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(ledgerPath("certs/ca-key.pem"), "certs/ca-ledger.jsonl");
 * ```
 */
export function ledgerPath(keyPath: string): string {
  return `${keyPath.replace(/(?:-key)?(?:\.pem)?$/, "")}-ledger.jsonl`;
}

/**
 * Begins the books of a CA with a line about the CA itself.
 *
 * @param keeper The CA.
 * @param options The time.
 * @throws {ChatError} EXISTS if there are books; FILE if the system refuses.
 */
export async function beginBooks(
  keeper: BookKeeper,
  { nowMs }: { readonly nowMs: number },
): Promise<void> {
  using file = await LedgerFile.open(keeper.path);
  const { lines, torn } = await file.read();
  if (lines.length > 0 || torn.length > 0) {
    throw new ChatError("EXISTS", `cannot begin "${printable(keeper.path)}": it exists already`);
  }
  await file.append(firstLine(keeper, { nowMs, isLate: false }).text);
}

/**
 * Writes a line into the books, and begins them for a CA that has none.
 *
 * @param io The world: what is unusual is told on standard error.
 * @param keeper The CA.
 * @param deed What it did, or is about to do.
 * @returns The line, which is on the disk.
 * @throws {ChatError} LEDGER if the books do not hold, which stops everything; FILE if the system
 * refuses.
 */
export async function recordDeed(
  io: Io,
  keeper: BookKeeper,
  { certificate, ...deed }: Deed,
): Promise<LedgerLine> {
  using file = await LedgerFile.open(keeper.path);
  const last = await lastLine(io, { keeper, file, nowMs: deed.nowMs });
  const line = signLedgerLine(ledgerEvent(certificate, deed), { last, key: keeper.caKey });
  await file.append(line.text);
  return line;
}

/**
 * Writes a line for each of many deeds, all with one trip to the disk.
 *
 * @param io The world: what is unusual is told on standard error.
 * @param keeper The CA.
 * @param deeds What it did, or is about to do; at least one.
 * @throws {ChatError} As {@link recordDeed}: no certificate may leave then.
 */
export async function recordDeeds(
  io: Io,
  keeper: BookKeeper,
  deeds: readonly Deed[],
): Promise<void> {
  using file = await LedgerFile.open(keeper.path);
  const nowMs = deeds[0]?.nowMs ?? io.now();
  let last = await lastLine(io, { keeper, file, nowMs });
  const texts = deeds.map(({ certificate, ...deed }) => {
    last = signLedgerLine(ledgerEvent(certificate, deed), { last, key: keeper.caKey });
    return last.text;
  });
  // A crash may leave some of the lines: they name certificates that nobody has.
  await file.append(texts.join("\n"));
}

/** What {@link readBooks} found. */
export interface ReadBooks extends LedgerReport {
  /** Bytes of a last line that an append left unfinished. */
  readonly tornBytes: number;
}

/**
 * Reads and checks books.
 *
 * @param path The ledger.
 * @param policy The CA, and the head that is remembered.
 * @returns The lines, and the first fault.
 * @throws {ChatError} FILE if there are none, or the system refuses.
 */
export async function readBooks(
  path: string,
  policy: { readonly ca: Certificate; readonly head?: string },
): Promise<ReadBooks> {
  try {
    const { lines, torn } = await readLedgerFile(path);
    return { ...checkLedger(lines, policy), tornBytes: torn.length };
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== "NO_INPUT") throw error;
    throw new ChatError("FILE", error.message, {
      cause: error,
      hint: "name it with --ledger; a CA that has none begins its books at the next: " +
        "securechat cert issue",
    });
  }
}

/**
 * The lines of books that must be good.
 *
 * @param io The world: a torn last line is a warning.
 * @param path The ledger.
 * @param ca The CA.
 * @returns The lines, at least one.
 * @throws {ChatError} LEDGER if they are not; FILE if there are none, or the system refuses.
 */
export async function readGoodBooks(
  io: Io,
  { path, ca }: Pick<BookKeeper, "path" | "ca">,
): Promise<readonly LedgerLine[]> {
  const books = await readBooks(path, { ca });
  if (books.tornBytes > 0) {
    warn(io, `the last line of ${path} is cut short, and not counted: a command was interrupted`);
  }
  return requireGoodLedger(books, `"${printable(path)}"`);
}

/**
 * Moves the books of a CA that is replaced out of the way, under a name of their own.
 *
 * @param io The world.
 * @param path The ledger; nothing happens where there is none.
 * @throws {ChatError} FILE if the system refuses.
 */
export async function putAwayBooks(io: Io, path: string): Promise<void> {
  try {
    const { bytes } = await readPrivate(path, { maxBytes: LEDGER_MAX_BYTES });
    const kept = `${path}.${sha256(bytes).toHex().slice(0, 16)}`;
    await Deno.rename(path, kept);
    progress(io, `the books of the CA before are kept in ${kept}`);
  } catch (error) {
    if (error instanceof ChatError && error.code === "NO_INPUT") return;
    if (error instanceof ChatError) throw error;
    throw new ChatError("FILE", `cannot move "${printable(path)}"`, { cause: error });
  }
}

interface OpenBooks {
  readonly keeper: BookKeeper;
  readonly file: LedgerFile;
  readonly nowMs: number;
}

/** The last line; the first one is written where there is none yet. */
async function lastLine(io: Io, { keeper, file, nowMs }: OpenBooks): Promise<LedgerLine> {
  const { lines, torn } = await file.read();
  const good = lines.length === 0 ? [] : requireGoodLedger(
    checkLedger(lines, keeper),
    `"${printable(keeper.path)}"`,
  );
  if (torn.length > 0) {
    const kept = await file.setAside(torn);
    warn(io, `the last line of ${keeper.path} was cut short by a crash: it is kept in ${kept}`);
  }
  const last = good.at(-1);
  if (last !== undefined) return last;
  const line = firstLine(keeper, { nowMs, isLate: true });
  await file.append(line.text);
  progress(io, `began the CA's books in ${keeper.path}: what it issued before is not in them`);
  return line;
}

interface Beginning {
  readonly nowMs: number;
  /** Whether the CA has issued before, which the line says. */
  readonly isLate: boolean;
}

function firstLine({ ca, caKey }: BookKeeper, { nowMs, isLate }: Beginning): LedgerLine {
  const event = ledgerEvent(ca, { kind: "begun", role: "ca", nowMs, note: isLate ? "late" : "" });
  return signLedgerLine(event, { last: undefined, key: caKey });
}
