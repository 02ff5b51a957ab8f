/** Real sessions' real files. */

import assert from "node:assert/strict";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import type { RoomReport } from "../../../src/transcript/v2/room_report.ts";
import { forward, Middle } from "../../testkit/middle.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";
import { startRoomWorld } from "../../testkit/room_server_world.ts";
import { ca2 } from "../../testkit/identities2.ts";

async function reportOf(path: string): Promise<RoomReport> {
  const { certificate } = await ca2();
  const bytes = await Deno.readFile(path);
  return (await verifyRoom(bytes, { anchors: [certificate] })).report;
}

Deno.test("files of sessions that ended well are VALID, the client's and the server's", async () => {
  await using world = await startRoomWorld();
  const alice = await world.join("alice");
  alice.client.say("is the pump off?");
  await alice.client.said();
  const bob = await world.join("bob", { want: 2 });
  bob.client.say("since 14:02");
  await alice.until(() => alice.heard.includes("bob: since 14:02"));
  world.server.say("noted");
  await bob.until(() => bob.heard.includes("server: noted"));
  await bob.client.leave();
  await alice.client.leave();
  await world.server.stop();
  for (const path of [...world.transcripts("client"), ...world.transcripts("server")]) {
    const report = await reportOf(path);
    assert.equal(report.verdict, "VALID", JSON.stringify([report.findings, report.missing]));
    assert.deepEqual(report.findings, []);
  }
  const [server = ""] = world.transcripts("server");
  const { parties, size, headed, role } = await reportOf(server);
  assert.deepEqual(parties.map(({ name, entries }) => [name, entries]), [
    ["chat.test", 6],
    ["alice", 1],
    ["bob", 1],
  ]);
  assert.deepEqual([size, headed, role], [8, 8, "server"]);
});

Deno.test("files of a session that broke off are VALID SO FAR", async () => {
  await using world = await startRoomWorld();
  const alice = await world.join("alice");
  alice.client.say("is the pump off?");
  await alice.client.said();
  for (const path of [...world.transcripts("client"), ...world.transcripts("server")]) {
    const report = await reportOf(path);
    assert.equal(report.verdict, "VALID SO FAR", JSON.stringify(report.findings));
    assert.deepEqual(report.findings, []);
    assert.notDeepEqual(report.missing, []);
  }
  await alice.client.leave();
});

Deno.test("files of a crowd that comes, talks at once and goes are all VALID", async () => {
  await using world = await startRoomWorld();
  const random = new SeededRandom("crowd");
  const keyTypes = ["ed25519", "ec-p256", "rsa-2048"] as const;
  const visits = Array.from({ length: 9 }, async (_, index) => {
    const identity = { keyType: keyTypes[index % 3] ?? "ed25519" };
    const client = await world.join(`guest ${index}`, { want: random.below(60), identity });
    for (let said = 0; said < 40; said++) {
      client.client.say(`word ${said} of ${index}`);
      if (said % 10 === index) await client.client.said();
    }
    if (index % 2 === 0) await client.client.leave();
  });
  await Promise.all(visits);
  world.server.say("we close");
  await world.server.stop();
  const paths = [...world.transcripts("client"), ...world.transcripts("server")];
  assert.equal(paths.length, 10);
  for (const path of paths) {
    const { verdict, findings, missing } = await reportOf(path);
    assert.equal(verdict, "VALID", JSON.stringify([path, findings, missing]));
  }
  const [server = ""] = world.transcripts("server");
  assert.equal((await reportOf(server)).size, 1 + 9 * 42 + 1);
});

Deno.test("a line that is cut leaves files that are VALID SO FAR and say what is missing", async () => {
  await using world = await startRoomWorld();
  const middle = Middle.start({ port: world.server.address.port, rule: forward });
  const alice = await world.join("alice", { port: middle.port });
  alice.client.say("is the pump off?");
  await alice.client.said();
  await middle[Symbol.asyncDispose]();
  await alice.untilKind("ended");
  await world.server.stop();
  const [client = ""] = world.transcripts("client");
  const report = await reportOf(client);
  assert.deepEqual([report.verdict, report.end?.code], ["VALID SO FAR", "TRUNCATED"]);
  assert.match(report.missing.join(), /no final head of the server/);
  const [server = ""] = world.transcripts("server");
  const log = await reportOf(server);
  assert.equal(log.verdict, "VALID SO FAR", JSON.stringify(log.findings));
  assert.match(
    log.missing.join(),
    /session [0-9a-f]{32} of alice has no final head of its client/,
  );
});
