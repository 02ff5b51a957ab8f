/**
 * Hostile input at every door of `src/pki`: spoiled certificates, CRLs, PEM files, keys and books.
 * `SECURECHAT_FUZZ_CASES` sets how many, `SECURECHAT_FUZZ_SEED` which.
 *
 * @module
 */

import assert from "node:assert/strict";
import { MUTATION_KINDS } from "../testkit/fuzz_mutations.ts";
import { printFuzz, runFuzz } from "../testkit/fuzz_runner.ts";
import { runSeed } from "../testkit/random.ts";
import { FUZZ_TARGETS } from "./fuzz_targets.ts";

const CASES_DEFAULT = 2_000;

Deno.test("every target of the campaign takes a good input, except what is revoked", async () => {
  for (const { name, seeds, run } of FUZZ_TARGETS) {
    const expected = name.endsWith("(revoked)") ? "refused: revoked" : "accepted";
    const [seed = new Uint8Array()] = seeds;
    assert.equal(await run(seed), expected, name);
  }
});

Deno.test("spoiled input is refused with a ChatError, soon, and never passes as signed", async () => {
  const cases = Number(Deno.env.get("SECURECHAT_FUZZ_CASES") ?? CASES_DEFAULT);
  const campaign = { targets: FUZZ_TARGETS, cases, seed: runSeed() };
  const report = await runFuzz(campaign);
  printFuzz("fuzz pki", campaign, report);
  assert.deepEqual(report.defects, []);
  assert.equal(report.kinds.size, MUTATION_KINDS.length);
  assert.equal(report.targets.size, FUZZ_TARGETS.length);
});
