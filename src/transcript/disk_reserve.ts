import { fileFault, isFullDisk } from "./file_fault.ts";

const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/** Room for some hundred last lines: a notice, heads, goodbyes. */
const RESERVE_BYTES = 262_144;

/** Random, so that no file system stores it in less. One call gives so much at most. */
const CHUNK_BYTES = 65_536;

/**
 * Room on a disk that is kept for the moment when it is full: bytes of a file without a name, which the
 * system gives back whenever this program ends.
 *
 * To ask how much is free would need a permission more, knows nothing of quotas, and is too late where
 * somebody fills the disk between two questions. What is held here is there.
 */
export class DiskReserve implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #folder: string;
  readonly #bytes: number;
  #isHeld = false;
  /** Releases: one that comes while the reserve is being taken wins. */
  #releases = 0;

  /** Use {@link DiskReserve.open}. */
  constructor(
    file: Deno.FsFile,
    { folder, bytes }: { readonly folder: string; readonly bytes: number },
  ) {
    this.#file = file;
    this.#folder = folder;
    this.#bytes = bytes;
  }

  /**
   * Makes a reserve that holds nothing yet.
   *
   * @param folder On whose disk; made with mode 0700 if it is missing.
   * @param options Its size, bytes.
   * @returns The reserve; dispose of it.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async open(folder: string, { bytes = RESERVE_BYTES } = {}): Promise<DiskReserve> {
    const path = `${folder === "" ? "." : folder}/.reserve-${crypto.randomUUID()}`;
    try {
      if (folder !== "") await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
      const file = await Deno.open(path, { write: true, createNew: true, mode: PRIVATE_MODE });
      const reserve = new DiskReserve(file, { folder, bytes });
      try {
        await Deno.remove(path);
      } catch (error) {
        file.close();
        throw error;
      }
      return reserve;
    } catch (error) {
      throw fileFault("create", path, error);
    }
  }

  /** Whether the room is held. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /**
   * Takes the room, if there is as much and some more.
   *
   * @param options `beyond`: what must be free beyond it, bytes.
   * @returns Whether it is held now.
   * @throws {ChatError} FILE if the system refuses for another reason than a full disk.
   */
  async take({ beyond = 0 } = {}): Promise<boolean> {
    if (this.#isHeld) return true;
    const releases = this.#releases;
    try {
      this.#fill(this.#bytes + beyond);
      await this.#file.syncData();
      if (releases !== this.#releases) return false;
      this.#file.truncateSync(this.#bytes);
      this.#isHeld = true;
    } catch (error) {
      this.#empty();
      if (!isFullDisk(error)) throw fileFault("keep room in", this.#folder, error);
    }
    return this.#isHeld;
  }

  /** Gives the room back: whoever writes next finds it. */
  release(): void {
    this.#releases++;
    this.#isHeld = false;
    this.#empty();
  }

  [Symbol.dispose](): void {
    this.#releases++;
    this.#file.close();
  }

  #fill(bytes: number): void {
    this.#file.seekSync(0, Deno.SeekMode.Start);
    const chunk = crypto.getRandomValues(new Uint8Array(CHUNK_BYTES));
    for (let left = bytes; left > 0;) left -= this.#file.writeSync(chunk.subarray(0, left));
  }

  #empty(): void {
    try {
      this.#file.truncateSync(0);
    } catch {
      // Closed, or the disk refuses even that: then there is nothing to give.
    }
  }
}
