import assert from "node:assert/strict";
import { PASSWORD, startWorld } from "../testkit/chat_world.ts";

Deno.test("ChatServer and dial() carry words both ways and exchange receipts", async () => {
  await using world = await startWorld();
  const client = await world.join("alice");
  client.connection?.say("hello");
  client.connection?.say("ünïcødé ✓ 你好 🔒");
  await world.untilServer((events) => events.filter((event) => event.kind === "said").length === 2);
  assert.equal(world.server.say("welcome"), 1);
  await client.until(() => client.texts().length === 1);
  await client.connection?.leave();
  assert.deepEqual(client.texts(), ["welcome"]);
  const left = client.events.find((event) => event.kind === "peer_left");
  assert.equal(left?.error, undefined);
  assert.equal(client.endCode, undefined);
  assert.equal(client.events.at(-1)?.kind, "ended");
  const heard = world.sessionEvents.flatMap((event) =>
    event.kind === "said" && event.author === "peer" ? [event.text] : []
  );
  assert.deepEqual(heard, ["hello", "ünïcødé ✓ 你好 🔒"]);
});

Deno.test("ChatServer logs in an account by the salt that it tells", async () => {
  await using world = await startWorld();
  await (await world.join("alice")).connection?.leave();
  const client = await world.dial();
  await client.untilKind("sign_in_wanted");
  const email = "ALICE@example.test";
  await client.connection?.signIn({ mode: "login", email, password: PASSWORD });
  await client.untilKind("opened");
  assert.deepEqual(world.server.members().map((member) => member.username), ["alice"]);
});

Deno.test("ChatServer.stop() gives every client the server's receipt", async () => {
  await using world = await startWorld();
  const clients = await Promise.all(["a", "b", "c"].map((name) => world.join(name)));
  await world.server.stop();
  for (const client of clients) {
    await client.running;
    assert.ok(client.events.some((event) => event.kind === "peer_left"));
    assert.equal(client.endCode, undefined);
  }
});
