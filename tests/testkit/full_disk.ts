/**
 * Lets every write to a file fail, as a full disk does, until the result is disposed of.
 *
 * @returns The repair.
 */
export function fillDisk(): Disposable {
  const write = Deno.FsFile.prototype.writeSync;
  Deno.FsFile.prototype.writeSync = () => {
    throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  };
  return {
    [Symbol.dispose]: () => {
      Deno.FsFile.prototype.writeSync = write;
    },
  };
}
