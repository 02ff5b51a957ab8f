import assert from "node:assert/strict";
import { Coverage } from "../../../src/protocol/v2/coverage.ts";

Deno.test("a head is due after the first entry that is not covered, whatever came later", () => {
  const coverage = new Coverage(2000);
  coverage.entry(0, 0);
  coverage.entry(1, 5000);
  assert.equal(coverage.dueAtMs, 2000);
  coverage.cover(1, 6000);
  assert.equal(coverage.dueAtMs, 7000);
  coverage.cover(2, 6000);
  assert.equal(coverage.dueAtMs, undefined);
  coverage.cover(1, 7000); // an older one takes nothing back
  assert.equal(coverage.dueAtMs, undefined);
});

Deno.test("lateness is reported once, and again after something was signed", () => {
  const coverage = new Coverage(2000);
  coverage.entry(0, 0);
  coverage.entry(1, 10_000);
  assert.equal(coverage.lateAtMs, 62_000);
  assert.equal(coverage.reportLate(61_999), false);
  assert.equal(coverage.reportLate(62_000), true);
  assert.equal(coverage.reportLate(99_000), false);
  assert.equal(coverage.lateAtMs, undefined);
  coverage.cover(1, 99_000);
  assert.equal(coverage.reportLate(99_000), true);
});

Deno.test("a side that never signs is late, and no more entries than some are remembered", () => {
  const coverage = new Coverage(2000);
  for (let second = 0; second < 1000; second++) coverage.entry(second, second * 1000);
  assert.equal(coverage.dueAtMs, 2000);
  coverage.cover(256, 1_000_000); // all that is remembered: the rest counts from now
  assert.equal(coverage.dueAtMs, 1_002_000);
  coverage.cover(1000, 1_000_000);
  assert.equal(coverage.dueAtMs, undefined);
});
