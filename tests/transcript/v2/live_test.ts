/** Real sessions' real files. */

import assert from "node:assert/strict";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import type { RoomReport } from "../../../src/transcript/v2/room_report.ts";
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
