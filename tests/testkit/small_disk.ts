/**
 * A disk of a megabyte, which a test can fill.
 *
 * @module
 */

const SIZE = "1m";

/** A mounted disk; dispose of it. */
export class SmallDisk implements Disposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Mounts one, or gives nothing where this user may not. */
  static mount(): SmallDisk | undefined {
    const path = Deno.makeTempDirSync({ prefix: "securechat-disk-" });
    if (hasWorked("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", path])) {
      return new SmallDisk(path);
    }
    Deno.removeSync(path);
    return undefined;
  }

  /** Takes all that is free, down to the last byte. */
  fill(): void {
    using file = Deno.openSync(`${this.path}/filler`, { create: true, append: true });
    for (let bytes = 65_536; bytes >= 1;) {
      try {
        file.writeSync(new Uint8Array(bytes));
      } catch {
        bytes = Math.floor(bytes / 2);
      }
    }
  }

  /** Gives it back. */
  empty(): void {
    Deno.removeSync(`${this.path}/filler`);
  }

  [Symbol.dispose](): void {
    // Lazily: a program that a failed test has left may still have files there.
    hasWorked("umount", ["-l", this.path]);
    Deno.removeSync(this.path);
  }
}

function hasWorked(program: string, args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...args], stderr: "null" }).outputSync().success;
  } catch {
    return false; // there is no such program
  }
}

/** Whether the tests of it can run; says so once where they cannot. */
function canMount(): boolean {
  using disk = SmallDisk.mount();
  if (disk !== undefined) return true;
  const text = "skipped without the right to mount a tmpfs: run the tests as root, on Linux\n";
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  return false;
}

const ignore = !canMount();

/**
 * Registers a test that needs a small disk.
 *
 * @param name The test's name.
 * @param fn The test.
 */
export function onSmallDisk(name: string, fn: (disk: SmallDisk) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      using disk = SmallDisk.mount() ?? unmountable();
      await fn(disk);
    },
  });
}

function unmountable(): never {
  throw new Error("a tmpfs could be mounted before, and now cannot");
}
