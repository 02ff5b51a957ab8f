/**
 * A log file that only its owner may read, renamed aside when it is full. Neither LogTape's file sink
 * nor the umask lets us say with which mode a file that follows a full one is made.
 *
 * @module
 */

const FILE_MODE = 0o600;

/** How much is kept. */
export interface LogFileLimits {
  /** A file that would get longer is renamed to `NAME.1`, `NAME.1` to `NAME.2`, and so on. */
  readonly maxBytes: number;
  /** Files kept, the current one included. */
  readonly maxFiles: number;
}

/** A file that lines are appended to. */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #limits: LogFileLimits;
  #file: Deno.FsFile;
  #bytes: number;

  /**
   * Opens the file, or makes it with mode 0600.
   *
   * @param path Where; its folder must exist.
   * @param limits How much is kept.
   * @throws {Error} The system's, if it refuses.
   */
  constructor(path: string, limits: LogFileLimits) {
    this.#path = path;
    this.#limits = limits;
    this.#file = openAppend(path);
    this.#bytes = this.#file.statSync().size;
  }

  /**
   * Appends a line at once, so that a crash loses none.
   *
   * @param line The line with its end.
   * @throws {Error} The system's, if it refuses; then nothing of the line is left, and the next one may
   * be tried.
   */
  append(line: string): void {
    const bytes = new TextEncoder().encode(line);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#limits.maxBytes) this.#rotate();
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#file.writeSync(rest));
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#bytes += bytes.length;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** A full disk takes the beginning of a line, and then no more. */
  #cutBack(): void {
    try {
      this.#file.truncateSync(this.#bytes);
    } catch {
      // Then half a line stands there.
    }
  }

  #rotate(): void {
    for (let number = this.#limits.maxFiles - 1; number > 0; number--) {
      renameIfThere(
        number === 1 ? this.#path : `${this.#path}.${number - 1}`,
        `${this.#path}.${number}`,
      );
    }
    const full = this.#file;
    try {
      this.#file = openAppend(this.#path);
    } catch (error) {
      // Or the next line would push the files on, and the oldest out, for nothing.
      for (let number = 1; number < this.#limits.maxFiles; number++) {
        renameIfThere(
          `${this.#path}.${number}`,
          number === 1 ? this.#path : `${this.#path}.${number - 1}`,
        );
      }
      throw error;
    }
    this.#bytes = this.#file.statSync().size;
    full.close();
  }
}

function openAppend(path: string): Deno.FsFile {
  return Deno.openSync(path, { create: true, append: true, mode: FILE_MODE });
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
