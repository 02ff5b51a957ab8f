import assert from "node:assert/strict";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { startWorld } from "../testkit/chat_world.ts";

const SESSIONS = 200;
const MESSAGES = 20;

Deno.test("ChatServer serves 200 sessions at once: none lost, none out of order, all files VALID", async () => {
  // Not a test of speed: on a busy machine everybody waits longer, and nobody is lost.
  await using world = await startWorld({
    limits: { stepMs: 120_000, signInMs: 300_000, receiptMs: 60_000, writeMs: 120_000 },
    clientLimits: { stepMs: 120_000, receiptMs: 60_000, writeMs: 120_000 },
  });
  const names = Array.from({ length: SESSIONS }, (_, index) => `member${index}`);
  await Promise.all(names.map(async (name) => {
    const client = await world.join(name);
    for (let index = 0; index < MESSAGES; index++) client.connection?.say(`${name} ${index}`);
    await client.connection?.leave();
    assert.equal(client.endCode, undefined);
    assert.ok(client.events.some((event) => event.kind === "peer_left"));
  }));
  const heard = new Map<string, string[]>();
  for (const event of world.serverEvents) {
    if (event.kind !== "session" || event.event.kind !== "said") continue;
    const name = event.member.username ?? "";
    heard.set(name, [...heard.get(name) ?? [], event.event.text]);
  }
  assert.equal(heard.size, SESSIONS);
  for (const [name, texts] of heard) {
    assert.deepEqual(texts, Array.from({ length: MESSAGES }, (_, index) => `${name} ${index}`));
  }
  await world.server.stop();
  const files = [...world.transcripts("client"), ...world.transcripts("server")];
  assert.equal(files.length, 2 * SESSIONS);
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    const report = await verifyTranscript(text, { ca: world.ca, certificates: [] });
    assert.equal(report.verdict, "VALID", file);
    assert.equal(report.entries.length, MESSAGES);
  }
});
