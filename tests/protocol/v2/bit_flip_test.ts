/**
 * Every bit of every frame of a handshake, flipped: `SECURECHAT_FLIPS=all` takes all bits and prints the
 * counts; otherwise every 61st is taken.
 */

import assert from "node:assert/strict";
import { deliverFlipped } from "../../testkit/bit_flips.ts";
import { expectedOutcome } from "../../testkit/expected_flip.ts";
import { FixedHandshake, HANDSHAKE_MESSAGES } from "../../testkit/fixed_handshake.ts";

const IS_WHOLE = Deno.env.get("SECURECHAT_FLIPS") === "all";
const STEP = IS_WHOLE ? 1 : 61; // prime to 8: every bit of a byte has its turn
const HEADER_BITS = 32;

/** Bits of a frame that are flipped: those of its header always. */
function* bitsOf(frameBytes: number): Generator<number> {
  for (let bit = 0; bit < HEADER_BITS; bit++) yield bit;
  for (let bit = HEADER_BITS; bit < 8 * frameBytes; bit += STEP) yield bit;
}

for (const keyType of ["ed25519", "rsa-2048"]) {
  Deno.test(`a flipped bit ends a handshake of ${keyType} with the right code on the right side`, async () => {
    const sides = { client: `client-${keyType}`, server: `server-${keyType}` };
    const shake = await FixedHandshake.of(sides);
    const counts = new Map<string, number>();
    for (const message of HANDSHAKE_MESSAGES) {
      for (const bit of bitsOf(4 + shake.bodies[message].length)) {
        const outcome = await deliverFlipped(shake, { message, bit });
        const expected = expectedOutcome(shake, { message, bit });
        assert.deepEqual(outcome, expected, `${keyType} ${message} bit ${bit}`);
        const row = `${message.padEnd(13)} client ${
          outcome.client.padEnd(16)
        } server ${outcome.server}`;
        counts.set(row, (counts.get(row) ?? 0) + 1);
      }
    }
    assert.ok([...counts.keys()].every((row) => !row.includes("session")));
    assert.ok(counts.size >= 15, "too few kinds of outcome: the flips did not reach the machines");
    if (IS_WHOLE) print(keyType, counts);
  });
}

function print(keyType: string, counts: ReadonlyMap<string, number>): void {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rows = [...counts].map(([row, count]) => `${String(count).padStart(6)}  ${row}`);
  const text = `\n${keyType}: ${total} flips\n${rows.join("\n")}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
