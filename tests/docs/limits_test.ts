import assert from "node:assert/strict";
import { LIMIT_TABLE } from "../../src/chat/limit_table.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { readDocument, rowsOf, sectionOf } from "./markdown.ts";

Deno.test("docs/operations.md lists every limit with its default, bounds and reason, and no other", () => {
  const rows = rowsOf(sectionOf(readDocument("docs/operations.md"), "## Limits"));
  const known = Object.entries(LIMIT_TABLE).map(([name, { key, least, greatest, reason }]) => [
    ...[`\`${name}\``, `${LIMITS[key]}`, `${least} to ${greatest}`, reason],
  ]);
  assert.deepEqual(rows, known);
});
