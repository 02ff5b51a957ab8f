import { ChatError } from "../errors.ts";
import { fileFault } from "./file_fault.ts";

const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/** One call of `append` that waits for the disk. */
interface Waiting {
  readonly text: string;
  resolve(): void;
  reject(error: ChatError): void;
}

/**
 * A new file that only grows, and where what was appended is on the disk.
 *
 * Appends that arrive while the disk works are kept in order and written together: one write and one
 * fdatasync for all of them (group commit). After a failure nothing more is written, so that the
 * file never has a hole: what is there is all that was appended up to some moment.
 */
export class DurableFile {
  readonly path: string;
  readonly #file: Deno.FsFile;
  #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;
  #failure: ChatError | undefined;
  #ended = false;

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
   * @returns The file, empty.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async create(folder: string, name: string): Promise<DurableFile> {
    const path = folder === "" ? name : `${folder.replace(/(?<=.)[\\/]+$/, "")}/${name}`;
    try {
      if (folder !== "") await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
      const file = await Deno.open(path, { append: true, createNew: true, mode: PRIVATE_MODE });
      return new DurableFile(path, file);
    } catch (error) {
      throw fileFault("create", path, error);
    }
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

  /** Closes the file when everything that waits is written. Closing twice does nothing. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#work;
    this.#file.close();
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

  /**
   * Into the system's cache: microseconds, where a trip to a thread and back costs a tenth of a
   * millisecond. The disk is waited for in `syncData`, beside the event loop.
   */
  #write(text: string): void {
    let rest: Uint8Array = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      this.#write(batch.map(({ text }) => text).join(""));
      await this.#file.syncData();
    } catch (error) {
      this.#failure ??= fileFault("write", this.path, error);
      for (const { reject } of batch) reject(this.#failure);
      return;
    }
    for (const { resolve } of batch) resolve();
  }
}
