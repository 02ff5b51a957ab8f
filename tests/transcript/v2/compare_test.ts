/** Two files of one log: one story, or the server's two stories with its signatures under both. */

import assert from "node:assert/strict";
import { compareLogs, type Comparison, type LogPart } from "../../../src/transcript/v2/compare.ts";
import type { SignedRootAt } from "../../../src/transcript/v2/room_report.ts";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import { identity2, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";
import { fileOf, RoomFiles, type SmallTalk, smallTalk } from "../../testkit/room_files.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

async function partOf(lines: readonly string[]): Promise<LogPart> {
  const roots: SignedRootAt[] = [];
  const { anchors } = await trust2();
  const onServerRoot = (root: SignedRootAt) => void roots.push(root);
  const { report, tree } = await verifyRoom(fileOf(lines), { anchors, onServerRoot });
  assert.ok(tree !== undefined, JSON.stringify(report.findings));
  return { tree, roots };
}

async function compare(one: readonly string[], other: readonly string[]): Promise<Comparison> {
  return compareLogs(await partOf(one), await partOf(other));
}

/** One talk of a log; seeds give other salts, so other entries under the same log. */
async function talk(seed: string): Promise<SmallTalk> {
  const random = new SeededRandom(seed);
  const cast = {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
  return await smallTalk(cast, { random: (length) => random.bytes(length) });
}

Deno.test("compareLogs() finds one story in honest files, and who has more of it", async () => {
  const { server, alice, bob } = await talk("one");
  assert.deepEqual(await compare(server, server), { kind: "same", size: 12 });
  assert.deepEqual(await compare(alice, server), { kind: "same", size: 11, ahead: "second" });
  assert.deepEqual(await compare(server, bob), { kind: "same", size: 9, ahead: "first" });
});

Deno.test("compareLogs() proves two stories of one log by the server's own signatures", async () => {
  const [one, other] = [await talk("one"), await talk("two")];
  for (const [mine, theirs] of [[one.alice, other.alice], [one.bob, other.server]] as const) {
    const parts = [await partOf(mine), await partOf(theirs)] as const;
    const comparison = compareLogs(...parts);
    assert.equal(comparison.kind, "equivocation");
    const { proof, entry } = comparison as Comparison & { readonly kind: "equivocation" };
    proof.forEach(({ size, root }, index) => {
      const { tree } = parts[index] ?? parts[0];
      assert.ok(size > entry);
      assert.equal(tree.rootAt(size).toHex(), root);
    });
  }
});

Deno.test("compareLogs() calls what the server has not signed no proof", async () => {
  const own = {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
  };
  const story = async (text: string, hasHead: boolean) => {
    const random = new SeededRandom("same");
    const files = await RoomFiles.open({ server: own.server, random: (n) => random.bytes(n) });
    const alice = await files.join(own.alice, "a1".repeat(16));
    await files.say(alice, text);
    if (hasHead) await files.head();
    return alice.lines;
  };
  const comparison = await compare(await story("yes", false), await story("no", true));
  assert.deepEqual(comparison, { kind: "unsigned", entry: 2 });
  const both = await compare(await story("yes", true), await story("no", true));
  assert.equal(both.kind, "equivocation");
});

Deno.test("compareLogs() has nothing to say of parts that do not meet", async () => {
  const { alice, bob } = await talk("one");
  assert.deepEqual(await compare(alice.slice(0, 5), bob), { kind: "apart" });
});
