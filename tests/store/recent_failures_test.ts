import assert from "node:assert/strict";
import { RecentFailures } from "../../src/store/recent_failures.ts";

Deno.test("RecentFailures doubles the delay with each failure, from 1 s to 60 s", () => {
  const failures = new RecentFailures({ free: 0 });
  assert.equal(failures.delayMs("k", 0), 0);
  let nowMs = 0;
  const delays: number[] = [];
  for (let count = 0; count < 9; count++) {
    failures.add("k", nowMs);
    delays.push(failures.delayMs("k", nowMs));
    nowMs += failures.delayMs("k", nowMs);
    assert.equal(failures.delayMs("k", nowMs), 0);
  }
  assert.deepEqual(delays.map((ms) => ms / 1000), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.equal(failures.delayMs("another", nowMs), 0);
});

Deno.test("RecentFailures.add() can be taken back as if it had not been", () => {
  const failures = new RecentFailures({ free: 0 });
  failures.add("k", 0)();
  assert.equal(failures.delayMs("k", 0), 0);
  failures.add("k", 0);
  failures.add("k", 5000)();
  assert.equal(failures.delayMs("k", 0), 1000);
  assert.equal(failures.delayMs("k", 5000), 0, "nobody waits longer for what was not checked");
});

Deno.test("RecentFailures keeps a later failure when an earlier attempt is taken back", () => {
  const failures = new RecentFailures({ free: 0 });
  const takeBack = failures.add("k", 0);
  failures.add("k", 1000);
  takeBack();
  assert.equal(failures.count("k", 1000), 1);
  assert.equal(failures.delayMs("k", 1000), 1000);
  failures.set("k", 0, 1000);
  takeBack();
  assert.equal(failures.count("k", 1000), 0, "a success has cleared it");
});

Deno.test("RecentFailures forgets after 15 minutes, and the oldest key when it is full", () => {
  const failures = new RecentFailures({ free: 0, keysMax: 2 });
  failures.add("a", 0);
  assert.equal(failures.count("a", 15 * 60_000 - 1), 1);
  assert.equal(failures.count("a", 15 * 60_000), 0);
  for (const key of ["a", "b", "c"]) failures.add(key, 0);
  assert.deepEqual(["a", "b", "c"].map((key) => failures.count(key, 0)), [0, 1, 1]);
});

Deno.test("RecentFailures makes nobody wait for ever when the clock goes back", () => {
  const failures = new RecentFailures({ free: 0 });
  failures.add("k", 1_000_000);
  assert.equal(failures.delayMs("k", 0), 1000);
});
