/**
 * Where the attacks on protocol 2 take place: a live server with a room, real clients of it, somebody
 * hostile, and what is observed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { importLeafSigningKey } from "../../../src/crypto/leaf_signature.ts";
import { type Certificate, parseCertificateDer } from "../../../src/pki/certificate.ts";
import { createCa, issueLeaf } from "../../../src/pki/issue.ts";
import type { Role } from "../../../src/pki/validate.ts";
import type { OwnIdentity, SignInMode } from "../../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../../src/protocol/v2/peer_identity.ts";
import type { SessionEvent } from "../../../src/protocol/session.ts";
import { ca2, identity2, type Identity2Options, leaf2 } from "../../testkit/identities2.ts";
import { RoomPeer, RoomTrap } from "../../testkit/room_peer.ts";
import {
  type RoomTestClient,
  type RoomWorld,
  type RoomWorldOptions,
  STARTED_MS,
  startRoomWorld,
} from "../../testkit/room_server_world.ts";
import { eventually, pause } from "../observe.ts";

/** Who means no harm. */
export const HONEST = "honest";

const DAY_MS = 86_400_000;
const ROUND_TRIP_MAX_MS = 5_000;
const ROUND_PAUSE_MS = 20;

/** A server that waits only a moment for peers that do not say goodbye. */
export function startScene(options: RoomWorldOptions = {}): Promise<RoomWorld> {
  return startRoomWorld({ ...options, limits: { receiptMs: 300, ...options.limits } });
}

/** Somebody with a certificate of the CA, valid now. */
export function someone(
  name = "mallory",
  role: Role = "client",
  options: Identity2Options = {},
): Promise<OwnIdentity> {
  return identity2(name, role, { nowMs: STARTED_MS, ...options });
}

/** Somebody who shows a certificate and signs with another's key. */
export async function wearing(certificate: Certificate): Promise<OwnIdentity> {
  const { signingKey } = await someone("thief");
  return { ...ownIdentity([certificate.der]), signingKey };
}

/** Whose certificate ended two days ago. */
export function expired(name: string, role: Role): Promise<OwnIdentity> {
  return someone(name, role, { days: 1, nowMs: STARTED_MS - 3 * DAY_MS });
}

/** Whose certificate begins tomorrow. */
export function notYetValid(name: string, role: Role): Promise<OwnIdentity> {
  return someone(name, role, { nowMs: STARTED_MS + DAY_MS });
}

/** Whose certificate is of a CA that nobody here trusts. */
export function ofOtherCa(name: string, role: Role): Promise<OwnIdentity> {
  return someone(name, role, { ca: "Other CA" });
}

/** Whose certificate is of a CA that took the trusted one's name. */
export async function ofNamesake(name: string, role: Role): Promise<OwnIdentity> {
  const { commonName } = (await ca2()).certificate;
  const ca = await createCa({ name: commonName, keyType: "ed25519", days: 30, nowMs: STARTED_MS });
  const request = { commonName: name, role, names: [], days: 7, nowMs: STARTED_MS };
  const leaf = await issueLeaf({
    ...{ ...request, keyType: "ed25519", ca: ca.certificate, caKey: ca.key } as const,
  });
  const signingKey = await importLeafSigningKey(new Uint8Array(leaf.key.pkcs8Der));
  return { ...ownIdentity([leaf.certificate.der]), signingKey };
}

/** Who shows the CA's own certificate. */
export async function theCaItself(): Promise<OwnIdentity> {
  return await wearing(parseCertificateDer((await ca2()).certificate.der, "the CA"));
}

/** Who has somebody's certificate and not the key. */
export async function thiefOf(name: string, role: Role): Promise<OwnIdentity> {
  return await wearing((await leaf2(name, role, { nowMs: STARTED_MS })).certificate);
}

/** The server's events about everybody but {@link HONEST}. */
export function hostileEvents(world: RoomWorld): readonly SessionEvent[] {
  return world.serverEvents.flatMap((event) =>
    event.kind === "session" && event.member.certificate?.commonName !== HONEST ? [event.event] : []
  );
}

/** The code that ended the server's session with somebody hostile. */
export async function codeAtServer(world: RoomWorld): Promise<string> {
  const ended = await eventually(() => hostileEvents(world).find(({ kind }) => kind === "ended"));
  if (ended?.kind !== "ended") return "still connected";
  return ended.error?.code ?? "no error";
}

/** The code that ended a client's session, or "accepted" once it has told that it goes on. */
export async function codeAtClient(
  client: RoomTestClient,
  goesOn: SessionEvent["kind"] = "entered",
): Promise<string> {
  const last = await eventually(() =>
    client.events.find(({ kind }) => kind === "ended" || kind === goesOn)
  );
  if (last === undefined) return "still waiting";
  return last.kind === "ended" ? last.error?.code ?? "no error" : "accepted";
}

/** The code that ends a client's session, whatever it is told before. */
export function endOfClient(client: RoomTestClient): Promise<string> {
  return codeAtClient(client, "ended");
}

/** Somebody who has shaken hands attacks a live server. */
export async function inside(
  attack: (peer: RoomPeer, own: OwnIdentity, world: RoomWorld) => Promise<void>,
  options: RoomWorldOptions = {},
): Promise<string> {
  await using world = await startScene(options);
  const own = await someone();
  using peer = await RoomPeer.enter(world.server.address.port, own);
  await attack(peer, own, world);
  return await codeAtServer(world);
}

/** A stranger attacks a live server. */
export async function outside(
  attack: (peer: RoomPeer, world: RoomWorld) => Promise<void>,
  options: RoomWorldOptions = {},
): Promise<string> {
  await using world = await startScene(options);
  using peer = await RoomPeer.dial(world.server.address.port);
  await attack(peer, world);
  return await codeAtServer(world);
}

/** A live client meets a server that shakes hands and then follows a script. */
export async function trapped(
  script: (peer: RoomPeer, own: OwnIdentity) => Promise<void>,
  { signIn, act }: {
    readonly signIn?: SignInMode;
    readonly act?: (client: RoomTestClient) => Promise<unknown> | void;
  } = {},
): Promise<string> {
  await using world = await startScene();
  await using trap = await RoomTrap.shaking(script, signIn);
  const client = await world.dial("alice", { port: trap.port });
  await act?.(client);
  return await endOfClient(client);
}

/** Runs an attack while somebody honest chats in the room, and demands that every round trip is short. */
export async function undisturbed<T>(world: RoomWorld, attack: () => Promise<T>): Promise<T> {
  const client = await world.join(HONEST);
  await roundTrip(client, "before");
  let isOver = false;
  const attacked = attack().finally(() => isOver = true);
  for (let round = 0; !isOver; round++) {
    const startedMs = performance.now();
    await roundTrip(client, `round ${round}`);
    const ms = performance.now() - startedMs;
    assert.ok(ms < ROUND_TRIP_MAX_MS, `a round trip took ${ms} ms`);
    await pause(ROUND_PAUSE_MS);
  }
  return await attacked;
}

async function roundTrip(client: RoomTestClient, text: string): Promise<void> {
  client.client.say(text);
  assert.ok(await eventually(() => client.heard.includes(`me: ${text}`)), "nobody was served");
}
