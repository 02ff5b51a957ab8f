/**
 * Promise: each side proves who it is, by a certificate for its role and by the key of it, for this
 * connection alone.
 *
 * @module
 */

import { encapsulateHybrid, HybridKeyPair } from "../../../src/crypto/hybrid_kem.ts";
import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import {
  deriveStreams,
  handshakeSecret,
  hashHellos,
} from "../../../src/protocol/v2/key_schedule.ts";
import { encodeMessage, parseMessage, VERSION } from "../../../src/protocol/v2/messages.ts";
import { RecordOpener, RecordSealer } from "../../../src/protocol/v2/record_stream.ts";
import { SERVER2_NAME } from "../../testkit/identities2.ts";
import { RoomPeer, RoomTrap } from "../../testkit/room_peer.ts";
import type { Attack } from "../attack.ts";
import { selfSigned } from "../certificates.ts";
import {
  codeAtClient,
  codeAtServer,
  expired,
  notYetValid,
  ofNamesake,
  ofOtherCa,
  outside,
  someone,
  startScene,
  theCaItself,
  thiefOf,
  wearing,
} from "./scene.ts";

/** A client shows a certificate to a live server. */
function shownByClient(own: () => Promise<OwnIdentity>): Promise<string> {
  return outside(async (peer) => {
    // It may be refused before or after `ready`.
    await peer.shakeHands(await own()).catch(() => undefined);
  });
}

/** A server shows a certificate to a live client. */
async function shownByServer(own: () => Promise<OwnIdentity>): Promise<string> {
  await using world = await startScene();
  const identity = await own();
  await using trap = new RoomTrap((peer) => peer.answerHands(identity));
  return await codeAtClient(await world.dial("alice", { port: trap.port }), "peer");
}

/** The server's own leaf, shown to itself by somebody who does not mind that they are one. */
async function shownBack(): Promise<string> {
  return await shownByClient(async () => ({
    ...await thiefOf(SERVER2_NAME, "server"),
    fingerprint: "",
  }));
}

/** What the middle has of the real server: a proof that was made for another exchange. */
async function proofOf(port: number): Promise<Uint8Array> {
  using peer = await RoomPeer.dial(port);
  const pair = await HybridKeyPair.generate();
  const hello = encodeMessage({ type: "hello", version: VERSION, ...pair.share });
  await peer.frame(hello);
  const answer = await peer.body() ?? new Uint8Array();
  const share = parseMessage(answer, ["server_hello"]);
  const hs = handshakeSecret(await pair.decapsulate(share));
  const { server } = deriveStreams(hs, "handshake", hashHellos(hello, answer));
  const [auth = new Uint8Array()] = new RecordOpener(server).open(
    await peer.body() ?? new Uint8Array(),
  );
  return auth;
}

/** The middle agrees on a key with each side, and shows the client the real server's proof. */
async function passOnProof(): Promise<string> {
  await using world = await startScene();
  await using trap = new RoomTrap(async (peer) => {
    const auth = await proofOf(world.server.address.port);
    const hello = await peer.body() ?? new Uint8Array();
    const { share, secrets } = await encapsulateHybrid(parseMessage(hello, ["hello"]));
    const answer = encodeMessage({ type: "server_hello", version: VERSION, ...share });
    const { server } = deriveStreams(
      handshakeSecret(secrets),
      "handshake",
      hashHellos(hello, answer),
    );
    await peer.frame(answer);
    await peer.write(new RecordSealer(server).seal([auth]));
    await peer.body();
  });
  return await codeAtClient(await world.dial("alice", { port: trap.port }), "peer");
}

/** Somebody with a certificate and another key. */
async function stolenByClient(): Promise<string> {
  await using world = await startScene();
  using peer = await RoomPeer.dial(world.server.address.port);
  await peer.shakeHands(await thiefOf("alice", "client")).catch(() => undefined);
  return await codeAtServer(world);
}

type Shown = readonly [what: string, own: (name: string) => Promise<OwnIdentity>];

function shown(role: "client" | "server"): readonly Shown[] {
  const wrong = role === "client" ? "server" : "client";
  return [
    ["an expired certificate", (name) => expired(name, role)],
    ["a certificate that is not yet valid", (name) => notYetValid(name, role)],
    ["a self-signed certificate", async (name) => wearing(await selfSigned(name, role))],
    ["a certificate of another CA", (name) => ofOtherCa(name, role)],
    ["a certificate of another CA of the same name", (name) => ofNamesake(name, role)],
    [`a ${wrong}'s certificate`, (name) => someone(name, wrong)],
    ["the CA's own certificate", () => theCaItself()],
  ];
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  ...shown("client").map(([what, own]): Attack => ({
    name: `protocol 2: a client shows ${what}`,
    promise: "only who the CA vouches for comes in",
    expected: "BAD_CERT",
    where: "server, at client_auth",
    run: () => shownByClient(() => own("mallory")),
  })),
  {
    name: "protocol 2: a client shows the server's own certificate",
    promise: "nobody but this side is this side",
    expected: "BAD_CERT",
    where: "server, at client_auth",
    run: shownBack,
  },
  ...shown("server").map(([what, own]): Attack => ({
    name: `protocol 2: a server shows ${what}`,
    promise: "only who the CA vouches for is believed",
    expected: "BAD_CERT",
    where: "client, at server_auth",
    run: () => shownByServer(() => own(SERVER2_NAME)),
  })),
  {
    name: "protocol 2: a server shows a certificate for another name",
    promise: "the server is the one that was dialled",
    expected: "BAD_CERT",
    where: "client, at server_auth",
    run: () => shownByServer(() => someone("other.test", "server")),
  },
  {
    name: "protocol 2: a client uses somebody else's certificate without its key",
    promise: "a certificate is nobody without its key",
    expected: "HANDSHAKE",
    where: "server, at client_auth: before the chat",
    run: stolenByClient,
  },
  {
    name: "protocol 2: a server uses the real server's certificate without its key",
    promise: "a certificate is nobody without its key",
    expected: "HANDSHAKE",
    where: "client, at server_auth: before it says who it is",
    run: () => shownByServer(() => thiefOf(SERVER2_NAME, "server")),
  },
  {
    name: "protocol 2: the middle agrees on keys and passes the server's proof on",
    promise: "a proof is for one exchange",
    expected: "HANDSHAKE",
    where: "client, at server_auth",
    run: passOnProof,
  },
];
