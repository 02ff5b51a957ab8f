import assert from "node:assert/strict";
import { needs } from "../testkit/needs.ts";
import { ALL_ATTACKS } from "./all.ts";
import { type Attack, missingFor } from "./attack.ts";

async function test(attack: Attack): Promise<void> {
  const { expected } = attack;
  const fn = async () => {
    const got = await attack.run();
    assert.equal(got, expected, `expected ${expected}, got ${got}`);
  };
  const name = `attack: ${attack.name}`;
  if (attack.program !== undefined) return needs(attack.program, name, fn);
  Deno.test({ name, ignore: await missingFor(attack) !== undefined, fn });
}

for (const attack of ALL_ATTACKS) await test(attack);

Deno.test("every attack has a name of its own", () => {
  assert.equal(new Set(ALL_ATTACKS.map(({ name }) => name)).size, ALL_ATTACKS.length);
});
