import assert from "node:assert/strict";
import { within } from "../../src/chat/within.ts";

Deno.test("within() says whether a promise came in time; an error counts as coming", async () => {
  assert.equal(await within(Promise.resolve(1), 1_000), true);
  assert.equal(await within(Promise.reject(new Error("no")), 1_000), true);
  assert.equal(await within(new Promise(() => {}), 5), false);
});

Deno.test("within() leaves no rejection unhandled that comes too late", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  assert.equal(await within(promise, 1), false);
  reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve, 5));
});
