/** docs/operations.md tells the operator's commands, requests and answers as they are. */

import assert from "node:assert/strict";
import { ANSWER_MEMBERS } from "../../src/chat/operator/answer.ts";
import { ACTS, REQUEST_MEMBERS } from "../../src/chat/operator/request.ts";
import { help } from "../../src/cli/admin.ts";
import { SYNTAX } from "../../src/cli/operator_words.ts";
import { quotedIn, readDocument, rowsOf, sectionOf } from "./markdown.ts";

const OPERATIONS = readDocument("docs/operations.md");

Deno.test("operations.md lists every command of the operator as it is typed, and no other", () => {
  const text = sectionOf(OPERATIONS, "## The operator").replaceAll("\\|", "¦");
  const documented = rowsOf(text).map(([use = ""]) => use.replaceAll("`", "").replaceAll("¦", "|"))
    .slice(0, ACTS.length);
  assert.deepEqual(documented, ACTS.map((act) => `${act} ${SYNTAX[act].use}`.trim()));
  for (const act of ACTS) assert.match(help, new RegExp(`^  ${act} `, "m"));
});

Deno.test("operations.md tells the members of requests and answers of the admin socket", () => {
  const rows = rowsOf(sectionOf(OPERATIONS, "### The admin socket"));
  const documented = rows.map(([act = "", request = "", answer = ""]) => [
    ...quotedIn(act),
    quotedIn(request).join(" "),
    quotedIn(answer).join(" "),
  ]);
  const known = ACTS.map((act) => [
    act,
    REQUEST_MEMBERS.get(act)?.join(" "),
    ANSWER_MEMBERS.get(act)?.join(" "),
  ]);
  assert.deepEqual(documented, known);
});

Deno.test("operations.md tells the log event of every command", () => {
  const rows = rowsOf(sectionOf(OPERATIONS, "## Logs"));
  const events = rows.flatMap(([cell = ""]) => quotedIn(cell))
    .filter((name) => name.startsWith("operator."));
  const known = [...ACTS.map((act) => `operator.${act}`), "operator.refused"];
  assert.deepEqual(events.toSorted(), known.toSorted());
});
