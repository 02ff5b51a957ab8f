/** Whatever byte of a signed part is changed, no transcript stays VALID and says something else. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { TranscriptReport } from "../../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { buildTranscript, cast, lineOf } from "../../testkit/transcript_builder.ts";

const RUNS = 300;

/** What a VALID transcript says. */
function claims(report: TranscriptReport): unknown {
  const { entries, receipt, peerReceipt, role } = report;
  return {
    role,
    entries: entries.map(({ author, seqno, ts }) => [author, seqno, ts]),
    hash: report.transcriptSha256,
    receipts: [receipt?.receipt, peerReceipt?.receipt],
    parties: report.parties.map(({ fingerprint }) => fingerprint),
  };
}

/** Bytes of entries and receipts: from the first entry to the end, without the footer's comments. */
function signedOffsets(text: string): readonly number[] {
  const lines = text.split("\n");
  const rules = [lineOf(text, "="), lines.indexOf("=".repeat(80), lineOf(text, "=")) + 1];
  const offsets: number[] = [];
  let offset = 0;
  lines.forEach((line, index) => {
    const isEntry = index >= (rules[0] ?? 0) && index < (rules[1] ?? 0) - 1;
    const isReceipt = line.includes("Receipt: {");
    const from = isReceipt ? line.indexOf("{") : 0;
    for (let at = from; (isEntry || isReceipt) && at < line.length; at++) offsets.push(offset + at);
    offset += line.length + 1;
  });
  return offsets;
}

Deno.test("verifyTranscript() never says VALID of other claims after a byte was changed", async () => {
  const { ca, alice, server, mallory } = await cast();
  const certificates = [alice, server, mallory].map(({ certificate }) => certificate);
  const text = await buildTranscript({ peerReceipt: (honest) => honest });
  const bytes = new TextEncoder().encode(text);
  const before = claims(await verifyTranscript(bytes, { ca, certificates }));
  const offsets = signedOffsets(text);
  assert.ok(offsets.length > 2000);
  const change = fc.tuple(fc.constantFrom(...offsets), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([offset, mask]) => {
      const changed = bytes.slice();
      changed[offset] = (changed[offset] ?? 0) ^ mask;
      const report = await verifyTranscript(changed, { ca, certificates });
      if (report.verdict === "VALID") assert.deepEqual(claims(report), before);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("verifyTranscript() reports INVALID or INCOMPLETE of every file that was cut", async () => {
  const { ca } = await cast();
  const bytes = new TextEncoder().encode(await buildTranscript());
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 2 }), async (length) => {
      const report = await verifyTranscript(bytes.subarray(0, length), { ca, certificates: [] });
      assert.notEqual(report.verdict, "VALID");
    }),
    { numRuns: RUNS / 3 },
  );
});

Deno.test("verifyTranscript() never throws for what a file holds", async () => {
  const { ca } = await cast();
  const bytes = new TextEncoder().encode(await buildTranscript());
  const anywhere = fc.tuple(
    fc.integer({ min: 0, max: bytes.length - 1 }),
    fc.integer({ min: 0, max: bytes.length - 1 }),
    fc.uint8Array({ maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(anywhere, async ([from, to, between]) => {
      const changed = new Uint8Array([
        ...bytes.subarray(0, from),
        ...between,
        ...bytes.subarray(Math.min(to, from + 700)),
      ]);
      const { verdict } = await verifyTranscript(changed, { ca, certificates: [] });
      assert.match(verdict, /^(VALID|INVALID|INCOMPLETE)$/);
    }),
    { numRuns: RUNS / 3 },
  );
});
