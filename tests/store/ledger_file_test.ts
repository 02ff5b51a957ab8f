import assert from "node:assert/strict";
import { LedgerFile, readLedgerFile } from "../../src/store/ledger_file.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

Deno.test("LedgerFile appends lines, and readLedgerFile() reads them", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/x.jsonl`;
    {
      using file = await LedgerFile.open(path);
      await file.append("one");
      await file.append("zw\u00f6lf");
      assert.deepEqual((await file.read()).lines, ["one", "zw\u00f6lf"]);
    }
    const { lines, torn } = await readLedgerFile(path);
    assert.deepEqual([lines, torn.length], [["one", "zw\u00f6lf"], 0]);
    if (Deno.build.os !== "windows") {
      const { mode } = await Deno.stat(path);
      assert.equal((mode ?? 0) & 0o777, 0o600);
    }
  }));

Deno.test("LedgerFile.setAside() keeps a torn line, even one cut within a character", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/x.jsonl`;
    const cut = new TextEncoder().encode("one\n{\u00fc").slice(0, -1);
    await Deno.writeFile(path, cut);
    using file = await LedgerFile.open(path);
    const { lines, torn } = await file.read();
    assert.deepEqual(lines, ["one"]);
    const kept = await file.setAside(torn);
    assert.deepEqual(await Deno.readFile(kept), cut.slice(4));
    await file.append("two");
    assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
  }));

Deno.test("LedgerFile.open() waits for who holds the file, and not for ever", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/x.jsonl`;
    const first = await LedgerFile.open(path);
    await assert.rejects(LedgerFile.open(path, { waitMs: 60 }), { code: "FILE" });
    const second = LedgerFile.open(path);
    await first.append("first");
    first[Symbol.dispose]();
    using file = await second;
    assert.deepEqual((await file.read()).lines, ["first"]);
  }));

Deno.test("LedgerFile.open() follows the name when the file is replaced meanwhile", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/x.jsonl`;
    const first = await LedgerFile.open(path);
    const second = LedgerFile.open(path);
    await new Promise((resolve) => setTimeout(resolve, 50)); // it is waiting by now
    await Deno.rename(path, `${path}.old`);
    first[Symbol.dispose]();
    using file = await second;
    await file.append("new");
    assert.equal(await Deno.readTextFile(path), "new\n");
    assert.equal(await Deno.readTextFile(`${path}.old`), "");
  }));

Deno.test("readLedgerFile() rejects a missing file with NO_INPUT, LedgerFile a missing folder with FILE", () =>
  inTempFolder(async (folder) => {
    await assert.rejects(readLedgerFile(`${folder}/x`), { code: "NO_INPUT" });
    await assert.rejects(LedgerFile.open(`${folder}/no/x`), { code: "FILE" });
    await assert.rejects(LedgerFile.open(folder), { code: "FILE" });
  }));
