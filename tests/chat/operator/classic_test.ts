/** The operator and clients of protocol 1, which have no rooms. */

import assert from "node:assert/strict";
import { OperatorActs } from "../../../src/chat/operator/acts.ts";
import { OperatorBook } from "../../../src/chat/operator/book.ts";
import { ServerTally } from "../../../src/chat/operator/tally.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { startWorld, testCa, testIdentity } from "../../testkit/chat_world.ts";

async function operated() {
  const book = await OperatorBook.open({ now: Date.now });
  const world = await startWorld({ relay: true, book });
  const acts = new OperatorActs({
    ...{ server: world.server, book, tally: new ServerTally(), now: Date.now },
  });
  return { book, world, acts };
}

Deno.test("kick ends a client of protocol 1 with REMOVED, which both transcripts say, and both are VALID", async () => {
  const { world, acts } = await operated();
  await using _world = world;
  const bob = await world.join("bob", { identity: await testIdentity("bob", "client") });
  bob.connection?.say("before");
  await world.untilServer((events) => events.some(({ kind }) => kind === "said"));
  await acts.run({ act: "kick", target: "bob", reason: "be kind" }, "console");
  await bob.untilKind("ended");
  assert.equal(bob.endCode, "REMOVED");
  await world.server.stop();
  const { certificate: ca } = await testCa();
  for (const side of ["client", "server"] as const) {
    const [path = ""] = world.transcripts(side);
    const report = await verifyTranscript(await Deno.readTextFile(path), { ca, certificates: [] });
    assert.deepEqual([report.reason, report.verdict], ["REMOVED", "VALID"], side);
  }
});

Deno.test("a client of protocol 1 who is banned does not come in", async () => {
  const { world, acts } = await operated();
  await using _world = world;
  const identity = await testIdentity("bob", "client");
  await world.join("bob", { identity });
  await acts.run({ act: "ban", target: "bob", duration: "1h" }, "console");
  const again = await world.dial({ identity });
  await again.untilKind("ended");
  assert.equal(again.endCode, "REMOVED");
});

Deno.test("a muted client of protocol 1 is not relayed, and is told so; newcomers read the message of the day", async () => {
  const { world, acts } = await operated();
  await using _world = world;
  await acts.run({ act: "motd", text: "be kind" }, "console");
  const [alice, bob] = await Promise.all(
    ["alice", "bob"].map(async (name) =>
      await world.join(name, { identity: await testIdentity(name, "client") })
    ),
  );
  assert.ok(alice && bob);
  await alice.until(() => alice.texts().includes("be kind"));
  await bob.until(() => bob.texts().includes("be kind"));
  await acts.run({ act: "mute", target: "bob", duration: "1h" }, "console");
  bob.connection?.say("spam");
  await bob.until(() =>
    bob.texts().some((text) => /muted you until .*: nobody else reads/.test(text))
  );
  await acts.run({ act: "unmute", target: "bob" }, "console");
  bob.connection?.say("sorry");
  await alice.until(() => alice.texts().includes("[bob] sorry"));
  assert.ok(!alice.texts().includes("[bob] spam"));
});
