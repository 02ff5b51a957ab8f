import assert from "node:assert/strict";
import { LOG_EVENTS } from "../../src/chat/event_log.ts";
import { readDocument, rowsOf, sectionOf } from "./markdown.ts";

Deno.test("docs/operations.md lists every event of a log, and no other", () => {
  const rows = rowsOf(sectionOf(readDocument("docs/operations.md"), "## Logs"))
    .filter(([name = ""]) => /^`[a-z]+\.[a-z_]+`$/.test(name));
  assert.deepEqual(rows, Object.entries(LOG_EVENTS).map(([name, text]) => [`\`${name}\``, text]));
});
