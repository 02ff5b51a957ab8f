import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { chainJudge, keepVerdicts, refusedAuthors } from "../../../src/protocol/v2/chain_judge.ts";
import { identity2, NOW_MS, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";

const alice = await identity2("alice", "client");
const server = await identity2(SERVER2_NAME, "server");

Deno.test("a judge takes a chain in its role, under its name, by the trust of the moment", async () => {
  const [ours, theirs] = [await trust2(), await trust2("Another CA")];
  let trust = ours;
  const judge = chainJudge(() => trust, SERVER2_NAME);
  const nowMs = NOW_MS;
  assert.equal((await judge(alice.chain, { role: "client", nowMs })).name, "alice");
  assert.equal((await judge(server.chain, { role: "server", nowMs })).name, SERVER2_NAME);
  const other = await identity2("other.test", "server");
  for (
    const refused of [
      () => judge(alice.chain, { role: "server", nowMs }),
      () => judge(server.chain, { role: "client", nowMs }),
      () => judge(other.chain, { role: "server", nowMs }),
    ]
  ) {
    await assert.rejects(Promise.resolve().then(refused), { code: "BAD_CERT" });
  }
  trust = theirs;
  const later = Promise.resolve(judge(alice.chain, { role: "client", nowMs }));
  await assert.rejects(later, { code: "BAD_CERT" });
});

Deno.test("keepVerdicts() keeps a verdict for a second, for one chain, role and trust", async () => {
  const [ours, theirs] = [await trust2(), await trust2("Another CA")];
  let [trust, count, isRevoked] = [ours, 0, false];
  const judge = keepVerdicts(() => {
    count++;
    if (isRevoked) throw new ChatError("BAD_CERT", "cannot accept certificate: revoked");
    return alice;
  }, () => trust);
  const ask = async (nowMs: number, role: "client" | "server" = "client", chain = alice.chain) => {
    await judge(chain, { role, nowMs });
    return count;
  };
  assert.deepEqual([await ask(0), await ask(999), await ask(1000), await ask(1001)], [1, 1, 2, 2]);
  assert.equal(await ask(999), 3); // the clock went back
  assert.equal(await ask(999, "server"), 4);
  assert.equal(await ask(999, "server", [...alice.chain]), 5);
  trust = theirs;
  assert.equal(await ask(999, "server"), 6);
  isRevoked = true;
  await assert.rejects(ask(5000), { code: "BAD_CERT" });
  await assert.rejects(ask(5000), { code: "BAD_CERT" });
});

Deno.test("refusedAuthors() tells who is refused, and hides no fault of ours", async () => {
  const bob = await identity2("bob", "client");
  const judge = (chain: unknown) => {
    if (chain === bob.chain) throw new ChatError("BAD_CERT", "cannot accept certificate: revoked");
    return alice;
  };
  assert.deepEqual(await refusedAuthors(judge, [alice, bob], NOW_MS), new Set([bob]));
  const broken = () => {
    throw new TypeError("no chain");
  };
  await assert.rejects(refusedAuthors(broken, [alice], NOW_MS), TypeError);
});
