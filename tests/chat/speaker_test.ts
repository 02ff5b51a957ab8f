import assert from "node:assert/strict";
import { Speaker } from "../../src/chat/speaker.ts";

Deno.test("Speaker says as many as the rate asks for, each due at its time, also when it is late", async () => {
  const dues: number[] = [];
  let nowMs = 0;
  const tick = () => nowMs += 40; // a busy process: the clock runs ahead at each look
  const stop = new AbortController().signal;
  const speaker = new Speaker({ rate: 100, seconds: 1, stop, tick });
  await speaker.run((number, dueMs) => void (dues[number] = dueMs), () => {});
  assert.deepEqual(dues, Array.from({ length: 100 }, (_, number) => 40 + number * 10));
});

Deno.test("Speaker stops at once when it is told to, and says nothing at rate 0", async () => {
  const stop = new AbortController();
  const speaker = new Speaker({ rate: 0, seconds: 600, stop: stop.signal, tick: Date.now });
  let count = 0;
  const running = speaker.run(() => count++, () => {});
  stop.abort();
  assert.ok(await running < 600);
  assert.equal(count, 0);
});
