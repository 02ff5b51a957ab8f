import assert from "node:assert/strict";
import { concat } from "../../src/bytes/concat.ts";
import { within } from "../../src/chat/within.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import type { TranscriptReport } from "../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { type ChatWorld, startWorld } from "../testkit/chat_world.ts";
import { HandPeer } from "../testkit/hand_peer.ts";
import { messageOf } from "../testkit/machines.ts";

const LONG = "x".repeat(60_000);
const PATIENCE_MS = 20_000;

async function reportOf(world: ChatWorld, side: "client" | "server"): Promise<TranscriptReport> {
  const [file = ""] = world.transcripts(side);
  const text = await Deno.readTextFile(file);
  return await verifyTranscript(text, { ca: world.ca, certificates: [] });
}

function heard(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === "said" && event.author === "peer" ? [event.text] : []
  );
}

function endOf(world: ChatWorld): string | undefined {
  const ended = world.sessionEvents.find((event) => event.kind === "ended");
  return ended?.error?.code;
}

function untilEnded(world: ChatWorld): Promise<void> {
  return world.untilServer((events) => events.some((event) => event.kind === "ended"));
}

Deno.test("Connection lets a peer go that never reads, and closes its socket and its file", async () => {
  await using world = await startWorld({ limits: { writeMs: 300, waitingTexts: 200 } });
  using peer = await HandPeer.join(world, "deaf");
  for (let count = 0; count < 150; count++) world.server.say(LONG);
  assert.ok(await within(untilEnded(world), PATIENCE_MS), "the session never ended");
  assert.equal(endOf(world), "SLOW");
  assert.deepEqual(world.server.members(), []);
  assert.equal((await reportOf(world, "server")).verdict, "VALID");
  assert.ok(peer.machine.session.patience === "open");
});

Deno.test("ChatServer.stop() takes less than 5 s with a peer that never reads", async () => {
  await using world = await startWorld();
  using _peer = await HandPeer.join(world, "deaf");
  for (let count = 0; count < 150; count++) world.server.say(LONG);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const startMs = performance.now();
  await world.server.stop();
  assert.ok(performance.now() - startMs < 5_000);
  assert.equal(endOf(world), "TIMEOUT");
  assert.equal((await reportOf(world, "server")).verdict, "VALID");
});

Deno.test("Connection carries floods in both directions at once", async () => {
  const limits = { waitingBytes: 10_000, waitingTexts: 400 };
  await using world = await startWorld({ limits, clientLimits: limits });
  const client = await world.join("alice");
  const texts = Array.from({ length: 150 }, (_, index) => `${index} ${LONG.slice(0, 30_000)}`);
  for (const text of texts) {
    world.server.say(text);
    client.connection?.say(text);
  }
  await client.until((events) =>
    heard(events).length === texts.length || events.some((event) => event.kind === "ended")
  );
  await client.connection?.leave();
  assert.equal(client.endCode, undefined);
  assert.deepEqual(client.texts(), texts);
  assert.deepEqual(heard(world.sessionEvents), texts);
});

Deno.test("Connection does not let bulk words wait in memory without a bound", async () => {
  await using world = await startWorld({ limits: { waitingTexts: 20 } });
  using _peer = await HandPeer.join(world, "deaf");
  for (let count = 0; count < 200; count++) world.server.say(LONG);
  assert.ok(await within(untilEnded(world), PATIENCE_MS));
  assert.equal(endOf(world), "SLOW");
});

Deno.test("Connection keeps the words that came before a frame that ends the session", async () => {
  await using world = await startWorld();
  using peer = await HandPeer.join(world, "alice");
  const words = await peer.machine.say("one", "two", "three");
  const frames = words.map((body) => encodeFrame(new Uint8Array(body)));
  await peer.write(concat(...frames, new Uint8Array(4).fill(0xff)));
  await untilEnded(world);
  assert.equal(endOf(world), "FRAME_TOO_LARGE");
  assert.deepEqual(heard(world.sessionEvents), ["one", "two", "three"]);
  const report = await reportOf(world, "server");
  assert.equal(report.verdict, "VALID");
  assert.equal(report.entries.length, 3);
});

Deno.test("Connection signs for exactly the words it took when the peer is gone in a batch", async () => {
  await using world = await startWorld();
  const peer = await HandPeer.join(world, "alice");
  const words = await peer.machine.say(...Array.from({ length: 30 }, (_, index) => `${index}`));
  await peer.send(words);
  await peer.write(new Uint8Array([0, 0, 1])); // and the line breaks in the middle of a frame
  peer.conn.close();
  await untilEnded(world);
  assert.equal(endOf(world), "CONNECTION");
  const report = await reportOf(world, "server");
  assert.equal(report.verdict, "VALID");
  assert.equal(report.entries.length, heard(world.sessionEvents).length);
});

Deno.test("Connection puts its receipt into the file although the peer is gone meanwhile", async () => {
  for (let round = 0; round < 10; round++) {
    await using world = await startWorld();
    const peer = await HandPeer.join(world, "alice");
    await peer.send(await peer.machine.say("words"));
    await world.untilServer((events) => heard(events).length === 1);
    const [member] = world.server.members();
    const left = member?.connection.leave();
    await Promise.resolve();
    peer.conn.close();
    await left;
    assert.equal((await reportOf(world, "server")).verdict, "VALID", `round ${round}`);
  }
});

