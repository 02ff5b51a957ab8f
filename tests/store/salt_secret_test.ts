import assert from "node:assert/strict";
import { loadSaltSecret } from "../../src/store/salt_secret.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

Deno.test("loadSaltSecret() makes a secret once, for its owner alone", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/secret`;
    const secret = await loadSaltSecret(path);
    assert.equal(secret.length, 32);
    assert.deepEqual(await loadSaltSecret(path), secret);
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    assert.notDeepEqual(await loadSaltSecret(`${folder}/other`), secret);
  }));

Deno.test("loadSaltSecret() rejects a broken file with FORMAT and leaves it", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/secret`;
    for (const text of ["", "abc\n", `${"0".repeat(63)}g\n`]) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(loadSaltSecret(path), { code: "FORMAT" });
      assert.equal(await Deno.readTextFile(path), text);
    }
  }));
