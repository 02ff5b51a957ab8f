/**
 * Promise: no key that an onlooker knows, no older protocol, and one reading of each message.
 *
 * @module
 */

import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_KEY_BYTES } from "../../../src/crypto/ml_kem.ts";
import { HybridKeyPair } from "../../../src/crypto/hybrid_kem.ts";
import { encodeMessage, type Message, VERSION } from "../../../src/protocol/v2/messages.ts";
import { plainStatus } from "../../../src/protocol/v2/handshake.ts";
import { ChatError } from "../../../src/errors.ts";
import { encodeFrame } from "../../../src/protocol/frame.ts";
import { change, forward, Middle, type Rule } from "../../testkit/middle.ts";
import { RoomPeer, RoomTrap } from "../../testkit/room_peer.ts";
import { SERVER2_NAME } from "../../testkit/identities2.ts";
import type { Attack } from "../attack.ts";
import { eventually } from "../observe.ts";
import {
  codeAtClient,
  codeAtServer,
  inside,
  outside,
  someone,
  startScene,
  undisturbed,
} from "./scene.ts";

const encoder = new TextEncoder();

async function hello(changes: Partial<Message<"hello">> = {}): Promise<Uint8Array> {
  const { share } = await HybridKeyPair.generate();
  return encodeMessage({ type: "hello", version: VERSION, ...share, ...changes });
}

/** A client's first frame, as text of the attacker's. */
async function firstFrame(body: () => Promise<Uint8Array> | Uint8Array): Promise<string> {
  return await outside(async (peer, world) => {
    await undisturbed(world, async () => {
      await peer.frame(await body());
      await codeAtServer(world);
    });
  });
}

/** A server's answer to a live client's hello. */
async function serverHello(share: Partial<Message<"server_hello">>): Promise<string> {
  await using world = await startScene();
  await using trap = new RoomTrap(async (peer) => {
    await peer.body();
    const mlkem = new Uint8Array(ML_KEM_CIPHERTEXT_BYTES);
    const x25519 = new Uint8Array(32).fill(9);
    await peer.frame(
      encodeMessage({ type: "server_hello", version: VERSION, mlkem, x25519, ...share }),
    );
    await peer.body();
  });
  return await codeAtClient(await world.dial("alice", { port: trap.port }), "peer");
}

/** A live client and server with a rule between them. */
async function between(rule: Rule, where: "client" | "server"): Promise<string> {
  await using world = await startScene();
  await using middle = Middle.start({ port: world.server.address.port, rule });
  const client = await world.dial("alice", { port: middle.port });
  return where === "client" ? await codeAtClient(client) : await codeAtServer(world);
}

/** The client must stop, and not dial again in another protocol. */
async function injectVersion(): Promise<string> {
  let dials = 0;
  await using world = await startScene();
  await using trap = new RoomTrap(async (peer) => {
    dials++;
    await peer.body();
    await peer.write(plainStatus(new ChatError("VERSION", "cannot speak protocol 2")));
    await peer.body();
  });
  const code = await codeAtClient(await world.dial("alice", { port: trap.port }), "peer");
  await eventually(() => dials > 1, 200);
  return dials === 1 ? code : `dialled ${dials} times`;
}

/** Without its version the hello is of protocol 1: the server must not go on as if nothing were. */
function withoutVersion(where: "client" | "server"): Promise<string> {
  return between((passing) => {
    if (passing.from !== "client" || passing.index !== 1) return forward(passing);
    const { version: _, ...rest } = passing.message;
    return [{ body: encoder.encode(JSON.stringify(rest)) }];
  }, where);
}

/** Changes one character of a share: both sides then have other keys. */
function swapShare(from: "client" | "server"): Promise<string> {
  return between((passing) => {
    if (passing.from !== from || passing.index !== 1) return forward(passing);
    const other = crypto.getRandomValues(new Uint8Array(32)).toBase64();
    return change(passing, { x25519: other }).map(({ body }) => ({
      body: encoder.encode(JSON.stringify(JSON.parse(new TextDecoder().decode(body)))),
    }));
  }, "client");
}

/** Flips a bit of the n-th frame of a side. */
function flipFrame(from: "client" | "server", index: number): Promise<string> {
  const rule: Rule = (passing) => {
    if (passing.from !== from || passing.index !== index) return forward(passing);
    const body = passing.body.slice();
    body[40] = (body[40] ?? 0) ^ 1;
    return [{ body }];
  };
  return between(rule, from === "server" ? "client" : "server");
}

/** Plays what a client sent to the server a second time. */
async function replayWhole(): Promise<string> {
  await using world = await startScene();
  const frames: Uint8Array[] = [];
  {
    await using middle = Middle.start({
      port: world.server.address.port,
      rule: (passing) => {
        if (passing.from === "client") frames.push(passing.body);
        return forward(passing);
      },
    });
    const client = await world.join("alice", { port: middle.port });
    client.client.say("pay him 100");
    await client.client.leave();
  }
  using peer = await RoomPeer.dial(world.server.address.port);
  for (const body of frames) await peer.frame(body);
  const ended = await eventually(() =>
    world.serverEvents.flatMap((event) =>
      event.kind === "session" && event.member.address.endsWith(`:${peer.localPort}`)
        ? [event.event]
        : []
    ).find(({ kind }) => kind === "ended")
  );
  return ended?.kind === "ended" ? ended.error?.code ?? "no error" : "accepted";
}