Deno.test("Connection keeps both receipts on both sides when both leave at once", async () => {
  await using world = await startWorld();
  const client = await world.join("alice");
  client.connection?.say("hi");
  world.server.say("hello");
  await client.until((events) => heard(events).length === 1);
  await Promise.all([client.connection?.leave(), world.server.stop()]);
  for (const side of ["client", "server"] as const) {
    const report = await reportOf(world, side);
    assert.equal(report.verdict, "VALID");
    assert.ok(report.peerReceipt, `the ${side} has no receipt of the other side`);
    assert.deepEqual(report.peerReceipt.faults, []);
  }
  assert.equal(client.endCode, undefined);
});

Deno.test("Connection waits a bounded time for a receipt that never comes", async () => {
  await using world = await startWorld({ limits: { receiptMs: 100 } });
  using peer = await HandPeer.join(world, "alice");
  const [member] = world.server.members();
  await member?.connection.leave();
  assert.equal(endOf(world), undefined);
  assert.equal((await reportOf(world, "server")).verdict, "VALID");
  const receipt = messageOf(await peer.body());
  assert.equal(receipt["type"], "receipt");
  assert.equal(await peer.body(), undefined, "the stream has not ended");
});

Deno.test("Connection says what was queued before it leaves, and refuses words after that", async () => {
  await using world = await startWorld();
  const client = await world.join("alice");
  for (let index = 0; index < 50; index++) client.connection?.say(`${index}`);
  const left = client.connection?.leave();
  assert.throws(() => client.connection?.say("late"), { code: "CONNECTION" });
  await left;
  assert.throws(() => client.connection?.say("later"), { code: "CONNECTION" });
  assert.equal(heard(world.sessionEvents).length, 50);
  assert.equal(client.connection?.unsentTexts, 0);
});

Deno.test("Connection counts the words that it could not send any more", async () => {
  await using world = await startWorld();
  const client = await world.join("alice");
  for (let index = 0; index < 500; index++) client.connection?.say(`${index}`);
  await world.server.stop();
  await client.running;
  const unsent = client.connection?.unsentTexts ?? 0;
  assert.ok(unsent > 0);
  assert.equal(client.texts("self").length, 500 - unsent);
});

Deno.test("Connection refuses words that are too long for a message, and goes on", async () => {
  await using world = await startWorld();
  const client = await world.join("alice");
  assert.throws(() => client.connection?.say("é".repeat(65_537)), { code: "FRAME_TOO_LARGE" });
  client.connection?.say("é".repeat(65_536));
  await client.connection?.leave();
  assert.deepEqual(heard(world.sessionEvents).map((text) => text.length), [65_536]);
});

Deno.test("Connection refuses words before the chat is open", async () => {
  await using world = await startWorld();
  const client = await world.dial();
  assert.throws(() => client.connection?.say("early"), { code: "CONNECTION" });
  await client.connection?.leave();
});

Deno.test("Connection gives a handshake step its time however its bytes trickle in", async () => {
  await using world = await startWorld({ limits: { stepMs: 300 } });
  using peer = await HandPeer.dial(world);
  const trickling = (async () => {
    await peer.write(new Uint8Array([0, 0, 1, 0]));
    for (let count = 0; count < 100; count++) {
      await peer.write(new Uint8Array([0x20]));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })().catch(() => undefined);
  const startMs = performance.now();
  await untilEnded(world);
  assert.equal(endOf(world), "TIMEOUT");
  assert.ok(performance.now() - startMs < 4_500);
  peer.conn.close();
  await trickling;
});

Deno.test("Connection gives a person no more than the time to sign in", async () => {
  await using world = await startWorld({ limits: { signInMs: 400 } });
  const client = await world.dial();
  await client.untilKind("ended");
  assert.equal(client.endCode, "TIMEOUT");
  await untilEnded(world);
  assert.equal(endOf(world), "TIMEOUT");
});

Deno.test("Connection ends with FILE when the transcript cannot be made, and others go on", async () => {
  await using world = await startWorld();
  await Deno.writeTextFile(`${world.dir}/server-transcripts`, "a file where a folder should be");
  const client = await world.join("alice");
  await client.running;
  await untilEnded(world);
  assert.equal(endOf(world), "FILE");
  await Deno.remove(`${world.dir}/server-transcripts`);
  const later = await world.join("bob");
  later.connection?.say("hi");
  await later.connection?.leave();
  assert.deepEqual(heard(world.sessionEvents), ["hi"]);
});

Deno.test("Connection accepts no words behind the peer's receipt in the same chunk", async () => {
  await using world = await startWorld();
  using peer = await HandPeer.join(world, "alice");
  const [before, after] = await peer.machine.say("before", "after");
  const receipt = await peer.machine.leave();
  assert.ok(before && after);
  await peer.send([before, ...receipt, after]);
  await untilEnded(world);
  assert.deepEqual(heard(world.sessionEvents), ["before"]);
  assert.equal((await reportOf(world, "server")).entries.length, 1);
});
