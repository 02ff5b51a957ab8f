import assert from "node:assert/strict";
import { readPrivate, writePrivate, writePrivateTogether } from "../../src/store/private_file.ts";

/** A test with a folder of its own, which is removed. */
function inFolder(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await fn(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

inFolder("writePrivate() makes a file that only its owner may read", async (folder) => {
  await writePrivate(`${folder}/key`, "päss");
  assert.equal(await Deno.readTextFile(`${folder}/key`), "päss");
  assert.equal(await modeOf(`${folder}/key`), 0o600);
});

inFolder("writePrivate() rejects with EXISTS and leaves the file as it is", async (folder) => {
  await writePrivate(`${folder}/key`, "old");
  await assert.rejects(writePrivate(`${folder}/key`, "new"), (error: Error) => {
    assert.equal("code" in error && error.code, "EXISTS");
    assert.ok(error.message.includes(`${folder}/key`));
    return true;
  });
  assert.equal(await Deno.readTextFile(`${folder}/key`), "old");
});

inFolder("writePrivate() does not follow a link", async (folder) => {
  await Deno.writeTextFile(`${folder}/target`, "kept");
  await Deno.symlink(`${folder}/target`, `${folder}/key`);
  await assert.rejects(writePrivate(`${folder}/key`, "new"), { code: "EXISTS" });
  await writePrivate(`${folder}/key`, "new", { replace: true });
  assert.equal(await Deno.readTextFile(`${folder}/target`), "kept");
  assert.equal(await Deno.readTextFile(`${folder}/key`), "new");
});

inFolder(
  "writePrivate() replaces in one step and closes what was open to others",
  async (folder) => {
    await Deno.writeTextFile(`${folder}/key`, "old", { mode: 0o644 });
    await writePrivate(`${folder}/key`, new Uint8Array([1, 2]), { replace: true });
    assert.deepEqual(await Deno.readFile(`${folder}/key`), new Uint8Array([1, 2]));
    assert.equal(await modeOf(`${folder}/key`), 0o600);
    assert.deepEqual(await namesIn(folder), ["key"]);
  },
);

inFolder("writePrivate() rejects with FILE and makes no folder", async (folder) => {
  const paths = [`${folder}/missing/key`, `${folder}/file/key`, `${folder}/${"x".repeat(300)}`];
  await Deno.writeTextFile(`${folder}/file`, "");
  for (const path of paths) {
    for (const replace of [false, true]) {
      await assert.rejects(writePrivate(path, "x", { replace }), { code: "FILE" }, path);
    }
  }
  assert.deepEqual(await namesIn(folder), ["file"]);
});

inFolder("writePrivate() rejects with FILE when the target is a folder", async (folder) => {
  await Deno.mkdir(`${folder}/key`);
  await assert.rejects(writePrivate(`${folder}/key`, "x", { replace: true }), { code: "FILE" });
  assert.deepEqual(await namesIn(folder), ["key"]);
});

inFolder("readPrivate() returns what was written, up to the limit", async (folder) => {
  await writePrivate(`${folder}/key`, "12345");
  const { bytes, exposed } = await readPrivate(`${folder}/key`, { maxBytes: 5 });
  assert.equal(new TextDecoder().decode(bytes), "12345");
  assert.equal(exposed, false);
  await assert.rejects(readPrivate(`${folder}/key`, { maxBytes: 4 }), { code: "FILE" });
});

inFolder("readPrivate() tells whether others may read the file", async (folder) => {
  await Deno.writeTextFile(`${folder}/key`, "x");
  for (const mode of [0o644, 0o640, 0o604, 0o602]) {
    await Deno.chmod(`${folder}/key`, mode);
    assert.equal((await readPrivate(`${folder}/key`, { maxBytes: 9 })).exposed, true);
  }
});

inFolder("readPrivate() rejects what is not a plain file", async (folder) => {
  await assert.rejects(readPrivate(`${folder}/none`, { maxBytes: 9 }), { code: "NO_INPUT" });
  await assert.rejects(readPrivate(folder, { maxBytes: 9 }), { code: "FILE" });
  await assert.rejects(readPrivate(`${folder}/a\0b`, { maxBytes: 9 }), { code: "FILE" });
});

inFolder("writePrivateTogether() replaces all of the files or none", async (folder) => {
  const files = ["key", "cert"].map((name) => ({ path: `${folder}/${name}`, data: "old" }));
  await writePrivateTogether(files, { replace: false });
  const after = files.map(({ path }) => ({ path, data: "new" }));
  await assert.rejects(writePrivateTogether(after, { replace: false }), { code: "EXISTS" });
  const lost = { path: `${folder}/none/cert`, data: "new" };
  await assert.rejects(writePrivateTogether([...after, lost], { replace: true }), { code: "FILE" });
  for (const { path } of files) assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual((await namesIn(folder)).sort(), ["cert", "key"]);
  await writePrivateTogether(after, { replace: true });
  for (const { path } of files) {
    assert.equal(await Deno.readTextFile(path), "new");
    assert.equal(await modeOf(path), 0o600);
  }
  assert.deepEqual((await namesIn(folder)).sort(), ["cert", "key"]);
});
