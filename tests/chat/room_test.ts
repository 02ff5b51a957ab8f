import assert from "node:assert/strict";
import { startRoomWorld } from "../testkit/room_server_world.ts";

Deno.test("people in a room read each other, themselves in the room's order, and the operator", async () => {
  await using world = await startRoomWorld();
  const alice = await world.join("alice");
  const bob = await world.join("bob");
  alice.client.say("is the pump off?");
  await bob.until(() => bob.heard.includes("alice: is the pump off?"));
  bob.client.say("since 14:02");
  await alice.until(() => alice.heard.includes("bob: since 14:02"));
  assert.equal(world.server.say("noted"), 2);
  await bob.until(() => bob.heard.includes("server: noted"));
  assert.deepEqual(alice.heard.slice(0, 2), ["me: is the pump off?", "bob: since 14:02"]);
});

Deno.test("a thousand words of two at once come to all in one order", async () => {
  await using world = await startRoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const words = Array.from({ length: 500 }, (_, index) => `word ${index}`);
  for (const word of words) {
    alice.client.say(word);
    bob.client.say(word);
  }
  await Promise.all([alice, bob].map((one) => one.until(() => one.heard.length === 1000)));
  const inOrder = (who: string, heard: readonly string[]) =>
    heard.flatMap((line) => line.startsWith(`${who}: `) ? [line.slice(who.length + 2)] : []);
  assert.deepEqual(inOrder("alice", bob.heard), words);
  assert.deepEqual(inOrder("bob", alice.heard), words);
  const asAlice = bob.heard.map((line) => line.replace(/^me/, "bob").replace(/^alice/, "me"));
  assert.deepEqual(alice.heard, asAlice);
  await Promise.all([alice.client.leave(), bob.client.leave()]);
  assert.deepEqual([alice.endCode, bob.endCode], [undefined, undefined]);
});

Deno.test("whoever leaves has the server's final head, and it has his", async () => {
  await using world = await startRoomWorld();
  const alice = await world.join("alice");
  alice.client.say("bye");
  await alice.client.leave();
  await alice.running;
  assert.deepEqual(alice.events.map(({ kind }) => kind).slice(-2), ["parted", "ended"]);
  assert.equal(alice.endCode, undefined);
  const [path = ""] = world.transcripts("client");
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assert.equal(lines[0].type, "transcript");
  assert.deepEqual(lines.at(-1), { code: "OK", record: "", type: "end" });
});

Deno.test("registering and logging in with a password work for the key of the certificate", async () => {
  await using world = await startRoomWorld({ signIn: "password" });
  const alice = await world.join("alice");
  assert.equal(alice.endCode, undefined);
  await alice.client.leave();
  const email = "alice@example.test";
  const again = await world.dial("alice");
  await again.untilKind("sign_in_wanted");
  await again.client.signIn({ mode: "login", email, password: "correct horse battery staple" });
  await again.untilKind("entered");
  const other = await world.dial("mallory");
  await other.untilKind("sign_in_wanted");
  await other.client.signIn({ mode: "login", email, password: "correct horse battery staple" });
  await other.untilKind("ended");
  assert.equal(other.endCode, "CERT_MISMATCH");
});
