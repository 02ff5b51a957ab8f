/**
 * Runs a suite of Wycheproof through one of our functions and counts what came out.
 *
 * @module
 */

import assert from "node:assert/strict";
import { suiteTest } from "./suites.ts";

/** What all cases have. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags?: readonly string[];
  readonly result: "valid" | "invalid" | "acceptable";
}

/** What came out of a case: whether it was accepted, or why this program never meets such a case. */
export type Outcome = boolean | { readonly outOfProfile: string };

/** How a suite is run. */
export interface WycheproofRun<G, C extends WycheproofCase> {
  /** File name in the suite's folder. */
  readonly file: string;
  /** How many cases the file must have: a suite that lost its cases passes nothing. */
  readonly cases: number;
  /** How many of them are out of profile. */
  readonly outOfProfile: number;
  /** Runs a case; `true` only if the right output came out. */
  readonly run: (one: C, group: G) => Outcome | Promise<Outcome>;
  /** Whether an "acceptable" case must be accepted; not without it. */
  readonly accepts?: (one: C) => boolean;
}

interface WycheproofFile<G, C> {
  readonly testGroups: readonly (G & { readonly tests: readonly C[] })[];
}

/**
 * Registers the test of a suite.
 *
 * @param name The test's name.
 * @param suite How it is run.
 */
export function wycheproofTest<G, C extends WycheproofCase>(
  name: string,
  suite: WycheproofRun<G, C>,
): void {
  suiteTest(name, {
    file: `wycheproof/${suite.file}`,
    upstream: "https://github.com/C2SP/wycheproof/tree/main/testvectors_v1",
  }, async (text) => {
    const { testGroups }: WycheproofFile<G, C> = JSON.parse(text);
    let total = 0;
    let asExpected = 0;
    const outOfProfile = new Map<string, number>();
    for (const group of testGroups) {
      for (const one of group.tests) {
        total++;
        const outcome = await suite.run(one, group);
        if (typeof outcome === "object") {
          const { outOfProfile: why } = outcome;
          outOfProfile.set(why, (outOfProfile.get(why) ?? 0) + 1);
          continue;
        }
        assert.equal(outcome, isWanted(one, suite), `${one.tcId}: ${one.comment ?? ""}`);
        asExpected++;
      }
    }
    print(suite.file, { total, asExpected, outOfProfile });
    const left = [...outOfProfile.values()].reduce((sum, count) => sum + count, 0);
    assert.deepEqual([total, left], [suite.cases, suite.outOfProfile]);
  });
}

function isWanted<G, C extends WycheproofCase>(one: C, suite: WycheproofRun<G, C>): boolean {
  if (one.result === "acceptable") return suite.accepts?.(one) ?? false;
  return one.result === "valid";
}

interface Tally {
  readonly total: number;
  readonly asExpected: number;
  readonly outOfProfile: ReadonlyMap<string, number>;
}

function print(file: string, { total, asExpected, outOfProfile }: Tally): void {
  const reasons = [...outOfProfile].map(([why, count]) => `  ${count} out of profile: ${why}\n`);
  const left = total - asExpected;
  const line = `${file}: ${total} cases, ${asExpected} as expected, ${left} out of profile\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line + reasons.join("")));
}
