import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../src/bytes/printable.ts";
import { relayedText } from "../../src/chat/relay.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { startWorld } from "../testkit/chat_world.ts";
import { HandPeer } from "../testkit/hand_peer.ts";

Deno.test("relayedText() keeps a name between the first pair of brackets, whatever it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (name, text) => {
    const words = relayedText(name, text);
    const end = words.indexOf("] ");
    assert.equal(words.slice(end + 2), text);
    const shown = words.slice(1, end);
    assert.doesNotMatch(shown, /[[\]]/);
    assert.equal(printable(shown), shown);
  }));
});

Deno.test("ChatServer relays words to all but their author, in order, under names", async () => {
  await using world = await startWorld({ relay: true });
  const [alice, bob, carol] = [
    await world.join("alice"),
    await world.join("bob[the]builder"),
    await world.join("carol"),
  ];
  for (const text of ["1", "2", "3"]) alice.connection?.say(text);
  await carol.until(() => carol.texts().length === 3);
  await bob.until(() => bob.texts().length === 3);
  bob.connection?.say("hi");
  await alice.until(() => alice.texts().length === 1);
  assert.deepEqual(carol.texts().slice(0, 3), ["[alice] 1", "[alice] 2", "[alice] 3"]);
  assert.deepEqual(bob.texts(), carol.texts().slice(0, 3));
  assert.deepEqual(alice.texts(), ["[bob(the)builder] hi"]);
});

Deno.test("ChatServer makes a fast author wait for signing, and drops none of the listeners", async () => {
  await using world = await startWorld({ relay: true, limits: { waitingTexts: 160 } });
  const listeners = [await world.join("bob"), await world.join("carol")];
  using author = await HandPeer.join(world, "alice");
  const texts = Array.from({ length: 600 }, (_, index) => `${index}`);
  await author.send(await author.machine.say(...texts));
  for (const listener of listeners) {
    await listener.until((events) => listener.texts().length === texts.length || hasEnded(events));
    assert.equal(listener.endCode, undefined);
    assert.deepEqual(listener.texts(), texts.map((text) => `[alice] ${text}`));
  }
});

Deno.test("ChatServer relays on although one listener never reads", async () => {
  await using world = await startWorld({ relay: true, limits: { writeMs: 500 } });
  using _deaf = await HandPeer.join(world, "deaf");
  const bob = await world.join("bob");
  const alice = await world.join("alice");
  const texts = Array.from({ length: 150 }, (_, index) => `${index} ${"x".repeat(60_000)}`);
  for (const text of texts) alice.connection?.say(text);
  await bob.until((events) => bob.texts().length === texts.length || hasEnded(events));
  assert.equal(bob.texts().length, texts.length);
});

function hasEnded(events: readonly SessionEvent[]): boolean {
  return events.some((event) => event.kind === "ended");
}
