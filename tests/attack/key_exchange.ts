/**
 * Promise: no side agrees on a key that an onlooker could guess, nor spends long on a strange group.
 *
 * @module
 */

import { GROUP14_G, GROUP14_P } from "../../src/crypto/modp.ts";
import { SERVER_NAME, startWorld, testIdentity, testLeaf } from "../testkit/chat_world.ts";
import type { Attack } from "./attack.ts";
import { answerHello, HostileServer } from "./hostile_server.ts";
import { ask, knock, registerRequest, sayHello } from "./intruder.ts";
import { codeAtClient, codeAtServer, undisturbed } from "./observe.ts";
import { RawPeer } from "./raw_peer.ts";

/** A client's half of an exchange. */
interface Share {
  readonly g: bigint;
  readonly p: bigint;
  readonly A: bigint;
}

const HONEST: Share = { g: GROUP14_G, p: GROUP14_P, A: 1n << 2000n };
const AT_ONCE_MS = 3_000; // the step would take 10 s

/** RFC 2409 §6.2, 1024 bits: a real group, but a small one. */
const GROUP2_P = BigInt(
  "0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74" +
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437" +
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
);

/** Sends a half to a real server; the answer must come at once. */
async function offer(peer: RawPeer, share: Share): Promise<"accepted" | number> {
  const startedMs = performance.now();
  peer.sendMessage({ type: "dh_client", ...share });
  if ((await peer.next()).type === "dh_server") return "accepted";
  return Math.round(performance.now() - startedMs);
}

async function offerFirst(share: Share): Promise<string> {
  await using world = await startWorld();
  await using peer = await RawPeer.connect(world.server.address.port);
  return await undisturbed(world, async () => {
    await sayHello(peer, (await testLeaf("mallory", "client")).certificate);
    const ms = await offer(peer, share);
    if (ms === "accepted") return ms;
    const code = await codeAtServer(world, peer);
    return ms < AT_ONCE_MS ? code : `${code} after ${ms} ms`;
  });
}

async function offerSecond(share: Share): Promise<string> {
  await using world = await startWorld();
  const { peer, key } = await knock(world);
  await using _peer = peer;
  const question = registerRequest({ email: "mallory@example.test", username: "mallory" });
  await ask(peer, { key, question });
  if (await offer(peer, share) === "accepted") return "accepted";
  return await codeAtServer(world, peer);
}

/** A server with the real one's certificate answers a real client's half. */
async function answer(B: bigint): Promise<string> {
  const { certificate } = await testIdentity(SERVER_NAME, "server");
  await using world = await startWorld();
  await using hostile = await HostileServer.start(async (peer) => {
    await answerHello(peer, certificate);
    await peer.next();
    peer.sendMessage({ type: "dh_server", B });
  });
  return await codeAtClient(await world.dial({ port: hostile.port }), "sign_in_wanted");
}

type Value = readonly [name: string, value: bigint];

const FORBIDDEN: readonly Value[] = [
  ["0", 0n],
  ["1", 1n],
  ["p−1", GROUP14_P - 1n],
  ["p", GROUP14_P],
];

const PROMISE = "no key that an onlooker knows";
const WHERE = "server, phase 2; others chat on";

function offered(
  name: string,
  { share, code = "HANDSHAKE" }: { readonly share: Partial<Share>; readonly code?: string },
): Attack {
  return {
    name: `a client offers ${name}`,
    promise: name.startsWith("A") ? PROMISE : "group 14 and no other",
    expected: code,
    where: WHERE,
    run: () => offerFirst({ ...HONEST, ...share }),
  };
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  ...FORBIDDEN.map(([name, A]) => offered(`A = ${name}`, { share: { A } })),
  {
    name: "a client offers A = 1 for the session key",
    promise: PROMISE,
    expected: "HANDSHAKE",
    where: "server, phase 4",
    run: () => offerSecond({ ...HONEST, A: 1n }),
  },
  offered("another generator", { share: { g: 5n } }),
  offered("a group of 1,024 bits", { share: { p: GROUP2_P, A: 1n << 1000n } }),
  offered("a p of 14,200 bits", { share: { p: (1n << 14_200n) - 1n }, code: "FORMAT" }),
  ...FORBIDDEN.map(([name, B]): Attack => ({
    name: `a server answers B = ${name}`,
    promise: PROMISE,
    expected: "HANDSHAKE",
    where: "client, phase 2",
    run: () => answer(B),
  })),
];
