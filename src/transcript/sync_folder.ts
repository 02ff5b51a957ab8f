import { dirname } from "node:path";
import { isFullDisk } from "./file_fault.ts";

/**
 * Puts the names of a folder on the disk, so that a file that was made in it is still found after a
 * power cut. Where a folder cannot be opened or does not know how, the system sees to it.
 *
 * @param path A file in the folder.
 * @throws {Error} The system's, if the disk is full or fails.
 */
export async function syncFolderOf(path: string): Promise<void> {
  try {
    using folder = await Deno.open(dirname(path));
    await folder.sync();
  } catch (error) {
    const hasFailed = error instanceof Error && "code" in error && error.code === "EIO";
    if (hasFailed || isFullDisk(error)) throw error;
  }
}
