import assert from "node:assert/strict";
import { LIMITS, type Limits } from "../../src/chat/limits.ts";
import { Outbox } from "../../src/chat/outbox.ts";
import { within } from "../../src/chat/within.ts";
import type { ErrorCode } from "../../src/errors.ts";

/** A socket that takes so many bytes at a time, when it is told to. */
class Gate {
  readonly taken: number[] = [];
  #open = Promise.withResolvers<void>();
  readonly #bytesAtOnce: number;

  constructor(bytesAtOnce = 1e9) {
    this.#bytesAtOnce = bytesAtOnce;
  }

  open(): void {
    this.#open.resolve();
  }

  break(): void {
    this.#open.reject(new Deno.errors.BrokenPipe());
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#open.promise;
    const part = bytes.subarray(0, this.#bytesAtOnce);
    this.taken.push(...part);
    return part.length;
  }
}

function outboxOn(gate: Gate, limits: Partial<Limits> = {}) {
  const stalls: ErrorCode[] = [];
  const outbox = new Outbox(gate, {
    limits: { ...LIMITS, ...limits },
    onStall: (error) => stalls.push(error.code),
  });
  return { outbox, stalls };
}

Deno.test("Outbox writes frames in order, each of them whole", async () => {
  const gate = new Gate(2);
  const { outbox } = outboxOn(gate);
  for (const frame of [[1, 2, 3], [4], [5, 6, 7, 8, 9]]) outbox.push(new Uint8Array(frame));
  gate.open();
  await outbox.drained();
  assert.deepEqual(gate.taken, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  outbox.push(new Uint8Array([10]));
  await outbox.drained();
  assert.equal(gate.taken.at(-1), 10);
});

Deno.test("Outbox.room() waits while too much waits", async () => {
  const gate = new Gate();
  const { outbox } = outboxOn(gate, { waitingBytes: 100 });
  outbox.push(new Uint8Array(100));
  assert.equal(outbox.isFull, false);
  await outbox.room();
  outbox.push(new Uint8Array(1));
  assert.equal(outbox.isFull, true);
  const room = outbox.room();
  assert.equal(await within(room, 10), false);
  gate.open();
  await room;
  assert.equal(outbox.isFull, false);
});

Deno.test("Outbox is overrun only by more than words can be", () => {
  const { outbox } = outboxOn(new Gate(), { waitingBytes: 100 });
  for (let count = 0; count < 8; count++) outbox.push(new Uint8Array(176_000));
  assert.deepEqual([outbox.isFull, outbox.isOverrun], [true, false]);
  outbox.push(new Uint8Array(1_000_000));
  assert.equal(outbox.isOverrun, true);
  outbox.close();
});

Deno.test("Outbox says that the peer has stalled, once for a frame", async () => {
  const gate = new Gate();
  const { outbox, stalls } = outboxOn(gate, { writeMs: 10 });
  outbox.push(new Uint8Array(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(stalls, ["SLOW"]);
  gate.open();
  await outbox.drained();
});

Deno.test("Outbox forgets what waits when the socket breaks, and lets everybody go on", async () => {
  const gate = new Gate();
  const { outbox } = outboxOn(gate, { waitingBytes: 1 });
  outbox.push(new Uint8Array(9));
  outbox.push(new Uint8Array(9));
  const room = outbox.room();
  gate.break();
  await Promise.all([room, outbox.drained()]);
  assert.equal(outbox.isFull, false);
  outbox.push(new Uint8Array(9));
  assert.equal(outbox.isFull, false);
  assert.deepEqual(gate.taken, []);
});

Deno.test("Outbox.close() keeps the frame that is being written and no other", async () => {
  const gate = new Gate(1);
  const { outbox } = outboxOn(gate);
  outbox.push(new Uint8Array([1, 2]));
  outbox.push(new Uint8Array([3]));
  outbox.close();
  gate.open();
  await outbox.drained();
  assert.deepEqual(gate.taken, [1, 2]);
});
