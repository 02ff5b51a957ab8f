/**
 * Runs something with a folder of its own, which is removed afterwards. The current folder stays what
 * it is: it belongs to the whole process, in which other tests run at the same time.
 *
 * @param work Gets the folder's absolute path.
 * @returns What the work returned.
 */
export async function inTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
