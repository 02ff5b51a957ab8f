import assert from "node:assert/strict";
import { inTempFolder, runScript } from "../testkit/script.ts";

const FOLDER = new URL("./", import.meta.url);
const SCRIPTS_MIN = 5;

const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith(".txt")).sort();

Deno.test("scripts_test finds its scripts", () => {
  assert.ok(names.length >= SCRIPTS_MIN, `only ${names.length} scripts`);
});

for (const name of names) {
  const text = Deno.readTextFileSync(new URL(name, FOLDER));
  Deno.test(`main() does what ${name} says`, () =>
    inTempFolder(async () => {
      assert.ok(await runScript(text) > 0, "no commands found");
    }));
}
