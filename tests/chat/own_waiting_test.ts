import assert from "node:assert/strict";
import { OwnWaiting } from "../../src/chat/own_waiting.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";

/** A clock that stands still unless it is told to go on, with the timers that wait for it. */
class Clock implements Disposable {
  nowMs = 0;
  readonly #timers: { readonly atMs: number; readonly ring: () => void }[] = [];
  readonly #wait = globalThis.setTimeout;

  constructor() {
    const setTimeout = (ring: () => void, ms: number) =>
      this.#timers.push({ atMs: this.nowMs + ms, ring });
    Object.assign(globalThis, { setTimeout });
  }

  goOn(ms: number): void {
    this.nowMs += ms;
    const due = this.#timers.splice(0);
    for (const timer of due) {
      if (timer.atMs <= this.nowMs) timer.ring();
      else this.#timers.push(timer);
    }
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#wait;
  }
}

function waitingOn(
  clock: Clock,
): { readonly waiting: OwnWaiting; readonly told: readonly SessionEvent[] } {
  const told: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => told.push(event);
  return { waiting: new OwnWaiting({ now: () => clock.nowMs, onEvent, room: "main" }), told };
}

Deno.test("OwnWaiting tells once of words that wait, with the server's reason, and once that all are back", () => {
  using clock = new Clock();
  const { waiting, told } = waitingOn(clock);
  waiting.said();
  waiting.said();
  assert.deepEqual([waiting.refused("full"), waiting.refused("full")], [true, false]);
  clock.goOn(4_999);
  assert.deepEqual(told, []);
  clock.goOn(1);
  assert.deepEqual(told, [{ kind: "waiting", room: "main", count: 2, reason: "full" }]);
  waiting.said();
  waiting.cameBack();
  waiting.cameBack();
  clock.goOn(20_000);
  assert.equal(told.length, 1);
  waiting.cameBack();
  assert.deepEqual(told[1], { kind: "waiting", room: "main", count: 0 });
  assert.equal(waiting.refused("full"), true, "a new story");
});

Deno.test("OwnWaiting says nothing of words that come back in time, however many follow", () => {
  using clock = new Clock();
  const { waiting, told } = waitingOn(clock);
  waiting.said();
  for (let count = 0; count < 10; count++) {
    clock.goOn(1_500);
    waiting.said();
    clock.goOn(1_500);
    waiting.cameBack();
  }
  assert.deepEqual(told, []);
});

Deno.test("OwnWaiting says nothing while this side's disk is full, nor right after", () => {
  using clock = new Clock();
  const { waiting, told } = waitingOn(clock);
  waiting.said();
  waiting.hold(true);
  clock.goOn(60_000);
  waiting.hold(false);
  clock.goOn(4_999);
  assert.deepEqual(told, []);
  clock.goOn(1);
  assert.deepEqual(told, [{ kind: "waiting", room: "main", count: 1 }]);
});

Deno.test("OwnWaiting that is off tells nothing", () => {
  using clock = new Clock();
  const { waiting, told } = waitingOn(clock);
  waiting.said();
  waiting.off();
  clock.goOn(0);
  waiting.said();
  assert.deepEqual(told, []);
});
