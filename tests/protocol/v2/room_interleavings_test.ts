/**
 * No false alarm (PROTOCOL-2, table of properties): however messages, signatures and the disk interleave,
 * honest sides never accuse each other.
 */

import assert from "node:assert/strict";
import { print } from "../../../scripts/print.ts";
import { type Cast, RoomSimulation } from "../../testkit/room_simulation.ts";
import { noCounts, type SimulationCounts } from "../../testkit/simulation_counts.ts";
import { identity2, SERVER2_NAME } from "../../testkit/identities2.ts";

/** SECURECHAT_INTERLEAVINGS=10000 for the campaign. */
const INTERLEAVINGS = Number(Deno.env.get("SECURECHAT_INTERLEAVINGS") || 200);
const SEED = Number(Deno.env.get("SECURECHAT_TEST_SEED") || 1);
const STEPS = 120;

async function cast(people: number): Promise<Cast> {
  const names = ["alice", "bob", "carol", "dave", "erin"].slice(0, people);
  return {
    server: await identity2(SERVER2_NAME, "server"),
    people: await Promise.all(names.map((name) => identity2(name, "client"))),
  };
}

Deno.test("honest sides never accuse each other, however things interleave", async () => {
  const counts: SimulationCounts = noCounts();
  for (let seed = SEED; seed < SEED + INTERLEAVINGS; seed++) {
    const simulation = new RoomSimulation(seed, await cast(2 + seed % 4), counts);
    try {
      await simulation.run(STEPS);
    } catch (error) {
      throw new Error(`SECURECHAT_TEST_SEED=${seed} SECURECHAT_INTERLEAVINGS=1`, { cause: error });
    }
  }
  for (const [what, count] of Object.entries(counts)) {
    assert.ok(count > 0 || what === "late", `${what} never happened`);
  }
  if (Deno.env.has("SECURECHAT_INTERLEAVINGS")) print(JSON.stringify(counts));
});
