/** Everything that somebody can do to a finished transcript: the files in `tests/data/transcripts/v1`. */

import assert from "node:assert/strict";
import type { Certificate } from "../../../src/pki/certificate.ts";
import { readRevocationLists } from "../../../src/pki/revocation_lists.ts";
import { encodeEntry } from "../../../src/transcript/v1/entry.ts";
import { firstError } from "../../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { cast, CLASSIC_URL, classicCrl } from "../../testkit/classic_keys.ts";
import { classicIndex, classicVectors } from "../../testkit/classic_vectors.ts";
import {
  buildRecords,
  buildTranscript,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  SAYINGS,
} from "../../testkit/transcript_builder.ts";

const vectors = await classicVectors();

async function everyCertificate(): Promise<readonly Certificate[]> {
  const { alice, server, mallory, expired, stranger } = await cast();
  return [mallory, expired, stranger, alice, server].map(({ certificate }) => certificate);
}

Deno.test("the vectors of protocol 1's transcripts are what their generator makes", () => {
  const read = (name: string) => Deno.readTextFileSync(new URL(name, CLASSIC_URL));
  assert.equal(read("index.json"), classicIndex(vectors));
  for (const { name, text } of vectors) assert.equal(read(`${name}.transcript`), text, name);
  const files = [...Deno.readDirSync(CLASSIC_URL)].filter(({ name }) =>
    name.endsWith(".transcript")
  );
  assert.equal(files.length, vectors.length);
  assert.ok(vectors.length >= 63, "vectors are missing");
});

for (const { name, verdict, line, code, crl, text } of vectors) {
  Deno.test(`verifyTranscript() says of ${name}: ${verdict} ${line ?? ""} ${code ?? ""}`, async () => {
    const { ca } = await cast();
    const lists = readRevocationLists([{ der: classicCrl(), source: "crl" }], [ca]);
    const trust = { ca, certificates: await everyCertificate() };
    const given = crl === true && lists !== undefined ? { revocations: lists } : {};
    const report = await verifyTranscript(text, { ...trust, ...given });
    const error = firstError(report);
    assert.deepEqual([report.verdict, error?.line, error?.code], [verdict, line, code]);
  });
}

Deno.test("verifyTranscript() finds a session spliced in whole from another key", async () => {
  const { ca, mallory } = await cast();
  const [record] = await buildRecords({ client: mallory, sayings: SAYINGS.slice(1, 2) });
  assert.ok(record);
  const text = editLine(await buildTranscript(), FIRST + 1, () => encodeEntry(record));
  const report = await verifyTranscript(text, { ca, certificates: [] });
  assert.equal(firstError(report)?.code, "SIG_FAIL");
  assert.equal(firstError(report)?.line, FIRST + 1);
});
