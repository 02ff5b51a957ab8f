/**
 * The one way to write what others must not read: keys, salts, secrets.
 *
 * A file is made exclusively with mode 0600, so there is no moment at which it is readable or at
 * which a file or link of somebody else is followed. No folder is made here.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";

const PRIVATE_MODE = 0o600;
const OTHERS = 0o077; // permission bits of group and world

/** System errors in words, by their errno name. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "no such folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  ENOTEMPTY: "it is a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  ELOOP: "too many links",
  ENAMETOOLONG: "the name is too long",
  EINVAL: "the name is not valid",
  EIO: "the disk failed",
  EMFILE: "too many open files",
};

/** The contents of a private file. */
export interface PrivateFile {
  /** All of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether group or world may read or write it: worth a warning. Never so on Windows. */
  readonly exposed: boolean;
}

/**
 * A FILE error that quotes the path and words the system's reason.
 *
 * @param act What was being done: "write", "read".
 * @param path The file.
 * @param error What the system threw; a ChatError is passed on as it is.
 * @returns The error.
 */
export function fileFault(act: string, path: string, error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = error instanceof Deno.errors.NotCapable
    ? "this program was started without the permission"
    : REASONS[code] ?? `the system reports ${code === "" ? "an unknown error" : code}`;
  return new ChatError("FILE", `cannot ${act} "${printable(path)}": ${reason}`, { cause: error });
}

/** Creates, fills and flushes a file; a half-written one is removed. */
async function createPrivate(path: string, data: Uint8Array): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: PRIVATE_MODE });
  try {
    let rest = data;
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    await file.sync();
  } catch (error) {
    await Deno.remove(path).catch(() => {}); // the first error is the one to tell
    throw error;
  } finally {
    file.close();
  }
}

async function replacePrivate(path: string, data: Uint8Array): Promise<void> {
  const temporary = await stage(path, data);
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // as above
    throw error;
  }
}

/** Writes a file beside its place. */
async function stage(path: string, data: Uint8Array): Promise<string> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  await createPrivate(temporary, data);
  return temporary;
}

/**
 * Writes a file with mode 0600 and flushes it to the disk.
 *
 * @param path Where; its folder must exist.
 * @param data Text, written as UTF-8, or bytes.
 * @param options `replace`: whether a file that is there is replaced, in one step, so that a crash
 * leaves the old or the new one. A link is replaced, not followed.
 * @throws {ChatError} EXISTS if the file is there and is not to be replaced; FILE if the system
 * refuses.
 *
 * @example Nothing is overwritten by mistake
 * ```ts
 * import assert from "node:assert/strict";
 * const folder = await Deno.makeTempDir();
 * await writePrivate(`${folder}/key.pem`, "secret");
 * await assert.rejects(writePrivate(`${folder}/key.pem`, "other"), { code: "EXISTS" });
 * await writePrivate(`${folder}/key.pem`, "other", { replace: true });
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writePrivate(
  path: string,
  data: string | Uint8Array,
  options: { readonly replace?: boolean } = {},
): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    await (options.replace ? replacePrivate : createPrivate)(path, bytes);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new ChatError("EXISTS", `cannot write "${printable(path)}": it exists already`, {
        cause: error,
      });
    }
    throw fileFault("write", path, error);
  }
}

/** One of several files that belong together. */
export interface PrivateText {
  readonly path: string;
  /** Written as UTF-8. */
  readonly data: string;
}

/**
 * Writes files that are useless without each other, each with mode 0600 and flushed to the disk.
 * Where files are replaced, all of them are on the disk before the first takes its place, so that a
 * full disk leaves the old ones as they are.
 *
 * @param files The files; their folders must exist.
 * @param options `replace`: whether files that are there are replaced.
 * @throws {ChatError} As {@link writePrivate} does.
 */
export async function writePrivateTogether(
  files: readonly PrivateText[],
  { replace }: { readonly replace: boolean },
): Promise<void> {
  if (!replace) {
    for (const { path, data } of files) await writePrivate(path, data);
    return;
  }
  const staged: { readonly path: string; readonly temporary: string }[] = [];
  let current = "";
  let renamed = 0;
  try {
    for (const { path, data } of files) {
      current = path;
      staged.push({ path, temporary: await stage(path, new TextEncoder().encode(data)) });
    }
    for (const { path, temporary } of staged) {
      current = path;
      await Deno.rename(temporary, path);
      renamed += 1;
    }
  } catch (error) {
    // Once one is in its place the others are needed: they stay under their temporary names.
    const useless = renamed === 0 ? staged : [];
    for (const { temporary } of useless) await Deno.remove(temporary).catch(() => {}); // as above
    throw fileFault("write", current, error);
  }
}

/** Reads to the end, or to one byte more than is allowed. */
async function readBounded(file: Deno.FsFile, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await file.stat();
  const buffer = new Uint8Array(Math.min(size, maxBytes) + 1); // the file may grow while we read
  let length = 0;
  while (length < buffer.length) {
    const got = await file.read(buffer.subarray(length));
    if (got === null) break;
    length += got;
  }
  return buffer.subarray(0, length);
}

/**
 * Reads a small file whole.
 *
 * @param path The file.
 * @param limits `maxBytes`: more than so many bytes are refused.
 * @returns Its bytes, and whether others may read it.
 * @throws {ChatError} NO_INPUT if there is no such file; FILE if it is too large, is no plain file
 * or the system refuses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(readPrivate("no-such-file", { maxBytes: 9 }), { code: "NO_INPUT" });
 * ```
 */
export async function readPrivate(
  path: string,
  limits: { readonly maxBytes: number },
): Promise<PrivateFile> {
  const name = printable(path);
  try {
    const { isFile, mode } = await Deno.stat(path); // before open, which would wait on a pipe
    if (!isFile) throw new ChatError("FILE", `cannot read "${name}": it is not a plain file`);
    using file = await Deno.open(path);
    const bytes = await readBounded(file, limits.maxBytes);
    if (bytes.length <= limits.maxBytes) return { bytes, exposed: ((mode ?? 0) & OTHERS) !== 0 };
    throw new ChatError(
      "FILE",
      `cannot read "${name}": it is too large, expected at most ${limits.maxBytes} bytes`,
      { hint: "name the right file: this one is too large to be it" },
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new ChatError("NO_INPUT", `cannot read "${name}": there is no such file`, {
        cause: error,
      });
    }
    throw fileFault("read", path, error);
  }
}
