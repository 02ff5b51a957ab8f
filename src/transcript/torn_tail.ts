/**
 * Last lines that a crash has cut off (docs/transcript.md, sections 1 and 8): they are moved into a file
 * of their own, so that the transcript ends where its last whole line does.
 *
 * @module
 */

import { sha256 } from "../crypto/digest.ts";
import { fileFault } from "./file_fault.ts";
import { syncFolderOf } from "./sync_folder.ts";
import { isWholeTail } from "./v1/whole_tail.ts";

const PRIVATE_MODE = 0o600;
const LINE_FEED = 0x0a;

/** So much is looked at: no line of either protocol is as long. */
const TAIL_MAX_BYTES = 524_288;

/** How files of ours begin: others of the same name are nobody's business here. */
const BEGINNINGS: Readonly<Record<Kind, string>> = {
  ".jsonl": '{"chain":["',
  ".transcript": "# SecureChat Transcript\n# Session ID: ",
};

/** In a head of ours, and in none of the original system, whose program locks nothing. */
const OURS = "\n# Certificate (client): ";
const HEAD_BYTES = 16_384;

/** The two forms of a transcript, by their endings. */
export type Kind = ".jsonl" | ".transcript";

/** What was moved. */
export interface TornTail {
  /** The transcript; it is gone if not even its first line was whole. */
  readonly path: string;
  /** The file that holds what was cut off. */
  readonly keptIn: string;
  /** How much that is, bytes. */
  readonly bytes: number;
}

/**
 * Moves a torn last line aside: copied, on the disk, then cut off. A crash in between leaves both.
 *
 * @param path A transcript; a file that somebody still writes is left alone, as is one of another user.
 * @param kind Its form.
 * @returns What was moved; nothing if the file ends with a whole line, or is none of ours.
 * @throws {ChatError} FILE if the system refuses.
 */
export async function setTornTailAside(path: string, kind: Kind): Promise<TornTail | undefined> {
  try {
    const { isFile, size, ino, dev } = await Deno.lstat(path);
    if (!isFile || size === 0) return undefined;
    using file = await Deno.open(path, { read: true, write: true });
    if (await lastByte(file, size) === LINE_FEED) return undefined;
    // The writer's lock ends with the writer, however that ends.
    if (!await file.tryLock(true)) return undefined;
    const now = await file.stat();
    if (now.ino !== ino || now.dev !== dev) return undefined;
    const torn = await tornBytes(file, { size: now.size, kind });
    if (torn === undefined) return undefined;
    return await move(file, { path, torn, size: now.size, uid: now.uid });
  } catch (error) {
    throw fileFault("move the torn last line of", path, error);
  }
}

async function lastByte(file: Deno.FsFile, size: number): Promise<number | undefined> {
  return (await readAt(file, size - 1, 1))[0];
}

/** What follows the last line feed; nothing where that is not for us to move. */
async function tornBytes(
  file: Deno.FsFile,
  { size, kind }: { readonly size: number; readonly kind: Kind },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const head = text(await readAt(file, 0, Math.min(size, HEAD_BYTES)));
  const beginning = BEGINNINGS[kind];
  if (!head.startsWith(beginning.slice(0, head.length))) return undefined;
  if (kind === ".transcript" && !head.includes(OURS)) return undefined;
  const tail = await readAt(file, Math.max(0, size - TAIL_MAX_BYTES), TAIL_MAX_BYTES);
  const end = tail.lastIndexOf(LINE_FEED) + 1;
  if (end === tail.length || (end === 0 && size > tail.length)) return undefined;
  const torn = tail.slice(end);
  return kind === ".transcript" && isWholeTail(text(torn)) ? undefined : torn;
}

interface Moving {
  readonly path: string;
  readonly torn: Uint8Array;
  readonly size: number;
  readonly uid: number | null;
}

async function move(
  file: Deno.FsFile,
  { path, torn, size, uid }: Moving,
): Promise<TornTail | undefined> {
  const keptIn = await keep(torn, { path, uid });
  if (keptIn === undefined) return undefined;
  await syncFolderOf(path);
  if (torn.length === size) {
    await Deno.remove(path);
    await syncFolderOf(path);
  } else {
    await file.truncate(size - torn.length);
    await file.sync();
  }
  return { path, keptIn, bytes: torn.length };
}

/** Writes what is kept; nothing if the transcript is not of this user. */
async function keep(
  torn: Uint8Array,
  { path, uid }: Pick<Moving, "path" | "uid">,
): Promise<string | undefined> {
  const { file, keptIn } = await createBeside(`${path}.torn-${sha256(torn).toHex().slice(0, 8)}`);
  using kept = file;
  try {
    if ((await kept.stat()).uid === uid) {
      for (let rest = torn; rest.length > 0;) rest = rest.subarray(await kept.write(rest));
      await kept.sync();
      return keptIn;
    }
  } catch (error) {
    await Deno.remove(keptIn);
    throw error;
  }
  await Deno.remove(keptIn);
  return undefined;
}

/** A crash may have left one of the name: that stays as it is. */
async function createBeside(
  name: string,
): Promise<{ readonly file: Deno.FsFile; readonly keptIn: string }> {
  for (let number = 1;; number++) {
    const keptIn = number === 1 ? name : `${name}.${number}`;
    try {
      const how = { write: true, createNew: true, mode: PRIVATE_MODE };
      return { file: await Deno.open(keptIn, how), keptIn };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || number > 9) throw error;
    }
  }
}

async function readAt(
  file: Deno.FsFile,
  from: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const more = await file.read(bytes.subarray(got));
    if (more === null) break;
    got += more;
  }
  return bytes.subarray(0, got);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
