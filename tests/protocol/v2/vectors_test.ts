/** The committed vectors of protocol 2 are what the code does, and what the generator writes. */

import assert from "node:assert/strict";
import { runVector, VECTOR_AREAS } from "../../testkit/protocol2_runner.ts";
import { makeVectors, readVectors, type Vector } from "../../testkit/protocol2_vectors.ts";

/** Vectors of each area, and how many of them are refused: a file that lost some passes nothing. */
const COUNTS: Readonly<Record<string, readonly [total: number, refused: number]>> = {
  canonical_json: [23, 19],
  messages: [17, 13],
  versions: [7, 5],
  hybrid_kem: [10, 7],
  key_schedule: [1, 0],
  records: [19, 14],
  statements: [25, 21],
  tree: [13, 7],
  heads: [14, 11],
};

function isRefused({ expect, output }: Vector): boolean {
  const isNotIncluded = typeof output === "object" && "isIncluded" in output && !output.isIncluded;
  return expect !== "ok" || isNotIncluded;
}

for (const area of VECTOR_AREAS) {
  Deno.test(`the vectors of ${area} end as they say`, async () => {
    const vectors = JSON.parse(readVectors(area)) as readonly Vector[];
    for (const { name, input, expect, output } of vectors) {
      const result = output === undefined ? { expect } : { expect, output };
      assert.deepEqual(await runVector(area, input), result, name);
    }
    const counts = [vectors.length, vectors.filter(isRefused).length];
    assert.deepEqual(counts, COUNTS[area]);
  });

  Deno.test(`the vectors of ${area} are those that the generator writes`, async () => {
    assert.equal(await makeVectors(area), readVectors(area));
  });
}
