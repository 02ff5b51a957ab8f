/**
 * Whether the disk of a server's transcripts takes words.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { DiskReserve } from "../transcript/disk_reserve.ts";

/** How often a full disk is asked whether there is room, ms. */
const LOOK_MS = 1_000;

/** The same, where it was full a short time ago: each change is a line in every room. */
const LOOK_AGAIN_MS = 10_000;

/** That short time, ms. */
const RECENT_MS = 60_000;

/** Beyond the reserve this much must be free before words are taken again, bytes. */
const BEYOND_BYTES = 262_144;

/** What people are told while nothing is taken. */
export const DISK_FULL_TEXT = "the server's disk is full: nothing is taken until there is room";

/** What they are told when that is over. */
export const DISK_ROOM_TEXT = "the server's disk has room again: words are taken";

/** Who is told. */
export interface DiskWatchOptions {
  readonly folder: string;
  /** Called when the disk has become full. Must not throw. */
  onFull(error: ChatError): void;
  /** Called when there is room again. Must not throw. */
  onRoom(): void;
}

/**
 * Keeps some room of the disk in reserve. When a write finds the disk full the reserve is given up, so
 * that what waits, a word to everybody and their goodbyes can still be written; until it can be taken
 * back, and some more is free, the disk counts as full.
 */
export class DiskWatch implements Disposable {
  readonly #options: DiskWatchOptions;
  readonly #reserve: DiskReserve;
  #error: ChatError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When there was room again, by the process's clock, ms. */
  #roomMs = -Infinity;
  #isClosed = false;

  /** Use {@link DiskWatch.open}. */
  constructor(options: DiskWatchOptions, reserve: DiskReserve) {
    this.#options = options;
    this.#reserve = reserve;
  }

  /**
   * Takes the reserve.
   *
   * @param options Which folder's disk, and who is told.
   * @returns The watch; dispose of it. The disk may be full already.
   * @throws {ChatError} FILE if the folder cannot be written.
   */
  static async open(options: DiskWatchOptions): Promise<DiskWatch> {
    const reserve = await DiskReserve.open(options.folder);
    const watch = new DiskWatch(options, reserve);
    try {
      if (!await reserve.take()) watch.filled(diskFull("keep room on the disk"));
      return watch;
    } catch (thrown) {
      watch[Symbol.dispose]();
      throw thrown;
    }
  }

  /** What a write has found, while the disk is full. */
  get error(): ChatError {
    return this.#error ?? diskFull("write");
  }

  /** Whether nothing is taken. */
  get isFull(): boolean {
    return this.#error !== undefined;
  }

  /**
   * A write has found the disk full: the reserve is free when this returns.
   *
   * @param error What the write has found.
   */
  filled(error: ChatError): void {
    if (this.#isClosed) return;
    this.#reserve.release();
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#lookLater();
    this.#options.onFull(error);
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#reserve[Symbol.dispose]();
  }

  #lookLater(): void {
    const wasRecent = performance.now() - this.#roomMs < RECENT_MS;
    this.#timer = setTimeout(() => void this.#look(), wasRecent ? LOOK_AGAIN_MS : LOOK_MS);
  }

  async #look(): Promise<void> {
    const taking = this.#reserve.take({ beyond: BEYOND_BYTES });
    const isHeld = await taking.catch(() => false); // what writes a transcript finds out why
    if (this.#isClosed) return;
    if (!isHeld) return this.#lookLater();
    this.#error = undefined;
    this.#roomMs = performance.now();
    this.#options.onRoom();
  }
}

/**
 * The error for what a full disk does not allow.
 *
 * @param act What: "join".
 * @returns BUSY.
 */
export function diskFull(act: string): ChatError {
  return new ChatError("BUSY", `cannot ${act}: the server's disk is full`, {
    hint: "make room on the disk of the transcripts: the server goes on by itself",
  });
}
