import assert from "node:assert/strict";
import { DurableFile } from "../../src/transcript/durable_file.ts";

/** Lets every write fail once the file is open, as a full disk does. */
async function withFullDisk(
  work: (file: DurableFile, repair: () => void) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const write = Deno.FsFile.prototype.writeSync;
  const repair = () => void (Deno.FsFile.prototype.writeSync = write);
  const file = await DurableFile.create(dir, "a");
  try {
    await file.append("first\n");
    Deno.FsFile.prototype.writeSync = () => {
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    };
    await work(file, repair);
  } finally {
    repair();
    await file.end();
    await Deno.remove(dir, { recursive: true });
  }
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
  await withFullDisk(async (file, repair) => {
    const both = await Promise.allSettled([file.append("second\n"), file.append("third\n")]);
    assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]);
    repair();
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
