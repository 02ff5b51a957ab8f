/** The proofs and pairs of files in `tests/data/transcripts`: what docs/transcript.md promises of them. */

import assert from "node:assert/strict";
import { asChatError } from "../../../src/errors.ts";
import { compareLogs, type Comparison, type LogPart } from "../../../src/transcript/v2/compare.ts";
import { verifyProof } from "../../../src/transcript/v2/proof.ts";
import type { SignedRootAt } from "../../../src/transcript/v2/room_report.ts";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import {
  otherIndex,
  pairFiles,
  PAIRS,
  type PairVector,
  proofVectors,
} from "../../testkit/other_transcript_vectors.ts";
import { transcriptRoot, TRANSCRIPTS_URL } from "../../testkit/transcript_keys.ts";

const [proofs, files] = [await proofVectors(), await pairFiles()];
const anchors = [transcriptRoot()];

Deno.test("the vectors of proofs and pairs are what their generator makes", () => {
  const read = (name: string) => Deno.readTextFileSync(new URL(name, TRANSCRIPTS_URL));
  assert.equal(read("proofs_pairs.json"), otherIndex(proofs));
  for (const { name, text } of proofs) assert.equal(read(`proofs/${name}.json`), text, name);
  for (const [name, text] of Object.entries(files)) {
    assert.equal(read(`pairs/${name}.jsonl`), text, name);
  }
  assert.ok(proofs.length >= 16 && PAIRS.length >= 7, "vectors are missing");
});

for (const { name, verdict, code, text } of proofs) {
  Deno.test(`verifyProof() says of ${name}: ${verdict} ${code ?? ""}`.trim(), async () => {
    const proof = verifyProof(new TextEncoder().encode(text), { anchors });
    const error = await proof.then(() => undefined, asChatError);
    assert.equal(error?.code, code, error?.message);
  });
}

async function partOf(name: string): Promise<LogPart> {
  const roots: SignedRootAt[] = [];
  const bytes = new TextEncoder().encode(files[name]);
  const onServerRoot = (root: SignedRootAt) => void roots.push(root);
  const { report, tree } = await verifyRoom(bytes, { anchors, onServerRoot });
  assert.ok(tree !== undefined && report.verdict !== "INVALID", JSON.stringify(report.findings));
  return { tree, roots };
}

const RESULTS: Readonly<Record<Comparison["kind"], PairVector["result"]>> = {
  same: "SAME",
  apart: "APART",
  unsigned: "FORKED",
  equivocation: "EQUIVOCATION",
};

for (const { files: [one, other], result, size, ahead, entry } of PAIRS) {
  Deno.test(`compareLogs() says of ${one} and ${other}: ${result}`, async () => {
    const found = compareLogs(await partOf(one), await partOf(other));
    const more = "ahead" in found ? found.ahead === "first" ? one : other : undefined;
    assert.deepEqual(
      [
        RESULTS[found.kind],
        "size" in found ? found.size : undefined,
        more,
        "entry" in found ? found.entry : undefined,
      ],
      [result, size, ahead, entry],
    );
  });
}
