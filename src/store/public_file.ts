/**
 * Files that everybody may read and that must never be half there: a server may read one while it is
 * written anew.
 *
 * @module
 */

import { dirname } from "node:path";
import { fileFault } from "./private_file.ts";

const PUBLIC_MODE = 0o644;

/**
 * Writes a file with mode 0644, or puts a new one in the place of an old one in one step: a crash
 * leaves the old or the new one, on the disk.
 *
 * @param path Where; its folder must exist. A link is replaced, not followed.
 * @param text What is in it.
 * @throws {ChatError} FILE if the system refuses.
 */
export async function replacePublic(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await createPublic(temporary, new TextEncoder().encode(text));
    await Deno.rename(temporary, path);
    await syncFolder(path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // the first error is the one to tell
    throw fileFault("write", path, error);
  }
}

async function createPublic(path: string, data: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: PUBLIC_MODE });
  let rest = data;
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  if (Deno.build.os !== "windows") await Deno.chmod(path, PUBLIC_MODE); // whatever the umask
  await file.sync();
}

/** The new name is on the disk with its folder. Where folders cannot be opened, the system sees to it. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(dirname(path));
  await folder.sync();
}
