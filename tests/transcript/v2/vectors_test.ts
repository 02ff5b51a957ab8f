/** The transcripts in `tests/data/transcripts`: what docs/transcript.md promises, file by file. */

import assert from "node:assert/strict";
import { readRevocationLists } from "../../../src/pki/revocation_lists.ts";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import { faultOf } from "../../testkit/room_file_claims.ts";
import { transcriptCrl, transcriptRoot, TRANSCRIPTS_URL } from "../../testkit/transcript_keys.ts";
import { transcriptVectors, vectorIndex } from "../../testkit/transcript_vectors.ts";

const vectors = await transcriptVectors();

Deno.test("the vectors of transcripts are what their generator makes", () => {
  const read = (name: string) => Deno.readTextFileSync(new URL(name, TRANSCRIPTS_URL));
  assert.equal(read("index.json"), vectorIndex(vectors));
  for (const { name, text } of vectors) assert.equal(read(`${name}.jsonl`), text, name);
  const files = [...Deno.readDirSync(TRANSCRIPTS_URL)].filter(({ name }) =>
    name.endsWith(".jsonl")
  );
  assert.equal(files.length, vectors.length);
  assert.ok(vectors.length >= 59, "vectors are missing");
});

for (const { name, verdict, line, code, crl, text } of vectors) {
  Deno.test(`verifyRoom() says of ${name}: ${verdict} ${line ?? ""} ${code ?? ""}`, async () => {
    const root = transcriptRoot();
    const lists = readRevocationLists([{ der: transcriptCrl(), source: "crl" }], [root]);
    const trust = { anchors: [root], ...crl === true && lists && { revocations: lists } };
    const bytes = new TextEncoder().encode(text);
    const { report } = await verifyRoom(bytes, trust);
    const told = `${report.verdict} ${faultOf(report) ?? ""} ${report.missing.join(", ")}`;
    assert.equal(report.verdict, verdict, told + JSON.stringify(report.findings));
    assert.equal(
      faultOf(report),
      line === undefined ? undefined : `${line} ${code}`,
      JSON.stringify(report.findings),
    );
  });
}
