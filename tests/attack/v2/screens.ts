/**
 * Promise: nothing that a peer sends reaches a terminal as a control sequence; it is shown, not obeyed.
 *
 * @module
 */

import { encodeCanonicalJson } from "../../../src/protocol/v2/canonical_json.ts";
import { encodeFrame } from "../../../src/protocol/frame.ts";
import { leaf2 } from "../../testkit/identities2.ts";
import { RoomPeer, RoomTrap, stateAs } from "../../testkit/room_peer.ts";
import {
  type RoomTestClient,
  type RoomWorld,
  STARTED_MS,
} from "../../testkit/room_server_world.ts";
import type { Attack } from "../attack.ts";
import { eventually } from "../observe.ts";
import { clientScreens, HOSTILE, HOSTILE_NAME, judgeAll, operatorScreen } from "../terminal.ts";
import { endOfClient, hostileEvents, inside, outside, someone, startScene } from "./scene.ts";

function judged(world: RoomWorld, ...clients: readonly RoomTestClient[]): string {
  return judgeAll([operatorScreen(world), ...clients.flatMap(clientScreens)]);
}

/** A member says it: the operator and another member see it. */
async function inWords(): Promise<string> {
  await using world = await startScene();
  const reader = await world.join("honest");
  const own = await someone();
  using peer = await RoomPeer.enter(world.server.address.port, own);
  const said = await stateAs(own, await peer.join(), { text: HOSTILE });
  await peer.send({ type: "msg", ...said });
  await eventually(() => reader.heard.length > 0);
  await eventually(() => hostileEvents(world).some(({ kind }) => kind === "said"));
  return judged(world, reader);
}

async function inOperatorsWords(): Promise<string> {
  await using world = await startScene();
  const reader = await world.join("honest");
  world.server.say(HOSTILE);
  await eventually(() => reader.heard.length > 0);
  return judgeAll(clientScreens(reader));
}

async function inRefusal(): Promise<string> {
  await using world = await startScene();
  await using trap = new RoomTrap(async (peer) => {
    await peer.body();
    const body = encodeCanonicalJson({ message: HOSTILE, status: "ERROR", type: "status" });
    await peer.write(encodeFrame(body));
  });
  const client = await world.dial("alice", { port: trap.port });
  await endOfClient(client);
  return judgeAll(clientScreens(client));
}

async function inStatus(): Promise<string> {
  return await inside(async (peer) => {
    await peer.objects(
      encodeCanonicalJson({ message: HOSTILE, status: HOSTILE_NAME, type: "status" }),
    );
  });
}

/** A member's own refusal, shown to the operator. */
async function inGoodbye(): Promise<string> {
  await using world = await startScene();
  using peer = await RoomPeer.enter(world.server.address.port, await someone());
  await peer.send({ type: "status", status: "FORKED", message: HOSTILE });
  await eventually(() => hostileEvents(world).some(({ kind }) => kind === "ended"));
  return judged(world);
}

async function inName(): Promise<string> {
  const { certificate } = await leaf2(HOSTILE_NAME, "client", { nowMs: STARTED_MS });
  const own = { ...await someone(), chain: [certificate.der] };
  return await outside(async (peer) => {
    await peer.shakeHands(own).catch(() => undefined);
  });
}

const PROMISE = "text is shown, never obeyed";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a member writes control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "operator's and other members' screens",
    run: inWords,
  },
  {
    name: "protocol 2: the operator writes control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "members' screens",
    run: inOperatorsWords,
  },
  {
    name: "protocol 2: a server refuses with control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "client's screen",
    run: inRefusal,
  },
  {
    name: "protocol 2: a member ends with control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "operator's screen",
    run: inGoodbye,
  },
  {
    name: "protocol 2: a member sends control sequences as a code",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server",
    run: inStatus,
  },
  {
    name: "protocol 2: a certificate has control sequences in its name",
    promise: PROMISE,
    expected: "BAD_CERT",
    where: "server, at client_auth",
    run: inName,
  },
  {
    name: "protocol 2: a member joins a room with control sequences in its name",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server",
    run: () =>
      inside((peer) =>
        peer.objects(encodeCanonicalJson({ room: HOSTILE_NAME, type: "join", want: 0 }))
      ),
  },
  {
    name: "protocol 2: a client registers control sequences as its e-mail address",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, at sign-in",
    run: () =>
      inside((peer) =>
        peer.objects(
          encodeCanonicalJson({ email: "m\x1b[2J@example.test", password: "p", type: "register" }),
        ), { signIn: "password" }),
  },
];
