/**
 * A campaign against VALID files of protocol 1: whatever is changed without the keys, none is VALID with
 * anything signed that the original does not have; the line that is named is the changed one or one
 * that depends on it.
 *
 * 500 changes; SECURECHAT_MUTATIONS=20000 for more, SECURECHAT_SEED=x for others.
 */

import assert from "node:assert/strict";
import { firstError, type TranscriptReport } from "../../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";
import type { MutatedLines } from "../../testkit/line_mutations.ts";
import { TEXT_MUTATIONS } from "../../testkit/text_mutations.ts";
import { buildTranscript, cast, SESSION_MS } from "../../testkit/transcript_builder.ts";

const COUNT = Number(Deno.env.get("SECURECHAT_MUTATIONS") ?? 500);
const SEED = Deno.env.get("SECURECHAT_SEED") ?? "classic files";

/** Everything that a VALID report says by somebody's signature. */
function claimsOf({ entries, parties, receipt, transcriptSha256 }: TranscriptReport): string {
  return JSON.stringify({
    entries: entries.map(({ author, seqno, ts }) => [author, seqno, ts]),
    parties: parties.map(({ role, isOwner, fingerprint }) => [role, isOwner, fingerprint]),
    receipt: receipt?.receipt,
    transcriptSha256,
  });
}

/** The other side's receipt can be cut off: then less is claimed. */
function hasNoOtherReceipt(honest: TranscriptReport, report: TranscriptReport): boolean {
  const { peerReceipt } = report;
  return peerReceipt === undefined ||
    JSON.stringify(peerReceipt.receipt) === JSON.stringify(honest.peerReceipt?.receipt);
}

async function files(): Promise<readonly string[]> {
  const { mallory } = await cast();
  const later = (text: string, index: number) =>
    ({
      author: index % 2 === 0 ? "client" : "server",
      text,
      ts: SESSION_MS + 9_000 + index,
    }) as const;
  const sayings = ["I owe you 100", "thank you", "no"].map(later);
  return [
    await buildTranscript({ peerReceipt: (honest) => honest }),
    await buildTranscript({ role: "server", peerReceipt: (honest) => honest }),
    await buildTranscript({ sayings }),
    await buildTranscript({ client: mallory }),
    await buildTranscript({ role: "server", client: mallory, sayings }),
  ];
}

function textOf({ lines, torn }: MutatedLines): string {
  return lines.map((line) => `${line}\n`).join("") + (torn ?? "");
}

Deno.test(`of ${COUNT} changed files of protocol 1 none is VALID with another claim`, async () => {
  const { ca } = await cast();
  const verify = (text: string) => verifyTranscript(text, { ca, certificates: [] });
  const all = (await files()).map((text) => text.split("\n").slice(0, -1));
  const honest = await Promise.all(all.map((lines) => verify(textOf({ lines, line: 0 }))));
  assert.deepEqual(honest.map(({ verdict }) => verdict), all.map(() => "VALID"));
  const random = new SeededRandom(SEED);
  const counts: Record<string, Record<string, number>> = {};
  const kinds = Object.entries(TEXT_MUTATIONS);
  for (let done = 0; done < COUNT; done++) {
    const which = random.below(2);
    const [lines, original] = [all[which] ?? [], honest[which]];
    const [kind, mutate] = random.pick(kinds);
    const mutated = mutate({ lines, others: all }, random);
    if (mutated === undefined || original === undefined) continue;
    const report = await verify(textOf(mutated));
    const error = firstError(report);
    const where = `${kind}, line ${mutated.line}, number ${done}: ${report.verdict} ${error?.line}`;
    if (report.verdict === "VALID") {
      assert.equal(claimsOf(report), claimsOf(original), where);
      assert.ok(hasNoOtherReceipt(original, report), where);
    }
    // What is missing at the end is told of the last line that is there, a missing role of the first.
    const hasRole = /^# Role: (?:client|server)$/m.test(textOf(mutated).split("\n=")[0] ?? "");
    const least = hasRole ? Math.min(mutated.line, mutated.lines.length) : 1;
    if (report.verdict === "INVALID") assert.ok((error?.line ?? 0) >= least, where);
    const row = counts[kind] ??= {};
    const column = report.verdict === "INVALID" ? error?.code ?? "" : report.verdict;
    row[column] = (row[column] ?? 0) + 1;
  }
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(counts);
});
