import assert from "node:assert/strict";
import { runScriptFile } from "../testkit/script.ts";

const FOLDER = new URL("./", import.meta.url);
const SCRIPTS_MIN = 5;

const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith(".txt")).sort();

Deno.test("scripts_test finds its scripts", () => {
  assert.ok(names.length >= SCRIPTS_MIN, `only ${names.length} scripts`);
});

for (const name of names) {
  Deno.test(`main() does what ${name} says`, async () => {
    const complaint = await runScriptFile(new URL(name, FOLDER));
    assert.equal(complaint, "", complaint);
  });
}
