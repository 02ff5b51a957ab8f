/** Whatever a peer sends, in whatever state: no throw, a code of the table, never INTERNAL. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ERRORS } from "../../../src/errors.ts";
import { decodeJson, encodeJson, type JsonValue } from "../../../src/protocol/v1/json.ts";
import { LOGIN, Machine, NOW_MS, openPair, type Stage } from "../../testkit/machines.ts";

const RUNS = 60; // for each state and kind of input

async function everyStage(): Promise<readonly Stage[]> {
  const { client, server, stages } = await openPair(LOGIN);
  const [words] = await client.say("hello");
  const [receipt] = await client.leave();
  assert.ok(words && receipt);
  return [
    ...stages,
    { name: "server: words", session: server.session, next: words },
    { name: "server: receipt", session: server.session, next: receipt },
    { name: "client: left", session: client.session, next: words },
  ];
}

async function takes(stage: Stage, body: Uint8Array): Promise<void> {
  const machine = new Machine(stage.session);
  machine.take(await stage.session.step({ kind: "frame", body, nowMs: NOW_MS }));
  for (const event of machine.events) {
    if (!("error" in event) || event.error === undefined) continue;
    const { code, message } = event.error;
    assert.ok(code in ERRORS && code !== "INTERNAL", `${stage.name}: ${code} ${message}`);
  }
}

Deno.test("every state answers random bytes with a code of the table, never INTERNAL", async () => {
  for (const stage of await everyStage()) {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => takes(stage, bytes)),
      { numRuns: RUNS },
    );
  }
});

Deno.test("every state answers changed bytes of its frame, never with INTERNAL", async () => {
  for (const stage of await everyStage()) {
    const change = fc.tuple(fc.nat(stage.next.length - 1), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let body = [...stage.next];
        for (const [place, byte, kind] of changes) {
          if (kind === 0) body[place] = byte;
          else if (kind === 1) body.splice(place, 1);
          else body = [...body.slice(0, place), byte, ...body.slice(place)];
        }
        await takes(stage, new Uint8Array(body));
      }),
      { numRuns: RUNS },
    );
  }
});

Deno.test("every state answers changed members of its frame, never with INTERNAL", async () => {
  const value: fc.Arbitrary<JsonValue> = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 0n, max: 1n << 2047n }),
    fc.constantFrom(null, true, "", "AA==", "=".repeat(24), "A".repeat(24), -1, 0),
  );
  for (const stage of await everyStage()) {
    const message = decodeJson(stage.next) as Record<string, JsonValue>;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(message)), value, async (name, changed) => {
        await takes(stage, encodeJson({ ...message, [name]: changed }));
      }),
      { numRuns: RUNS },
    );
  }
});

Deno.test("every state answers the frame of every other state, never with INTERNAL", async () => {
  const stages = await everyStage();
  for (const stage of stages) {
    for (const { next } of stages) await takes(stage, next);
  }
});
