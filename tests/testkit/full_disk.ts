/** How the disk fails. */
export interface DiskFault {
  /** What the system reports: ENOSPC unless another is named. */
  readonly code?: string;
  /** "sync": bytes are taken, and fdatasync finds out. */
  readonly at?: "write" | "sync";
  /** So many bytes still fit, all files together. */
  readonly fits?: number;
}

/** A broken disk. */
export interface BrokenDisk extends Disposable {
  /** How often something was refused. */
  readonly refusals: number;
}

/**
 * Lets every write to a file fail, as a full disk does, until the result is disposed of.
 *
 * @param fault How it fails.
 * @returns The repair.
 */
export function fillDisk({ code = "ENOSPC", at = "write", fits = 0 }: DiskFault = {}): BrokenDisk {
  const { prototype } = Deno.FsFile;
  const { writeSync, syncData } = prototype;
  const broken = {
    refusals: 0,
    [Symbol.dispose]: () => void Object.assign(prototype, { writeSync, syncData }),
  };
  const refuse = (): Error => {
    broken.refusals++;
    return Object.assign(new Error("the test's disk refuses"), { code });
  };
  let left = fits;
  if (at === "sync") prototype.syncData = () => Promise.reject(refuse());
  else {
    prototype.writeSync = function (bytes) {
      if (left <= 0) throw refuse();
      const length = writeSync.call(this, bytes.subarray(0, left));
      left -= length;
      return length;
    };
  }
  return broken;
}
