/**
 * A campaign against files that are VALID: whatever is changed without the keys, none is VALID with a
 * claim that the original does not make, and the line that is named is where it was changed or later.
 *
 * 500 changes; SECURECHAT_MUTATIONS=20000 for more, SECURECHAT_SEED=x for others.
 */

import assert from "node:assert/strict";
import { NOW_MS } from "../../testkit/identities2.ts";
import { type Claims, claimsOf, faultOf, lies } from "../../testkit/room_file_claims.ts";
import { fileOf, type SmallTalk, smallTalk } from "../../testkit/room_files.ts";
import { type MutatedFile, MUTATIONS, typeOf } from "../../testkit/room_file_mutations.ts";
import { roomIdentity, roomRoot } from "../../testkit/room_keys.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

const COUNT = Number(Deno.env.get("SECURECHAT_MUTATIONS") ?? 500);
const SEED = Deno.env.get("SECURECHAT_SEED") ?? "room files";

async function talks(): Promise<readonly SmallTalk[]> {
  const [server, alice, bob] = [
    await roomIdentity("server"),
    await roomIdentity("alice"),
    await roomIdentity("bob"),
  ];
  const cast = { server, alice, bob };
  const random = new SeededRandom("salts");
  const bytes = (length: number) => random.bytes(length);
  return [
    await smallTalk(cast, { random: bytes }),
    await smallTalk(cast, { random: bytes, log: "20".repeat(16) }),
    await smallTalk(cast, { random: bytes, room: "other room" }),
    await smallTalk(cast, { random: bytes, sessions: ["a2".repeat(16), "b2".repeat(16)] }),
    await smallTalk({ server, alice: bob, bob: alice }, { random: bytes, startMs: NOW_MS + 1500 }),
  ];
}

/** Whether the line that is named is one that the change touched, or depends on. */
function isRightLine(report: Claims["report"], { kind, line, lines }: MutatedFile): boolean {
  const named = Number.parseInt(faultOf(report) ?? "", 10);
  const isSigned = ["entry", "head"].includes(typeOf(lines[line - 1]));
  return kind === "bit flipped" && isSigned ? named === line : named >= line;
}

Deno.test(`of ${COUNT} changed files none is VALID with another claim, and the line is right`, async () => {
  const [talk, ...others] = await talks();
  assert.ok(talk);
  const trust = { anchors: [roomRoot()] };
  const random = new SeededRandom(SEED);
  const counts: Record<string, Record<string, number>> = {};
  const sides = ["server", "alice", "bob"] as const;
  const honest = new Map<string, Claims>();
  for (const side of sides) {
    const claims = await claimsOf(fileOf(talk[side]), trust);
    assert.deepEqual([claims.report.verdict, claims.report.findings], ["VALID", []], side);
    honest.set(side, claims);
  }
  const kinds = Object.entries(MUTATIONS);
  for (let done = 0; done < COUNT; done++) {
    const side = random.pick(sides);
    const [kind, mutate] = random.pick(kinds);
    const elsewhere = [...others.flatMap((other) => Object.values(other)), ...Object.values(talk)];
    const mutated = mutate({ lines: talk[side], others: elsewhere }, random);
    if (mutated === undefined) continue;
    const file = { kind, ...mutated };
    const text = new TextEncoder().encode(mutated.torn ?? "");
    const whole = fileOf(mutated.lines);
    const bytes = new Uint8Array(whole.length + text.length);
    bytes.set(whole);
    bytes.set(text, whole.length);
    const claims = await claimsOf(bytes, trust);
    const where = `${kind} of ${side}, line ${mutated.line}, number ${done}: ` +
      `${claims.report.verdict} ${faultOf(claims.report) ?? ""}`;
    const original = honest.get(side);
    assert.ok(original);
    assert.deepEqual(lies(original, claims), [], where);
    if (claims.report.verdict === "INVALID") assert.ok(isRightLine(claims.report, file), where);
    const row = counts[kind] ??= {};
    row[claims.report.verdict] = (row[claims.report.verdict] ?? 0) + 1;
  }
  // deno-lint-ignore no-console -- the campaign's figures
  console.table(counts);
});
