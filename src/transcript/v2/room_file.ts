/**
 * The transcript of a room while it runs (PROTOCOL-2 §8): JSON Lines that only grow.
 *
 * Whoever runs a room appends before it shows or relays: then a crash leaves a file that holds
 * everything that anybody has seen.
 *
 * @module
 */

import { sha256 } from "../../crypto/digest.ts";
import { encodeCanonicalJson } from "../../protocol/v2/canonical_json.ts";
import { encodeMessage } from "../../protocol/v2/messages.ts";
import { DurableFile, type StallWatcher } from "../durable_file.ts";

const decoder = new TextDecoder();

/** What the first line says. */
export interface RoomFileHeader {
  /** DER of this side's chain, leaf first. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  /** The same of the server. */
  readonly server: readonly Uint8Array<ArrayBuffer>[];
  readonly room: string;
  readonly log: string;
  /** The session; the log itself in the server's file. */
  readonly session: string;
  /** Entries before the first one of this file; 0 in the server's. */
  readonly size: number;
  /** Roots of the perfect subtrees there, hex, widest first. */
  readonly peaks: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number;
}

/** What the last line says. */
export interface RoomFileEnd {
  /** "OK", or the code of what went wrong. */
  readonly code: string;
  /** What failed, or nothing. */
  readonly record?: string;
}

/** A room's transcript that is being written. */
export class RoomFile {
  readonly #file: DurableFile;
  readonly #peers = new Set<string>();
  /** Chains that {@link peerLine} was asked for, so that each is hashed once. */
  readonly #chains = new WeakSet<object>();
  #hasEnded = false;

  /** Use {@link RoomFile.create}. @param file The file. */
  constructor(file: DurableFile) {
    this.#file = file;
  }

  /**
   * Creates the file and writes its first lines.
   *
   * @param folder Where; made with mode 0700 if it is missing.
   * @param role Whose file it is; part of its name.
   * @param header What the first line says.
   * @param objects Messages that follow at once.
   * @returns The file, once these lines are on the disk: one sync for all of them.
   * @throws {ChatError} FILE if the system refuses.
   */
  static async create(
    folder: string,
    role: "client" | "server",
    header: RoomFileHeader,
    objects: readonly Uint8Array[] = [],
  ): Promise<RoomFile> {
    const file = await DurableFile.create(folder, roomFileName(role, header));
    const made = new RoomFile(file);
    try {
      await Promise.all([file.append(headerLine(header)), made.append(objects)]);
    } catch (thrown) {
      await file.discard();
      throw thrown;
    }
    return made;
  }

  /** Whether it waits for room on the disk: nothing that is appended counts before there is some. */
  get isStalled(): boolean {
    return this.#file.isStalled;
  }

  /**
   * From now on a full disk is waited for ({@link DurableFile.waitForRoom}).
   *
   * @param watcher Who is told.
   */
  waitForRoom(watcher: StallWatcher): void {
    this.#file.waitForRoom(watcher);
  }

  /** From now on a full disk is a failure again, what waits included: one last try is made. */
  hurry(): void {
    this.#file.hurry();
  }

  /** Where it is. */
  get path(): string {
    return this.#file.path;
  }

  /**
   * Appends messages as they are on the wire: `peer`, `entry`, `head`.
   *
   * @param objects Their bytes, in order.
   * @returns When they are on the disk: calls that wait together share one write and one sync.
   * @throws {ChatError} FILE if the system refuses now or has refused before.
   */
  append(objects: readonly Uint8Array[]): Promise<void> {
    return this.#file.append(objects.map((object) => `${decoder.decode(object)}\n`).join(""));
  }

  /**
   * The `peer` line of a chain, the first time that it is needed.
   *
   * @param chain DER, leaf first.
   * @returns The message to append, or nothing when the file has it.
   */
  peerLine(chain: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> | undefined {
    if (this.#chains.has(chain)) return undefined;
    this.#chains.add(chain);
    const key = sha256(chain[0] ?? new Uint8Array()).toHex();
    if (this.#peers.has(key)) return undefined;
    this.#peers.add(key);
    return encodeMessage({ type: "peer", chain });
  }

  /**
   * Writes the last line and closes the file, without waiting for room. The first call counts.
   *
   * @param ending How the session or the log ended.
   * @throws {ChatError} FILE if what waited or the line cannot be written.
   */
  async end({ code, record = "" }: RoomFileEnd): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const line = decoder.decode(encodeCanonicalJson({ code, record, type: "end" }));
    const written = this.#file.append(`${line}\n`);
    const [outcome] = await Promise.allSettled([written, this.#file.end()]);
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

/**
 * The name of a room's file: `<role>_<16 digits of log or session>_<YYYYMMDD_HHMMSS>_<room>.jsonl`, in
 * UTC.
 *
 * @param role Whose file it is.
 * @param header Of what.
 * @returns The name, without a folder: letters, digits, `.`, `_` and `-` alone.
 */
export function roomFileName(
  role: "client" | "server",
  { session, room, startedMs }: Pick<RoomFileHeader, "session" | "room" | "startedMs">,
): string {
  const digits = new Date(startedMs).toISOString().replaceAll(/[-:]/g, "");
  const time = `${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
  const shown = room.replaceAll(/[^A-Za-z0-9.-]+/g, "-").slice(0, 40);
  return `${role}_${session.slice(0, 16)}_${time}_${shown}.jsonl`;
}

function headerLine(header: RoomFileHeader): string {
  const { chain, server, startedMs, ...rest } = header;
  const line = encodeCanonicalJson({
    ...rest,
    peaks: [...rest.peaks],
    chain: chain.map((der) => der.toBase64()),
    server: server.map((der) => der.toBase64()),
    started: startedMs,
    type: "transcript",
    version: 2,
  });
  return `${decoder.decode(line)}\n`;
}
