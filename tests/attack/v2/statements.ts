/**
 * Promise: in a room everybody speaks for himself, once, now, and about the one log that all have.
 *
 * @module
 */

import { directRoomName } from "../../../src/protocol/v2/room_name.ts";
import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import { type Head, signHead } from "../../../src/protocol/v2/head.ts";
import type { SignedStatement, Statement } from "../../../src/protocol/v2/statement.ts";
import { RoomPeer, stateAs } from "../../testkit/room_peer.ts";
import type { RoomWorld } from "../../testkit/room_server_world.ts";
import type { Attack } from "../attack.ts";
import { codeAtServer, inside, someone, startScene } from "./scene.ts";

const MINUTE_MS = 60_000;

/** A statement that is right but for something, sent by a member. */
function states(
  changes: (head: Head) => Partial<Statement> | Promise<Partial<Statement>>,
  alter: (signed: SignedStatement) => SignedStatement = (signed) => signed,
): Promise<string> {
  return inside(async (peer, own) => {
    const head = await peer.join();
    const signed = alter(await stateAs(own, head, await changes(head)));
    await peer.send({ type: "msg", ...signed });
  });
}

/** Sends a statement twice. */
function resend(): Promise<string> {
  return inside(async (peer, own) => {
    const signed = await stateAs(own, await peer.join());
    await peer.send({ type: "msg", ...signed });
    await peer.until("entry");
    await peer.send({ type: "msg", ...signed });
  });
}

/** Says in a second session what was signed for the first. */
async function carryOver(): Promise<string> {
  await using world = await startScene();
  const own = await someone();
  const { port } = world.server.address;
  using first = await RoomPeer.enter(port, own);
  const signed = await stateAs(own, await first.join());
  using second = await RoomPeer.enter(port, own);
  await second.join();
  await second.send({ type: "msg", ...signed });
  return await codeAtServer(world);
}

/** Names this room, and the log of another. */
function otherLog(): Promise<string> {
  return inside(async (peer, own) => {
    const { log } = await peer.join("attic");
    const signed = await stateAs(own, { ...await peer.join(), log });
    await peer.send({ type: "msg", ...signed });
  }, { rooms: ["main", "attic"] });
}

/** A member sends what another member has just said, as it came. */
async function parrot(): Promise<string> {
  await using world = await startScene();
  const alice = await world.join("honest");
  using peer = await RoomPeer.enter(world.server.address.port, await someone());
  await peer.join();
  alice.client.say("I pay 100");
  const entry = await peer.until("entry");
  if (entry === undefined) return "nothing was said";
  await peer.send({ type: "msg", stmt: entry.stmt, sig: entry.sig });
  return await codeAtServer(world);
}

/** A head that is not of this tree, or of somebody else. */
function signsHead(changes: (head: Head) => Partial<Head>): Promise<string> {
  return inside(async (peer, own) => {
    const head = await peer.join();
    const whole = { ...head, by: own.fingerprint, final: false, ts: Date.now(), ...changes(head) };
    await peer.send({ type: "head", ...await signHead(own.signingKey, whole) });
  });
}

function joins(
  room: (own: OwnIdentity, world: RoomWorld) => string | Promise<string>,
): Promise<string> {
  return inside(async (peer, own, world) => {
    await peer.send({ type: "join", room: await room(own, world), want: 0 });
  });
}

async function othersRoom(_: OwnIdentity, world: RoomWorld): Promise<string> {
  await world.join("honest");
  const people = await Promise.all([someone("honest"), someone("bob")]);
  return directRoomName(people[0].fingerprint, people[1].fingerprint);
}

async function absentRoom({ fingerprint }: OwnIdentity): Promise<string> {
  return directRoomName(fingerprint, (await someone("bob")).fingerprint);
}

