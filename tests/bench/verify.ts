/**
 * How fast transcripts are verified: `deno run -A tests/bench/verify.ts`.
 *
 * Shows where the time goes: RSA alone with each engine, both engines together, and the whole
 * verification of a file of 10,000 entries.
 *
 * @module
 */

import { type SignedItem, verifySignature } from "../../src/crypto/signature.ts";
import { VerifyPool } from "../../src/crypto/verify_pool.ts";
import { messageDigest } from "../../src/protocol/v1/evidence.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { buildRecords, buildTranscript, cast, type Saying } from "../testkit/transcript_builder.ts";

const ENTRIES = 10_000;
const SAMPLE = 1000;
const RUNS = 3; // the median counts

/** One measured value. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/**
 * Measures verification.
 *
 * @returns Entries or signatures a second.
 */
export async function benchVerify(): Promise<readonly BenchResult[]> {
  const { ca, alice } = await cast();
  const records = await buildRecords({ sayings: talk(SAMPLE, () => "client") });
  const items: readonly SignedItem[] = records.map((record) => ({
    key: alice.certificate.key,
    signature: Uint8Array.fromBase64(record.sig),
    data: messageDigest(record),
  }));
  const alone = await rate(SAMPLE, () => {
    for (const { key, signature, data } of items) verifySignature(key, signature, data);
  });
  using pool = new VerifyPool();
  await pool.verifyAll(items.slice(0, 100)); // the threads have started
  const together = await rate(SAMPLE, () => pool.verifyAll(items));
  const text = await buildTranscript({ sayings: talk(ENTRIES, alternating) });
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    rates.push(
      await rate(ENTRIES, async () => {
        const { verdict } = await verifyTranscript(text, { ca, certificates: [] });
        if (verdict !== "VALID") throw new Error(`the bench's transcript is ${verdict}`);
      }),
    );
  }
  const whole = rates.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  return [
    { name: "RSA-2048 verify, node:crypto alone", value: alone, unit: "signatures/s" },
    { name: "RSA-2048 verify, all cores", value: together, unit: "signatures/s" },
    { name: `verify a transcript of ${ENTRIES} entries`, value: whole, unit: "entries/s" },
  ];
}

function talk(length: number, authorOf: (index: number) => Saying["author"]): readonly Saying[] {
  return Array.from({ length }, (_, index) => ({
    author: authorOf(index),
    text: `message ${index}`,
  }));
}

/** Runs of one to four messages of each side, as people write. */
function alternating(index: number): Saying["author"] {
  return index % 7 < 3 || index % 11 === 0 ? "client" : "server";
}

async function rate(count: number, work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(count / ((performance.now() - start) / 1000));
}

if (import.meta.main) {
  for (const { name, value, unit } of await benchVerify()) {
    await Deno.stdout.write(new TextEncoder().encode(`${name}: ${value} ${unit}\n`));
  }
}
