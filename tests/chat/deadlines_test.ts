import assert from "node:assert/strict";
import { Deadlines } from "../../src/chat/deadlines.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { wait } from "../testkit/wait.ts";

function deadlines({ stepMs = 30 } = {}) {
  const limits = { ...LIMITS, stepMs, signInMs: 60, receiptMs: 30 };
  const late: (string | undefined)[] = [];
  return { late, clocks: new Deadlines(limits, (error) => late.push(error?.code)) };
}

Deno.test("Deadlines end a step of the handshake with TIMEOUT, and none of the open chat", async () => {
  const { clocks, late } = deadlines();
  clocks.stepTaken("step");
  clocks.stepTaken("open");
  await wait(50);
  assert.deepEqual(late, []);
  clocks.stepTaken("step");
  await wait(50);
  assert.deepEqual(late, ["TIMEOUT"]);
});

Deno.test("Deadlines give signing in one time, whatever steps it takes", async () => {
  const { clocks, late } = deadlines({ stepMs: 5_000 });
  clocks.signInBegins();
  for (let count = 0; count < 5; count++) {
    clocks.stepTaken("step");
    await wait(15);
  }
  clocks.stepTaken("person");
  assert.deepEqual(late, ["TIMEOUT"]);
});

Deno.test("Deadlines forget signing in when it has been done", async () => {
  const { clocks, late } = deadlines();
  clocks.signInBegins();
  clocks.signInEnds();
  await wait(80);
  assert.deepEqual(late, []);
});

Deno.test("Deadlines end the wait for a receipt without an error", async () => {
  const { clocks, late } = deadlines();
  clocks.receiptBegins();
  await wait(50);
  assert.deepEqual(late, [undefined]);
});

Deno.test("Deadlines.clear() stops every clock", async () => {
  const { clocks, late } = deadlines();
  clocks.signInBegins();
  clocks.stepTaken("step");
  clocks.receiptBegins();
  clocks.clear();
  await wait(80);
  assert.deepEqual(late, []);
});