/** Whoever has the server's key later plays the recording to a server of his own. */
async function openRecording(): Promise<string> {
  await using world = await startScene();
  const frames: Uint8Array[] = [];
  await using middle = Middle.start({
    port: world.server.address.port,
    rule: (passing) => {
      if (passing.from === "client") frames.push(passing.body);
      return forward(passing);
    },
  });
  const client = await world.join("alice", { port: middle.port });
  client.client.say("pay him 100");
  await client.client.leave();
  const stolen = await someone(SERVER2_NAME, "server");
  const outcome = Promise.withResolvers<string>();
  await using trap = new RoomTrap((peer) =>
    peer.answerHands(stolen).then(
      () => outcome.resolve("opened"),
      (error: unknown) => outcome.resolve(error instanceof ChatError ? error.code : String(error)),
    )
  );
  using peer = await RoomPeer.dial(trap.port);
  for (const body of frames) await peer.write(encodeFrame(body));
  return await outcome.promise;
}

/** An object that no honest program writes, in a record that opens. */
function oddObject(object: string | Uint8Array): Promise<string> {
  return inside((peer) => peer.objects(object));
}

const BOM_PING = Uint8Array.of(0xef, 0xbb, 0xbf, ...encoder.encode('{"type":"ping"}'));

const ODD: readonly (readonly [string, string | Uint8Array])[] = [
  ["with a key twice", '{"type":"ping","type":"ping"}'],
  ["with a byte-order mark", BOM_PING],
  ["with a number of 2^53", '{"room":"main","type":"join","want":9007199254740992}'],
  ["with a space", '{"type": "ping"}'],
  ["with keys out of order", '{"type":"join","want":0,"room":"main"}'],
  ["that is null", "null"],
];

const NO_KEY = "no key that an onlooker knows";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a client offers an ML-KEM key that is none",
    promise: NO_KEY,
    expected: "HANDSHAKE",
    where: "server, at client_hello; others chat on",
    run: () => firstFrame(() => hello({ mlkem: new Uint8Array(ML_KEM_KEY_BYTES).fill(255) })),
  },
  {
    name: "protocol 2: a client offers an X25519 key of zeros",
    promise: NO_KEY,
    expected: "HANDSHAKE",
    where: "server, at client_hello; others chat on",
    run: () => firstFrame(() => hello({ x25519: new Uint8Array(32) })),
  },
  {
    name: "protocol 2: a server answers an X25519 key of zeros",
    promise: NO_KEY,
    expected: "HANDSHAKE",
    where: "client, at server_hello",
    run: () => serverHello({ x25519: new Uint8Array(32) }),
  },
  {
    name: "protocol 2: a client asks for protocol 3",
    promise: "nothing is negotiated",
    expected: "VERSION",
    where: "server, at client_hello",
    run: () => firstFrame(() => encoder.encode('{"type":"hello","version":3}')),
  },
  {
    name: "protocol 2: the middle says that the server speaks another version",
    promise: "a client never falls back by itself",
    expected: "VERSION",
    where: "client: it stops, and does not dial again",
    run: injectVersion,
  },
  {
    name: "protocol 2: the middle takes the version out of the client's hello",
    promise: "a client never falls back by itself",
    expected: "VERSION",
    where: "server, and so the client",
    run: () => withoutVersion("client"),
  },
  {
    name: "protocol 2: the middle swaps the client's key",
    promise: "all that was said is in the keys",
    expected: "TAMPERED",
    where: "client, at server_auth",
    run: () => swapShare("client"),
  },
  {
    name: "protocol 2: the middle swaps the server's key",
    promise: "all that was said is in the keys",
    expected: "TAMPERED",
    where: "client, at server_auth",
    run: () => swapShare("server"),
  },
  {
    name: "protocol 2: the middle changes the server's chain or proof",
    promise: "certificates travel sealed",
    expected: "TAMPERED",
    where: "client, at server_auth",
    run: () => flipFrame("server", 2),
  },
  {
    name: "protocol 2: the middle changes the client's chain or proof",
    promise: "certificates travel sealed",
    expected: "TAMPERED",
    where: "server, at client_auth",
    run: () => flipFrame("client", 2),
  },
  {
    name: "protocol 2: the middle changes the server's ready",
    promise: "nobody else decides how to sign in",
    expected: "TAMPERED",
    where: "client, at ready",
    run: () => flipFrame("server", 3),
  },
  {
    name: "protocol 2: a captured session is played to the server again",
    promise: "keys serve one connection",
    expected: "TAMPERED",
    where: "server, at client_auth",
    run: replayWhole,
  },
  {
    name: "protocol 2: a thief of the server's key plays a recording to a server of his own",
    promise: "leaf keys open no recording",
    expected: "TAMPERED",
    where: "nothing of it opens",
    run: openRecording,
  },
  ...ODD.map(([what, object]): Attack => ({
    name: `protocol 2: a client sends an object ${what}`,
    promise: "one reading for all",
    expected: "FORMAT",
    where: "server, before anything is made of it",
    run: () => oddObject(object),
  })),
];
