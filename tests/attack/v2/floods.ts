/**
 * Promise: no bytes of one peer stop the server, fill its memory, or slow down anybody else. While each
 * of these attacks runs, somebody honest chats.
 *
 * @module
 */

import { CLIENT_LIMITS, type Limits } from "../../../src/chat/limits.ts";
import { HybridKeyPair } from "../../../src/crypto/hybrid_kem.ts";
import { encodeFrame } from "../../../src/protocol/frame.ts";
import { encodeMessage, VERSION } from "../../../src/protocol/v2/messages.ts";
import { forward, Middle, trickle } from "../../testkit/middle.ts";
import { RoomPeer, stateAs } from "../../testkit/room_peer.ts";
import type { RoomWorld } from "../../testkit/room_server_world.ts";
import type { Attack } from "../attack.ts";
import { eventually, pause } from "../observe.ts";
import {
  codeAtClient,
  codeAtServer,
  hostileEvents,
  inside,
  outside,
  someone,
  startScene,
  undisturbed,
} from "./scene.ts";

const STEP_MS = 1_500;
const BYTE_MS = 100;
const AT_ONCE_MS = 3_000;
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;

/** Sends bytes; they must end the session at once, and nobody else may notice. */
async function bytes(world: RoomWorld, peer: RoomPeer, sent: Uint8Array): Promise<void> {
  await undisturbed(world, async () => {
    const startedMs = performance.now();
    const before = Deno.memoryUsage().external;
    await peer.write(sent);
    await codeAtServer(world);
    const ms = performance.now() - startedMs;
    if (ms > AT_ONCE_MS) throw new Error(`it took ${ms} ms`);
    const grown = Deno.memoryUsage().external - before;
    if (grown > MEMORY_MAX_BYTES) throw new Error(`${grown} bytes were made room for`);
  });
}

function asStranger(sent: Uint8Array): Promise<string> {
  return outside((peer, world) => bytes(world, peer, sent));
}

function asMember(sent: Uint8Array): Promise<string> {
  return inside((peer, _, world) => bytes(world, peer, sent));
}

/** A flawless hello that takes too long. */
function slowHello(): Promise<string> {
  const limits: Partial<Limits> = { stepMs: STEP_MS };
  return outside((peer, world) =>
    undisturbed(world, async () => {
      const { share } = await HybridKeyPair.generate();
      const frame = encodeFrame(encodeMessage({ type: "hello", version: VERSION, ...share }));
      for (const byte of frame) {
        if (hostileEvents(world).some(({ kind }) => kind === "ended")) return;
        await peer.write(Uint8Array.of(byte)).catch(() => undefined);
        await pause(BYTE_MS);
      }
    }), { limits });
}

async function slowServer(): Promise<string> {
  await using world = await startScene();
  await using middle = Middle.start({
    port: world.server.address.port,
    holdsOpen: true,
    rule: (passing) => passing.from === "server" ? trickle(passing, BYTE_MS) : forward(passing),
  });
  const limits = { ...CLIENT_LIMITS, stepMs: STEP_MS };
  return await codeAtClient(await world.dial("alice", { port: middle.port, limits }), "peer");
}

/** A person that never types, and whose program pings. */
function idleAtSignIn(): Promise<string> {
  return inside((peer, _, world) =>
    undisturbed(world, async () => {
      for (let ping = 0; ping < 30; ping++) {
        if (hostileEvents(world).some(({ kind }) => kind === "ended")) return;
        await peer.send({ type: "ping" }).catch(() => undefined);
        await pause(BYTE_MS);
      }
    }), { signIn: "password", limits: { signInMs: STEP_MS } });
}

/** Reads nothing, while the room is spoken in. */
async function deafReader(): Promise<string> {
  await using world = await startScene();
  using deaf = await RoomPeer.enter(world.server.address.port, await someone());
  await deaf.join();
  const own = await someone("honest");
  using speaker = await RoomPeer.enter(world.server.address.port, own);
  const head = await speaker.join();
  for (let seq = 1; seq < 600; seq++) {
    if (hostileEvents(world).some(({ kind }) => kind === "ended")) break;
    const said = await stateAs(own, head, { seq, text: "x".repeat(32_000) });
    await speaker.send({ type: "msg", ...said });
    if (await speaker.until("entry") === undefined) return "the speaker was cut";
  }
  return await codeAtServer(world);
}

