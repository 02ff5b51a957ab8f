/**
 * A file of lines that several programs append to in turn, each line on the disk before the next.
 *
 * Whoever appends holds the system's lock on the file, which ends with the program that holds it,
 * however it ends. A last line without its line feed is the trace of a crash: it never counts.
 *
 * @module
 */

import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { fileFault, writePrivate } from "./private_file.ts";

const PRIVATE_MODE = 0o600;
const FILE_MAX_BYTES = 268_435_456; // some 200,000 lines
const LINE_FEED = 0x0a;
const LOCK_WAIT_MS = 15_000; // an append takes milliseconds
const LOCK_POLL_MS = 20;

/** What is in the file. */
export interface LedgerText {
  /** The lines without their line feeds. */
  readonly lines: readonly string[];
  /** What follows the last line feed: empty unless a crash cut an append short. */
  readonly torn: Uint8Array<ArrayBuffer>;
}

/** How a file is opened. */
export interface LedgerOpenOptions {
  /** How long to wait for other programs, milliseconds. */
  readonly waitMs?: number;
}

/** The open file; nobody else appends until it is disposed. */
export class LedgerFile implements Disposable {
  readonly path: string;
  readonly #file: Deno.FsFile;

  /** Use {@link LedgerFile.open}. */
  constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens the file for appending, and waits while another program does.
   *
   * @param path The file; a missing one is made, empty and with mode 0600. Its folder must exist.
   * @param options How long to wait.
   * @returns The file, locked.
   * @throws {ChatError} FILE if the system refuses or another program holds it too long.
   */
  static async open(path: string, options: LedgerOpenOptions = {}): Promise<LedgerFile> {
    const { waitMs = LOCK_WAIT_MS } = options;
    const how = { read: true, append: true, create: true, mode: PRIVATE_MODE };
    try {
      for (;;) {
        const file = await Deno.open(path, how);
        if (!await isLockedInPlace(file, { path, waitMs, exclusive: true })) continue;
        if ((await file.stat()).size === 0) await syncFolder(path);
        return new LedgerFile(path, file);
      }
    } catch (error) {
      throw fileFault("open", path, error);
    }
  }

  /** Reads all of it. */
  async read(): Promise<LedgerText> {
    try {
      return await readAll(this.#file, this.path);
    } catch (error) {
      throw fileFault("read", this.path, error);
    }
  }

  /**
   * Appends a line.
   *
   * @param line The line without its line feed.
   * @returns When it is on the disk.
   * @throws {ChatError} FILE if the system refuses.
   */
  async append(line: string): Promise<void> {
    try {
      let rest: Uint8Array = new TextEncoder().encode(`${line}\n`);
      while (rest.length > 0) rest = rest.subarray(await this.#file.write(rest));
      await this.#file.syncData();
    } catch (error) {
      throw fileFault("write", this.path, error);
    }
  }

  /**
   * Takes a torn last line out of the file. It is kept in a file of its own, on the disk before the
   * ledger is cut.
   *
   * @param torn What {@link LedgerFile.read} gave as torn.
   * @returns The file that it is kept in.
   * @throws {ChatError} FILE if the system refuses.
   */
  async setAside(torn: Uint8Array): Promise<string> {
    const kept = `${this.path}.torn-${crypto.randomUUID()}`;
    try {
      const { size } = await this.#file.stat();
      await writePrivate(kept, torn);
      await this.#file.truncate(size - torn.length);
      await this.#file.sync();
      return kept;
    } catch (error) {
      throw fileFault("repair", this.path, error);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Reads a ledger, when nobody is appending to it.
 *
 * @param path The file.
 * @returns Its lines.
 * @throws {ChatError} NO_INPUT if there is none; FILE if the system refuses or it stays locked.
 */
export async function readLedgerFile(path: string): Promise<LedgerText> {
  try {
    for (;;) {
      const file = await Deno.open(path);
      if (!await isLockedInPlace(file, { path, waitMs: LOCK_WAIT_MS, exclusive: false })) continue;
      using _ = file;
      return await readAll(file, path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFault("read", path, error);
    const text = `cannot read "${printable(path)}": there is no such file`;
    throw new ChatError("NO_INPUT", text, { cause: error });
  }
}

interface LockOptions {
  readonly path: string;
  readonly waitMs: number;
  readonly exclusive: boolean;
}

/** Locks the file. Where the path names another file by then, this one is closed and it is false. */
async function isLockedInPlace(file: Deno.FsFile, options: LockOptions): Promise<boolean> {
  const { path, waitMs, exclusive } = options;
  try {
    const end = performance.now() + waitMs;
    while (!await file.tryLock(exclusive)) {
      if (performance.now() > end) throw busy(path);
      await delay(LOCK_POLL_MS);
    }
    if (await isNamed(file, path)) return true;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return false;
}

/** Whether a path still leads to the file: it may have been renamed while this program waited. */
async function isNamed(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    const [held, named] = await Promise.all([file.stat(), Deno.stat(path)]);
    return held.ino === named.ino && held.dev === named.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function busy(path: string): ChatError {
  return new ChatError("FILE", `cannot open "${printable(path)}": another program holds it`, {
    hint: "wait until the other securechat is done, then run this again",
  });
}

async function readAll(file: Deno.FsFile, path: string): Promise<LedgerText> {
  const { size, isFile } = await file.stat();
  if (!isFile || size > FILE_MAX_BYTES) {
    throw new ChatError("FILE", `cannot read "${printable(path)}": it is too large to be a ledger`);
  }
  const bytes = new Uint8Array(size);
  await file.seek(0, Deno.SeekMode.Start);
  let length = 0;
  while (length < size) {
    const got = await file.read(bytes.subarray(length));
    if (got === null) break;
    length += got;
  }
  const end = bytes.lastIndexOf(LINE_FEED, length - 1) + 1;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
  return { lines: text.split("\n").slice(0, -1), torn: bytes.slice(end, length) };
}

/** A new name is on the disk with its folder. Where folders cannot be opened, the system sees to it. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(dirname(path));
  await folder.sync();
}
