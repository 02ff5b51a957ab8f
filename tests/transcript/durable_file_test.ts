import assert from "node:assert/strict";
import { DurableFile } from "../../src/transcript/durable_file.ts";
import { type BrokenDisk, type DiskFault, fillDisk } from "../testkit/full_disk.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

/** A file with one line, and a disk that refuses from then on. */
async function withFullDisk(
  work: (file: DurableFile, disk: BrokenDisk) => Promise<void>,
  fault: DiskFault = {},
): Promise<void> {
  await inTempFolder(async (dir) => {
    const file = await DurableFile.create(dir, "a");
    await file.append("first\n");
    using disk = fillDisk(fault);
    try {
      await work(file, disk);
    } finally {
      disk[Symbol.dispose]();
      await file.end();
    }
  });
}

/** Waits for room with what it is told, and tries often. */
function watched(file: DurableFile, onStall: () => void = () => {}): readonly string[] {
  const told: string[] = [];
  file.waitForRoom({
    onStall: ({ message }) => {
      told.push(message);
      onStall();
    },
    onResume: () => told.push("room"),
    retryMs: 2,
  });
  return told;
}

async function turns(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 12));
}

Deno.test("DurableFile.append() words the system's error and names the path", async () => {
  await withFullDisk(async (file) => {
    await assert.rejects(file.append("second\n"), (error: Error & { code?: string }) => {
      assert.equal(error.code, "FILE");
      assert.equal(error.message, `cannot write "${file.path}": the disk is full`);
      return true;
    });
  });
});

Deno.test("DurableFile.append() refuses everything after a failure: never a hole", async () => {
  await withFullDisk(async (file, disk) => {
    const both = await Promise.allSettled([file.append("second\n"), file.append("third\n")]);
    assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]);
    disk[Symbol.dispose]();
    await assert.rejects(file.append("fourth\n"), { code: "FILE" });
    assert.equal(await Deno.readTextFile(file.path), "first\n");
  });
});

Deno.test("DurableFile.append() writes what waits together, with one sync", async () => {
  const dir = await Deno.makeTempDir();
  const syncData = Deno.FsFile.prototype.syncData;
  let syncs = 0;
  Deno.FsFile.prototype.syncData = function (this: Deno.FsFile) {
    syncs++;
    return syncData.call(this);
  };
  try {
    const file = await DurableFile.create(dir, "a");
    await Promise.all(Array.from({ length: 100 }, (_, index) => file.append(`${index}\n`)));
    assert.equal(syncs, 1);
    await file.end();
    assert.equal((await Deno.readTextFile(file.path)).split("\n").length, 101);
  } finally {
    Deno.FsFile.prototype.syncData = syncData;
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("DurableFile.append() rejects after end() with TypeError", async () => {
  const dir = await Deno.makeTempDir();
  const file = await DurableFile.create(dir, "a");
  await file.end();
  await assert.rejects(file.append("late\n"), TypeError);
  await Deno.remove(dir, { recursive: true });
});

const FAULTS: Readonly<Record<string, DiskFault>> = {
  "a write that is refused": {},
  "a write of which some bytes fit": { fits: 9 },
  "a quota that is used up": { code: "EDQUOT" },
  "a sync that is refused": { at: "sync" },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  Deno.test(`DurableFile.waitForRoom(): ${name} is tried again, nothing is lost, doubled or torn`, async () => {
    await withFullDisk(async (file, disk) => {
      const told = watched(file);
      const settled: string[] = [];
      const appends = ["second\n", "third\n"].map((text) =>
        file.append(text).then(() => settled.push(text))
      );
      await turns();
      appends.push(file.append("fourth\n").then(() => settled.push("fourth\n")));
      await turns();
      assert.ok(disk.refusals > 2, "it is tried more than once at once");
      assert.deepEqual([settled, file.isStalled, told.length], [[], true, 1]);
      assert.equal(await Deno.readTextFile(file.path), "first\n");
      disk[Symbol.dispose]();
      await Promise.all(appends);
      assert.equal(await Deno.readTextFile(file.path), "first\nsecond\nthird\nfourth\n");
      assert.deepEqual([file.isStalled, told.at(-1), told.length], [false, "room", 2]);
    }, fault);
  });
}

Deno.test("DurableFile.waitForRoom(): what is freed by whoever is told is found at once", async () => {
  await withFullDisk(async (file, disk) => {
    const told = watched(file, () => disk[Symbol.dispose]());
    await file.append("second\n");
    assert.deepEqual([told.length, disk.refusals], [2, 1]);
    assert.equal(await Deno.readTextFile(file.path), "first\nsecond\n");
  });
});

Deno.test("DurableFile.waitForRoom(): a disk that fails is no full one", async () => {
  await withFullDisk(async (file) => {
    const told = watched(file);
    await assert.rejects(file.append("second\n"), { code: "FILE" });
    assert.deepEqual(told, []);
  }, { code: "EIO" });
});

Deno.test("DurableFile.waitForRoom(): a disk that fails while room is waited for ends the waiting", async () => {
  await withFullDisk(async (file, disk) => {
    watched(file);
    const appends = [file.append("second\n"), file.append("third\n")];
    await turns();
    disk[Symbol.dispose]();
    using _broken = fillDisk({ code: "EIO" });
    const both = await Promise.allSettled(appends);
    assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]);
    await assert.rejects(file.append("fourth\n"), { code: "FILE" });
  });
});

for (const act of ["end", "hurry"] as const) {
  Deno.test(`DurableFile.${act}() waits for no room: it tries once more, then what waits fails`, async () => {
    await withFullDisk(async (file) => {
      watched(file);
      const appends = [file.append("second\n")];
      await turns();
      appends.push(file.append("third\n"));
      const outcomes = Promise.allSettled(appends);
      await file[act]();
      assert.deepEqual((await outcomes).map(({ status }) => status), ["rejected", "rejected"]);
      assert.equal(await Deno.readTextFile(file.path), "first\n");
    });
  });
}

Deno.test("DurableFile.append() leaves no half line behind on a full disk that it does not wait for", async () => {
  await withFullDisk(async (file) => {
    await assert.rejects(file.append("second\n"), { code: "FILE" });
    assert.equal(await Deno.readTextFile(file.path), "first\n");
  }, { fits: 3 });
});

Deno.test("DurableFile.end() during a stall writes all when there is room by then", async () => {
  await withFullDisk(async (file, disk) => {
    watched(file);
    const appends = [file.append("second\n")];
    await turns();
    appends.push(file.append("third\n"));
    disk[Symbol.dispose]();
    await file.end();
    await Promise.all(appends);
    assert.equal(await Deno.readTextFile(file.path), "first\nsecond\nthird\n");
  });
});

Deno.test("DurableFile.discard() leaves nothing behind", async () => {
  await inTempFolder(async (dir) => {
    const file = await DurableFile.create(dir, "a");
    await file.discard();
    assert.deepEqual(await Array.fromAsync(Deno.readDir(dir)), []);
  });
});

Deno.test("DurableFile holds a lock on the file for as long as it is open", async () => {
  await inTempFolder(async (dir) => {
    const file = await DurableFile.create(dir, "a");
    using other = await Deno.open(file.path, { read: true, write: true });
    assert.equal(await other.tryLock(true), false);
    await file.end();
    assert.equal(await other.tryLock(true), true);
  });
});
