import assert from "node:assert/strict";
import { ALL_MUTATIONS } from "./all_mutations.ts";

const SRC = new URL("../../src/", import.meta.url);

Deno.test("ALL_MUTATIONS name texts that src has exactly once", async () => {
  for (const { check, edits } of ALL_MUTATIONS) {
    for (const { file, search } of edits) {
      const text = await Deno.readTextFile(new URL(file, SRC));
      assert.equal(text.split(search).length - 1, 1, `${check}: ${file}: ${search}`);
    }
  }
});
