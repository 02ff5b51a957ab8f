import { ChatError } from "../errors.ts";
import { fileFault, isFullDisk } from "./file_fault.ts";
import { syncFolderOf } from "./sync_folder.ts";

const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/** How often a full disk is tried again, ms. */
const RETRY_MS = 1_000;

/** One call of `append` that waits for the disk. */
interface Waiting {
  readonly text: string;
  resolve(): void;
  reject(error: ChatError): void;
}

/** Who is told when the disk is full and when it has room again. Must not throw. */
export interface StallWatcher {
  /** Called once for each stall, in the turn of the failure: what is freed here the next try finds. */
  onStall(error: ChatError): void;
  /** What waited is on the disk. */
  onResume(): void;
  /** How often it is tried again, ms. */
  readonly retryMs?: number;
}

/**
 * A new file that only grows, and where what was appended is on the disk.
 *
 * Appends that arrive while the disk works are kept in order and written together: one write and one
 * fdatasync for all of them (group commit). After a failure nothing more is written, so that the
 * file never has a hole: what is there is all that was appended up to some moment.
 *
 * A full disk is another matter where {@link DurableFile.waitForRoom} was called. What could not be
 * written stays in memory, the file is cut back to what is known to be on the disk (nobody was told of
 * what is behind it), and it is tried again until there is room. A failed fdatasync is answered in the
 * same way: the system may call the pages clean, so a second fdatasync alone would prove nothing.
 *
 * While it is open the file is locked: that is how others know that its last line may still grow.
 */
export class DurableFile {
  readonly path: string;
  readonly #file: Deno.FsFile;
  #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;
  #failure: ChatError | undefined;
  #ended = false;
  /** What is on the disk, bytes. */
  #durableBytes = 0;
  #watcher: StallWatcher | undefined;
  #isStalled = false;
  /** Nobody has time to wait for room any more. */
  #isHurried = false;
  #wake: (() => void) | undefined;

  /** Use {@link DurableFile.create}. */
  constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Creates the file, which must not exist, with mode 0600; its folder with 0700 if it is missing.
   *
   * @param folder The folder.
   * @param name The file's name in it.
   * @returns The file, empty, locked, its name on the disk.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async create(folder: string, name: string): Promise<DurableFile> {
    const path = folder === "" ? name : `${folder.replace(/(?<=.)[\\/]+$/, "")}/${name}`;
    try {
      if (folder !== "") await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
      const file = await Deno.open(path, { append: true, createNew: true, mode: PRIVATE_MODE });
      return await begun(path, file);
    } catch (error) {
      throw fileFault("create", path, error);
    }
  }

  /** Whether it waits for room on the disk. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /**
   * From now on a full disk is waited for, and no failure.
   *
   * @param watcher Who is told.
   */
  waitForRoom(watcher: StallWatcher): void {
    this.#watcher = watcher;
  }

  /** From now on nothing waits for room: a full disk is tried once more, then it is a failure. */
  hurry(): void {
    this.#isHurried = true;
    this.#wake?.();
  }

  /**
   * Appends text.
   *
   * @param text Written as UTF-8 behind everything that was appended before.
   * @returns When it is on the disk.
   * @throws {ChatError} FILE if the system refuses now or has refused before.
   */
  append(text: string): Promise<void> {
    if (this.#ended) {
      return Promise.reject(new TypeError(`cannot write ${this.path}: it is closed`));
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      this.#work ??= this.#flush();
    });
  }

  /**
   * Closes the file when everything that waits is written, or has failed: a full disk is not waited
   * for. Closing twice does nothing.
   */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.hurry();
    await this.#work;
    this.#file.close();
  }

  /** Closes the file and removes it: for one that could not be begun. */
  async discard(): Promise<void> {
    await this.end();
    await Deno.remove(this.path).catch(() => {}); // what made it useless is the error to tell
  }

  async #flush(): Promise<void> {
    await Promise.resolve(); // appends of the same turn share the first write
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#commit(batch);
    }
    this.#work = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#store(new TextEncoder().encode(batch.map(({ text }) => text).join("")));
    } catch (error) {
      this.#failure ??= fileFault("write", this.path, error);
      for (const { reject } of batch) reject(this.#failure);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  async #store(bytes: Uint8Array): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        if (tries > 1) this.#cutBack();
        this.#write(bytes);
        await this.#file.syncData();
        break;
      } catch (error) {
        if (!isFullDisk(error)) throw error;
        this.#tryCutBack();
        if (this.#watcher === undefined || (this.#isHurried && tries > 1)) throw error;
        this.#stall(error);
        // Once at once: whoever was told may have freed something that others would take.
        if (tries > 1) await this.#pause();
      }
    }
    this.#durableBytes += bytes.length;
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#watcher?.onResume();
  }

  /**
   * Into the system's cache: microseconds, where a trip to a thread and back costs a tenth of a
   * millisecond. The disk is waited for in `syncData`, beside the event loop.
   */
  #write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
  }

  /** Takes away what is not known to be on the disk. */
  #cutBack(): void {
    this.#file.truncateSync(this.#durableBytes);
  }

  /** So that nobody reads half a line meanwhile. */
  #tryCutBack(): void {
    try {
      this.#cutBack();
    } catch {
      // The next try does it, or fails for the same reason.
    }
  }

  #stall(error: unknown): void {
    if (this.#isStalled) return;
    this.#isStalled = true;
    this.#watcher?.onStall(fileFault("write", this.path, error));
  }

  async #pause(): Promise<void> {
    if (this.#isHurried) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#watcher?.retryMs ?? RETRY_MS);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

async function begun(path: string, file: Deno.FsFile): Promise<DurableFile> {
  try {
    if (Deno.build.os !== "windows") await lock(file); // where a lock keeps out readers, too
    await syncFolderOf(path);
    return new DurableFile(path, file);
  } catch (error) {
    file.close();
    await Deno.remove(path).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

/** A file system without locks has none that others could find free, either. */
async function lock(file: Deno.FsFile): Promise<void> {
  await file.tryLock(true).catch(() => false);
}
