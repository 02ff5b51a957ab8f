import assert from "node:assert/strict";
import { DiskReserve } from "../../src/transcript/disk_reserve.ts";
import { fillDisk } from "../testkit/full_disk.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

Deno.test("DiskReserve takes its room, gives it back, and has no name", async () => {
  await inTempFolder(async (dir) => {
    using reserve = await DiskReserve.open(`${dir}/transcripts`, { bytes: 100_000 });
    assert.deepEqual([await reserve.take(), reserve.isHeld], [true, true]);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(`${dir}/transcripts`)), []);
    reserve.release();
    assert.equal(reserve.isHeld, false);
  });
});

Deno.test("DiskReserve is not taken unless more than it is free", async () => {
  await inTempFolder(async (dir) => {
    using reserve = await DiskReserve.open(dir, { bytes: 1_000 });
    {
      using _full = fillDisk({ fits: 1_500 });
      assert.equal(await reserve.take({ beyond: 501 }), false);
    }
    using _room = fillDisk({ fits: 1_500 });
    assert.equal(await reserve.take({ beyond: 500 }), true);
  });
});

Deno.test("DiskReserve that is given back while it is taken is not held", async () => {
  await inTempFolder(async (dir) => {
    using reserve = await DiskReserve.open(dir, { bytes: 1_000 });
    const taking = reserve.take();
    reserve.release();
    assert.deepEqual([await taking, reserve.isHeld], [false, false]);
    assert.equal(await reserve.take(), true);
  });
});

Deno.test("DiskReserve tells a disk that fails from a full one", async () => {
  await inTempFolder(async (dir) => {
    using reserve = await DiskReserve.open(dir, { bytes: 1_000 });
    using _broken = fillDisk({ code: "EIO" });
    await assert.rejects(reserve.take(), { code: "FILE" });
  });
});
