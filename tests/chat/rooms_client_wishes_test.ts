/** What somebody wishes of a client while its connection is lost, made again, or renewed. */

import assert from "node:assert/strict";
import type { RoomClient } from "../../src/chat/room_client.ts";
import { RoomsClient } from "../../src/chat/rooms_client.ts";
import type { RoomsEvent } from "../../src/chat/rooms_event.ts";
import { ChatError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { LooseLine } from "../testkit/loose_line.ts";
import { startRoomWorld } from "../testkit/room_server_world.ts";
import { RoomsVisitor } from "../testkit/rooms_visitor.ts";

const ROOMS = ["main", "pumps"];

Deno.test("a room that is asked for while the client connects is joined, and what is said in it said", async () => {
  await using world = await startRoomWorld({ rooms: ROOMS });
  const { port } = world.server.address;
  const visitor = await RoomsVisitor.come("alice", { port, transcriptDir: `${world.dir}/c` });
  for (const { connection } of world.server.sessions()) {
    void connection.abort(new ChatError("CONNECTION", "cut"));
  }
  await visitor.until(() => visitor.of("server").length === 2); // in the second handshake
  visitor.rooms.join("pumps", 0);
  visitor.rooms.say("pumps", "hello pumps");
  await visitor.untilHeard("pumps", "alice: hello pumps");
  await visitor.leave();
});

Deno.test("a room that was left is not joined again, though the line was lost before the last word", async () => {
  await using world = await startRoomWorld({ rooms: ROOMS });
  await using line = new LooseLine(world.server.address.port);
  const visitor = await RoomsVisitor.come("alice", {
    ...{ port: line.ownPort, transcriptDir: `${world.dir}/c`, rooms: ROOMS },
  });
  line.isDeaf = true;
  visitor.rooms.part("pumps");
  await new Promise((resolve) => setTimeout(resolve, 50));
  line.cut();
  line.isDeaf = false;
  const entered = (room: string) => visitor.of("entered").filter((one) => one.room === room).length;
  await visitor.until(() => entered("main") === 2);
  visitor.rooms.say("main", "back");
  await visitor.untilHeard("main", "alice: back");
  assert.equal(entered("pumps"), 1);
  assert.deepEqual(visitor.rooms.rooms().map(({ room }) => room), ["main"]);
  await visitor.leave();
});

Deno.test("of two rooms that are left at once, the last one is refused", async () => {
  await using world = await startRoomWorld({ rooms: ROOMS });
  const { port } = world.server.address;
  const visitor = await RoomsVisitor.come("alice", {
    ...{ port, transcriptDir: `${world.dir}/c`, rooms: ROOMS },
  });
  visitor.rooms.part("pumps");
  assert.throws(() => visitor.rooms.part("main"), { code: "ROOM" });
  await visitor.until(() => visitor.of("parted").length === 1);
  visitor.rooms.say("main", "still here");
  await visitor.untilHeard("main", "alice: still here");
  await visitor.leave();
});

/** A connection of two rooms that ends as soon as the client leaves. */
function connection(tell: (event: SessionEvent) => Promise<void>, error?: ChatError) {
  const joinedHead = { from: 0, size: 0 };
  const stays = new Map(["main", "pumps"].map((room) => [room, {
    ...{ log: "10".repeat(16), joinedHead, path: "", isOpen: true, unseen: [], waitingTexts: 0 },
    leave: () => Promise.resolve(),
  }]));
  const left = Promise.withResolvers<void>();
  const run = async () => {
    await tell({ kind: "signed_in", email: "", username: "alice" });
    for (const room of stays.keys()) {
      await tell({ kind: "entered", room, log: "10".repeat(16), size: 0, headSize: 0 });
    }
    await left.promise;
    await tell(error === undefined ? { kind: "ended" } : { kind: "ended", error });
  };
  const leave = () => Promise.resolve(left.resolve());
  return { stays, isSignedIn: true, session: "s", nameOf: () => undefined, leave, run };
}

Deno.test("a lie is told of, though it comes while a session is renewed to join a room again", async () => {
  const events: RoomsEvent[] = [];
  let tell: (event: SessionEvent) => Promise<void> = () => Promise.resolve();
  let dials = 0;
  const client = new RoomsClient({
    self: { name: "alice", fingerprint: "a".repeat(64) },
    rooms: ROOMS.map((room) => ({ room, want: 0 })),
    ...{ returns: true, signal: new AbortController().signal, random: () => 0 },
    onEvent: (event) => void events.push(event),
    dial: ({ onEvent }) => {
      dials++;
      tell = onEvent;
      const lie = new ChatError("FORKED", "the server told others something else");
      return Promise.resolve(connection(onEvent, lie) as unknown as RoomClient);
    },
  });
  const running = client.run();
  await client.changed();
  while (events.filter(({ kind }) => kind === "entered").length < 2) await client.changed();
  client.part("pumps");
  await tell({ kind: "parted", room: "pumps", size: 0 });
  client.join("pumps", 0); // a session joins a room once: this takes another one
  await running;
  const last = events.at(-1);
  assert.equal(last?.kind === "ended" && last.error?.code, "FORKED");
  assert.equal(dials, 1);
});

Deno.test("words that wait for a room that is left before it is joined are told of as not sent", async () => {
  const events: RoomsEvent[] = [];
  const client = new RoomsClient({
    self: { name: "alice", fingerprint: "a".repeat(64) },
    rooms: ROOMS.map((room) => ({ room, want: 0 })),
    ...{ returns: true, signal: new AbortController().signal, random: () => 0 },
    onEvent: (event) => void events.push(event),
    dial: () => Promise.reject(new ChatError("CONNECTION", "nobody answers")),
  });
  client.say("pumps", "are you there?");
  client.part("pumps");
  await client.changed();
  assert.deepEqual(events, [
    { kind: "unsent", room: "pumps", id: 1, text: "are you there?", fate: "not sent" },
  ]);
});
