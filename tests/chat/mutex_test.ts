import assert from "node:assert/strict";
import { Mutex } from "../../src/chat/mutex.ts";

Deno.test("Mutex runs one task at a time, in the order of asking", async () => {
  const mutex = new Mutex();
  const trace: string[] = [];
  await Promise.all([1, 2, 3].map((n) =>
    mutex.run(async () => {
      trace.push(`${n} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5 - n));
      trace.push(`${n} ends`);
    })
  ));
  assert.deepEqual(trace, [1, 2, 3].flatMap((n) => [`${n} begins`, `${n} ends`]));
});

Deno.test("Mutex gives an error to the one who asked and goes on", async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => Promise.reject(new Error("no")));
  const after = mutex.run(() => Promise.resolve("yes"));
  await assert.rejects(failing, /no/);
  assert.equal(await after, "yes");
});
