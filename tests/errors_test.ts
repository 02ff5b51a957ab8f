import assert from "node:assert/strict";
import { asChatError, ChatError, type ErrorCode, ERRORS, type ErrorSpec } from "../src/errors.ts";

const TABLE = Object.entries(ERRORS) as readonly (readonly [ErrorCode, ErrorSpec])[];

Deno.test("ERRORS has a hint and a word for the peer for every code", () => {
  for (const [code, { hint, wire }] of TABLE) {
    assert.match(code, /^[A-Z][A-Z_]+$/);
    assert.ok(hint.length > 10, `${code} needs a hint`);
    assert.match(hint, /^[a-z]/, `the hint of ${code} begins in lower case`);
    assert.doesNotMatch(hint, /\.$/, `the hint of ${code} has no final period`);
    assert.match(wire, /^[A-Z][A-Z_]+$/);
  }
});

Deno.test("ERRORS uses the documented exit statuses alone", () => {
  const allowed = [0, 1, 2, 3, 4, 70, 75];
  for (const [code, { exit }] of TABLE) assert.ok(allowed.includes(exit), code);
  assert.equal(ERRORS.USAGE.exit, 2);
  assert.equal(ERRORS.NO_INPUT.exit, 4);
  assert.equal(ERRORS.INTERNAL.exit, 70);
});

Deno.test("asChatError() keeps a ChatError and makes INTERNAL of everything else", () => {
  const known = new ChatError("REPLAY", "cannot accept message 7");
  assert.equal(asChatError(known), known);
  for (const thrown of [new TypeError("x is undefined"), "text", undefined, null, 7]) {
    const error = asChatError(thrown);
    assert.equal(error.code, "INTERNAL");
    assert.equal(error.cause, thrown);
  }
});

Deno.test("ChatError takes the table's hint unless it is given a better one", () => {
  assert.equal(new ChatError("BUSY", "x").hint, ERRORS.BUSY.hint);
  assert.equal(new ChatError("BUSY", "x", { hint: "better" }).hint, "better");
});