/** 40,000 pings in ten records: nobody may have to wait for them. */
function pings(): Promise<string> {
  return inside(async (peer, _, world) => {
    const ping = encodeMessage({ type: "ping" });
    const record = Array.from({ length: 4_000 }, () => ping);
    await undisturbed(world, async () => {
      for (let sent = 0; sent < 10; sent++) await peer.objects(...record);
      await peer.objects("no object");
      await codeAtServer(world);
    });
  });
}

function manyRooms(): Promise<string> {
  const rooms = Array.from({ length: 33 }, (_, index) => `room ${index}`);
  return inside(
    (peer) => peer.send(...rooms.map((room) => ({ type: "join", room, want: 0 }) as const)),
    {
      rooms: ["main", ...rooms],
    },
  );
}

/** Leaves in the middle of everything, again and again. */
async function hitAndRun(): Promise<string> {
  await using world = await startScene();
  const own = await someone();
  await undisturbed(world, async () => {
    for (let run = 0; run < 25; run++) {
      using peer = await RoomPeer.enter(world.server.address.port, own);
      if (run % 4 === 0) continue;
      await peer.send({ type: "join", room: "main", want: 0 });
      if (run % 4 === 1) continue;
      const { head } = await peer.until("joined") ?? {};
      if (head === undefined || run % 4 === 2) continue;
      await peer.send({ type: "leave", room: "main" });
    }
    await eventually(() => world.server.members().length === 1);
  });
  return world.server.members().length <= 1 ? "all forgotten" : "some are kept";
}

function nested(head: string): Uint8Array {
  return new TextEncoder().encode(`${head}${"[".repeat(30_000)}${"]".repeat(30_000)}}`);
}

const PROMISE = "one peer's bytes hold up nobody";
const HEADER = "server, at the header; others chat on";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a stranger announces a frame of 65,537 bytes",
    promise: "no memory for what is not accepted",
    expected: "FRAME_TOO_LARGE",
    where: HEADER,
    run: () => asStranger(Uint8Array.of(0, 1, 0, 1)),
  },
  {
    name: "protocol 2: a member announces a frame of 0xFFFFFFFF bytes",
    promise: "no memory for what is not accepted",
    expected: "FRAME_TOO_LARGE",
    where: HEADER,
    run: () => asMember(new Uint8Array(4).fill(255)),
  },
  {
    name: "protocol 2: a stranger sends an empty frame",
    promise: PROMISE,
    expected: "FORMAT",
    where: HEADER,
    run: () => asStranger(new Uint8Array(4)),
  },
  {
    name: "protocol 2: a stranger sends JSON 30,000 deep",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, at client_hello; others chat on",
    run: () => asStranger(encodeFrame(nested('{"type":"hello","version":2,"x":'))),
  },
  {
    name: "protocol 2: a member sends JSON 30,000 deep",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server; others chat on",
    run: () =>
      inside((peer, _, world) =>
        undisturbed(world, async () => {
          await peer.objects(nested('{"type":"ping","x":'));
          await codeAtServer(world);
        })
      ),
  },
  {
    name: "protocol 2: a stranger sends a byte at a time",
    promise: "a step has a time limit",
    expected: "TIMEOUT",
    where: "server, though bytes keep coming",
    run: slowHello,
  },
  {
    name: "protocol 2: a server sends a byte at a time",
    promise: "a step has a time limit",
    expected: "TIMEOUT",
    where: "client, though bytes keep coming",
    run: slowServer,
  },
  {
    name: "protocol 2: a client pings and never signs in",
    promise: "signing in has a time limit",
    expected: "TIMEOUT",
    where: "server, though pings keep coming",
    run: idleAtSignIn,
  },
  {
    name: "protocol 2: a member reads nothing",
    promise: "who is 4 MiB behind is cut",
    expected: "BUSY",
    where: "server; who speaks is served",
    run: deafReader,
  },
  {
    name: "protocol 2: a member sends 40,000 pings",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, at what is no object behind them; others chat on",
    run: pings,
  },
  {
    name: "protocol 2: a member joins 33 rooms",
    promise: "32 rooms a session",
    expected: "ROOM",
    where: "server",
    run: manyRooms,
  },
  {
    name: "protocol 2: a member comes and goes in the middle of everything",
    promise: "nothing is kept of who is gone",
    expected: "all forgotten",
    where: "server; others chat on",
    run: hitAndRun,
  },
];
