/**
 * A file that is written beside its place, and is gone unless it takes it.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { fileFault } from "../../store/private_file.ts";

const PRIVATE_MODE = 0o600;
const BUFFER_CHARS = 65_536;

/** See the module. Dispose it. */
export class TemporaryFile implements AsyncDisposable {
  readonly #target: string;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #buffer = "";
  #isOpen = true;

  /** Use {@link TemporaryFile.create}. */
  constructor(target: string, path: string, file: Deno.FsFile) {
    this.#target = target;
    this.#path = path;
    this.#file = file;
  }

  /**
   * Makes the file, empty, with mode 0600 and a name of its own.
   *
   * @param target Where it is to go.
   * @returns The file.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async create(target: string): Promise<TemporaryFile> {
    const path = `${target}.${crypto.randomUUID()}.tmp`;
    const options = { read: true, write: true, createNew: true, mode: PRIVATE_MODE };
    try {
      return new TemporaryFile(target, path, await Deno.open(path, options));
    } catch (error) {
      throw fileFault("write", target, error);
    }
  }

  /**
   * Writes text behind what is there.
   *
   * @param text Written as UTF-8.
   * @throws {ChatError} FILE if the system refuses.
   */
  write(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFER_CHARS) this.#flush();
  }

  /**
   * Everything that was written, from the start; nothing may be written any more.
   *
   * @returns Text in chunks.
   * @throws {ChatError} FILE if the system refuses.
   */
  async *read(): AsyncGenerator<string, void> {
    this.#flush();
    const decoder = new TextDecoder();
    const bytes = new Uint8Array(BUFFER_CHARS);
    try {
      await this.#file.seek(0, Deno.SeekMode.Start);
      for (
        let got = await this.#file.read(bytes);
        got !== null;
        got = await this.#file.read(bytes)
      ) {
        yield decoder.decode(bytes.subarray(0, got), { stream: true });
      }
    } catch (error) {
      throw fileFault("read", this.#path, error);
    }
  }

  /**
   * Takes its place when it is on the disk.
   *
   * @param options `replace`: whether a file that is there meanwhile is replaced.
   * @throws {ChatError} EXISTS; FILE if the system refuses.
   */
  async place({ replace }: { readonly replace: boolean }): Promise<void> {
    this.#flush();
    try {
      await this.#file.sync();
      this.#close();
      if (replace || !await this.#linked()) await Deno.rename(this.#path, this.#target);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) throw existsFault(this.#target, error);
      throw fileFault("write", this.#target, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await Deno.remove(this.#path).catch(() => {}); // it has taken its place, or is of no use
  }

  /** A link, unlike a rename, never replaces; a disk that knows none is left to the rename. */
  async #linked(): Promise<boolean> {
    try {
      await Deno.link(this.#path, this.#target);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) throw error;
      return false;
    }
  }

  #flush(): void {
    let rest: Uint8Array = new TextEncoder().encode(this.#buffer);
    this.#buffer = "";
    try {
      while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
    } catch (error) {
      throw fileFault("write", this.#target, error);
    }
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/**
 * An error for a file that is there.
 *
 * @param path The file.
 * @param cause What the system threw, if it did.
 * @returns EXISTS.
 */
export function existsFault(path: string, cause?: unknown): ChatError {
  return new ChatError("EXISTS", `cannot write "${printable(path)}": it exists already`, {
    hint: "choose another --html, or replace it on purpose with --force",
    cause,
  });
}
