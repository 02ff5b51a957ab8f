import assert from "node:assert/strict";
import { WorkQueue } from "../../src/chat/work_queue.ts";

/** A queue of two places and three that wait, with work that ends when it is told to. */
function queueOfGates() {
  const queue = new WorkQueue({ atOnce: 2, waiting: 3 });
  const started: number[] = [];
  const gates: Array<PromiseWithResolvers<number>> = [];
  const run = (name: number) => {
    const gate = gates[name] = Promise.withResolvers<number>();
    return queue.run(() => {
      started.push(name);
      return gate.promise;
    });
  };
  return { run, started, gates };
}

/** Lets everything happen that waits for nothing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("WorkQueue runs two at once, lets three wait in order, and refuses the sixth with BUSY", async () => {
  const { run, started, gates } = queueOfGates();
  const runs = [0, 1, 2, 3, 4].map(run);
  await assert.rejects(run(5), { code: "BUSY" });
  await settle();
  assert.deepEqual(started, [0, 1]);
  gates[1]?.resolve(1);
  await settle();
  const late = run(6);
  await settle();
  assert.deepEqual(started, [0, 1, 2], "who takes over a place holds it");
  for (const [name, gate] of gates.entries()) gate.resolve(name);
  assert.deepEqual(await Promise.all([...runs, late]), [0, 1, 2, 3, 4, 6]);
  assert.deepEqual(started, [0, 1, 2, 3, 4, 6]);
});

Deno.test("WorkQueue gives a place back when its task fails", async () => {
  const queue = new WorkQueue({ atOnce: 1, waiting: 1 });
  const fails = queue.run(() => Promise.reject(new TypeError("broken")));
  const waits = queue.run(() => Promise.resolve("done"));
  await assert.rejects(fails, TypeError);
  assert.equal(await waits, "done");
  assert.equal(await queue.run(() => Promise.resolve("again")), "again");
});