const ONCE = "what is said once is heard once";
const SELF = "nobody speaks for another";
const ROOMS = "only who may join is in a room";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a member names another as the author of its words",
    promise: SELF,
    expected: "SIG_FAIL",
    where: "server, before it has a place",
    run: () => states(async () => ({ author: (await someone("bob")).fingerprint })),
  },
  {
    name: "protocol 2: a member changes words after signing them",
    promise: SELF,
    expected: "SIG_FAIL",
    where: "server, before it has a place",
    run: () =>
      states(() => ({ text: "I pay 100" }), ({ stmt, sig }) => {
        const text = new TextDecoder().decode(stmt).replace("I pay 100", "I pay 900");
        return { stmt: new TextEncoder().encode(text), sig };
      }),
  },
  {
    name: "protocol 2: a member sends another member's words",
    promise: SELF,
    expected: "REPLAY",
    where: "server: they are of another session",
    run: parrot,
  },
  {
    name: "protocol 2: a member speaks as the server",
    promise: SELF,
    expected: "REPLAY",
    where: "server: the log is nobody's session",
    run: () => states(({ log }) => ({ kind: "notice", session: log })),
  },
  {
    name: "protocol 2: a member sends its words twice",
    promise: ONCE,
    expected: "REPLAY",
    where: "server, by the number",
    run: resend,
  },
  {
    name: "protocol 2: a member leaves a number out",
    promise: ONCE,
    expected: "REPLAY",
    where: "server, by the number",
    run: () => states(() => ({ seq: 2 })),
  },
  {
    name: "protocol 2: words of an old session are sent in a new one",
    promise: ONCE,
    expected: "REPLAY",
    where: "server, by the session",
    run: carryOver,
  },
  {
    name: "protocol 2: words that name one room and the log of another",
    promise: ONCE,
    expected: "REPLAY",
    where: "server, by the log",
    run: otherLog,
  },
  {
    name: "protocol 2: words of six minutes ago",
    promise: "what is said is said now",
    expected: "STALE",
    where: "server, by its clock",
    run: () => states(() => ({ ts: Date.now() - 6 * MINUTE_MS })),
  },
  {
    name: "protocol 2: words of six minutes ahead",
    promise: "what is said is said now",
    expected: "STALE",
    where: "server, by its clock",
    run: () => states(() => ({ ts: Date.now() + 6 * MINUTE_MS })),
  },
  {
    name: "protocol 2: words over a conversation that never was",
    promise: "one order for all",
    expected: "FORKED",
    where: "server, by the root",
    run: () => states(() => ({ root: "ab".repeat(32) })),
  },
  {
    name: "protocol 2: words over more than was said",
    promise: "one order for all",
    expected: "FORKED",
    where: "server, by the size",
    run: () => states(({ size }) => ({ size: size + 1 })),
  },
  {
    name: "protocol 2: a member signs a head over a conversation that never was",
    promise: "one order for all",
    expected: "FORKED",
    where: "server, by the root",
    run: () => signsHead(() => ({ root: "ab".repeat(32) })),
  },
  {
    name: "protocol 2: a member signs a final head before the server",
    promise: "both have the last word on the same",
    expected: "HANDSHAKE",
    where: "server",
    run: () => signsHead(() => ({ final: true })),
  },
  {
    name: "protocol 2: a member speaks in a room that it has not joined",
    promise: ROOMS,
    expected: "HANDSHAKE",
    where: "server",
    run: () =>
      inside(async (peer, own) => {
        const signed = await stateAs(own, { ...await peer.join(), room: "attic" });
        await peer.send({ type: "msg", ...signed });
      }, { rooms: ["main", "attic"] }),
  },
  {
    name: "protocol 2: a member joins a room that is not on the list",
    promise: ROOMS,
    expected: "ROOM",
    where: "server",
    run: () => joins(() => "cellar"),
  },
  {
    name: "protocol 2: a member joins the room of two others",
    promise: ROOMS,
    expected: "ROOM",
    where: "server",
    run: () => joins(othersRoom),
  },
  {
    name: "protocol 2: a member begins a room with somebody who is not here",
    promise: "nobody fills the disk with files",
    expected: "ROOM",
    where: "server",
    run: () => joins(absentRoom),
  },
  {
    name: "protocol 2: a member joins a room twice",
    promise: "once a room in a session",
    expected: "ROOM",
    where: "server",
    run: () =>
      inside(async (peer) => {
        await peer.join();
        await peer.send({ type: "join", room: "main", want: 0 });
      }),
  },
];
