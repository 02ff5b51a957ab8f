/**
 * Files of C2SP/wycheproof as data.
 *
 * @module
 */

import { suiteTest } from "./suites.ts";
import { VectorTally } from "./vector_tally.ts";

/** What the suite says of a vector; `acceptable` leaves the choice to the implementation. */
export type WycheproofResult = "valid" | "invalid" | "acceptable";

/** A vector; which members it has beside these depends on the file. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly result: WycheproofResult;
  readonly [member: string]: unknown;
}

/** Vectors that share a key or a size. */
export interface WycheproofGroup {
  readonly tests: readonly WycheproofCase[];
  readonly [member: string]: unknown;
}

/** How a file is run. */
export interface WycheproofRun {
  /** Its name without `_test.json`. */
  readonly suite: string;
  readonly total: number;
  /** Vectors that no function here can be asked about. */
  readonly unjudged?: number;
  /** Judges a vector with the tally. */
  readonly judge: (
    one: WycheproofCase,
    group: WycheproofGroup,
    tally: VectorTally,
  ) => void;
}

/**
 * Registers a test that runs every vector of a file and prints the counts.
 *
 * @param name The test's name.
 * @param run The file, and what is done with a vector.
 */
export function wycheproofTest(name: string, run: WycheproofRun): void {
  const suite = {
    file: `wycheproof/${run.suite}_test.json`,
    upstream: "https://github.com/C2SP/wycheproof/tree/main/testvectors_v1",
  };
  suiteTest(name, suite, (text) => {
    const file: { readonly testGroups: readonly WycheproofGroup[] } = JSON.parse(text);
    const tally = new VectorTally(`wycheproof ${run.suite}`);
    for (const group of file.testGroups) {
      for (const one of group.tests) run.judge(one, group, tally);
    }
    tally.close(run);
  });
}

/**
 * A member of hex digits.
 *
 * @param holder A vector or a group.
 * @param member Its name.
 * @returns Its bytes.
 */
export function hexOf(
  holder: WycheproofCase | WycheproofGroup,
  member: string,
): Uint8Array<ArrayBuffer> {
  const value = holder[member];
  if (typeof value !== "string") throw new TypeError(`no ${member} in a vector`);
  return Uint8Array.fromHex(value);
}
