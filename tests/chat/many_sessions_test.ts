import assert from "node:assert/strict";
import { startWorld } from "../testkit/chat_world.ts";

const SESSIONS = 200;
const MESSAGES = 20;

Deno.test("ChatServer serves 200 sessions at once, every message once and in order", async () => {
  await using world = await startWorld();
  const names = Array.from({ length: SESSIONS }, (_, index) => `member${index}`);
  const t0 = Date.now();
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
  console.log(Date.now() - t0, "ms");
});
