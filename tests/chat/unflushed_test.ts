import assert from "node:assert/strict";
import { Unflushed } from "../../src/chat/unflushed.ts";
import { ChatError } from "../../src/errors.ts";

const TURN_MS = 1;

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TURN_MS));
}

Deno.test("Unflushed has room up to its bound, and again when enough is on the disk", async () => {
  const unflushed = new Unflushed({ maxBytes: 10, onFailure: () => {} });
  const first = Promise.withResolvers<void>();
  unflushed.add(first.promise, 10);
  await unflushed.room();
  unflushed.add(new Promise(() => {}), 1);
  let hasRoom = false;
  const room = unflushed.room().then(() => hasRoom = true);
  await turn();
  assert.equal(hasRoom, false);
  first.resolve();
  await room;
});

Deno.test("Unflushed waits for all of it, in whatever order it is flushed", async () => {
  const unflushed = new Unflushed({ maxBytes: 10, onFailure: () => {} });
  const flushes = [1, 2].map(() => Promise.withResolvers<void>());
  for (const { promise } of flushes) unflushed.add(promise, 1);
  let isAll = false;
  const all = unflushed.all().then(() => isAll = true);
  flushes[1]?.resolve();
  await turn();
  assert.equal(isAll, false);
  flushes[0]?.resolve();
  await all;
});

Deno.test("Unflushed tells the first failure at once, and throws it from then on", async () => {
  const told: string[] = [];
  const unflushed = new Unflushed({ maxBytes: 10, onFailure: ({ code }) => told.push(code) });
  const flush = Promise.withResolvers<void>();
  unflushed.add(flush.promise, 1);
  unflushed.add(Promise.reject(new ChatError("FILE", "cannot write")), 1);
  await turn();
  assert.deepEqual(told, ["FILE"]);
  await assert.rejects(unflushed.room(), { code: "FILE" });
  flush.reject(new ChatError("INTERNAL", "later"));
  await assert.rejects(unflushed.all(), { code: "FILE" });
  assert.deepEqual(told, ["FILE"]);
});
