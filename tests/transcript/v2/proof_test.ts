/** One statement alone: the proof verifies by itself, and nothing in it can be changed. */

import assert from "node:assert/strict";
import { ProofMaker, verifyProof } from "../../../src/transcript/v2/proof.ts";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import { asChatError } from "../../../src/errors.ts";
import { identity2, SERVER2_NAME, trust2 } from "../../testkit/identities2.ts";
import { fileOf, smallTalk } from "../../testkit/room_files.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";

const random = new SeededRandom("proofs");

async function cast() {
  return {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
}

async function prove(side: "server" | "alice" | "bob", index: number, by?: string) {
  const files = await smallTalk(await cast(), { random: (length) => random.bytes(length) });
  const makers: ProofMaker[] = [];
  const { tree } = await verifyRoom(fileOf(files[side]), {
    ...{ anchors: (await trust2()).anchors },
    onHeader: ({ server, chain, size: from }) =>
      void makers.push(new ProofMaker(index, by, { from, chains: [server, chain] })),
    onMessage: (message) => makers[0]?.take(message),
  });
  assert.ok(tree && makers[0]);
  return new TextEncoder().encode(makers[0].make(tree));
}

Deno.test("a proof shows each entry of each file under a head of the server", async () => {
  const { anchors } = await trust2();
  for (const [side, from, to] of [["server", 0, 12], ["alice", 0, 11], ["bob", 3, 9]] as const) {
    for (let index = from; index < to; index++) {
      const proven = await verifyProof(await prove(side, index), { anchors });
      assert.deepEqual([proven.index, proven.signerRole], [index, "server"], `${side} ${index}`);
    }
  }
});

Deno.test("a proof may be under the head of another member, and names who said what", async () => {
  const { alice, bob } = await cast();
  const { anchors } = await trust2();
  const proven = await verifyProof(
    await prove("server", 2, bob.fingerprint).catch(() => prove("server", 6, bob.fingerprint)),
    { anchors },
  );
  assert.deepEqual([proven.signer.name, proven.signerRole], ["bob", "client"]);
  const own = await verifyProof(await prove("alice", 2, alice.fingerprint), { anchors });
  assert.deepEqual([own.author.name, own.statement.text], ["alice", "is the pump off?"]);
});

Deno.test("nobody's head over an entry is NO_INPUT, as is an entry that is not there", async () => {
  const { bob } = await cast();
  await assert.rejects(prove("bob", 2), { code: "NO_INPUT" });
  await assert.rejects(prove("alice", 99), { code: "NO_INPUT" });
  await assert.rejects(prove("server", 0, bob.fingerprint), { code: "NO_INPUT" });
});

Deno.test("a changed proof proves nothing, and an untrusted one neither", async () => {
  const { anchors } = await trust2();
  const proof = await prove("alice", 6);
  for (let tries = 0; tries < 300; tries++) {
    const changed = Uint8Array.from(proof);
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(7));
    const error = await verifyProof(changed, { anchors }).then(() => undefined, asChatError);
    assert.ok(error !== undefined && error.code !== "INTERNAL", `byte ${at}: ${error?.message}`);
  }
  const { anchors: others } = await trust2("Another CA");
  await assert.rejects(verifyProof(proof, { anchors: others }), { code: "BAD_CERT" });
  const value = JSON.parse(new TextDecoder().decode(proof));
  const moved = new TextEncoder().encode(JSON.stringify({ ...value, index: 5 }));
  await assert.rejects(verifyProof(moved, { anchors }), /cannot accept proof/);
});
