import assert from "node:assert/strict";
import type { Certificate } from "../../src/pki/certificate.ts";
import type { Revocation } from "../../src/pki/revocations.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import {
  type ChatWorld,
  startWorld,
  testCa,
  testIdentity,
  testLeaf,
} from "../testkit/chat_world.ts";

/** What may pass between a revocation and the last byte to those concerned, ms. */
const WITHIN_MS = 1_000;

/** A list that a test adds to. */
class Revoked {
  readonly #found = new Map<string, Revocation>();

  add({ fingerprint }: Certificate): void {
    this.#found.set(fingerprint, { revokedMs: Date.now(), reason: "key-compromise" });
  }

  readonly of = ({ fingerprint }: Certificate) => this.#found.get(fingerprint);
}

async function threeInARoom(world: ChatWorld) {
  const [alice, bob, carol] = await Promise.all(["alice", "bob", "carol"].map(async (name) => {
    const identity = await testIdentity(name, "client");
    return await world.join(name, { identity });
  }));
  assert.ok(alice && bob && carol);
  return { alice, bob, carol };
}

Deno.test("a revocation ends the sessions of that certificate within a second, and no others", async () => {
  const revoked = new Revoked();
  await using world = await startWorld({ relay: true, revocationOf: revoked.of });
  const { alice, bob, carol } = await threeInARoom(world);
  bob.connection?.say("before");
  await alice.until(() => alice.texts().includes("[bob] before"));
  revoked.add((await testLeaf("bob", "client")).certificate);
  const sinceMs = performance.now();
  assert.equal(world.server.endRevoked(), 1);
  await bob.untilKind("ended");
  const tookMs = performance.now() - sinceMs;
  assert.ok(tookMs < WITHIN_MS, `it took ${tookMs} ms`);
  assert.equal(bob.endCode, "REVOKED");
  await world.untilServer((events) => events.some((event) => event.kind === "ended"));
  const ended = world.sessionEvents.filter((event) => event.kind === "ended");
  assert.deepEqual(ended.map(({ error }) => error?.code), ["REVOKED"]);
  alice.connection?.say("still here");
  await carol.until(() => carol.texts().includes("[alice] still here"));
});

Deno.test("both transcripts of a session that a revocation ended say so, and verify", async () => {
  const revoked = new Revoked();
  await using world = await startWorld({ revocationOf: revoked.of });
  const bob = await world.join("bob", { identity: await testIdentity("bob", "client") });
  bob.connection?.say("before");
  await world.untilServer((events) => events.some((event) => event.kind === "said"));
  revoked.add((await testLeaf("bob", "client")).certificate);
  world.server.endRevoked();
  await bob.untilKind("ended");
  await world.server.stop();
  const { certificate: ca } = await testCa();
  for (const side of ["client", "server"] as const) {
    const [path = ""] = world.transcripts(side);
    const report = await verifyTranscript(await Deno.readTextFile(path), { ca, certificates: [] });
    assert.equal(report.reason, "REVOKED", side);
    assert.equal(report.verdict, "VALID", side);
    assert.equal(report.entries.length, 1, side);
  }
});

Deno.test("a revoked certificate gets no new session", async () => {
  const revoked = new Revoked();
  await using world = await startWorld({ revocationOf: revoked.of });
  revoked.add((await testLeaf("bob", "client")).certificate);
  const bob = await world.dial({ identity: await testIdentity("bob", "client") });
  await bob.untilKind("ended");
  assert.equal(bob.endCode, "REVOKED");
  assert.equal(world.server.members().length, 0);
  const alice = await world.join("alice", { identity: await testIdentity("alice", "client") });
  assert.equal(alice.connection?.isOpen, true);
});
