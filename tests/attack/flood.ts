/**
 * Promise: an address that opens connections without signing in shuts out itself and nobody else.
 *
 * @module
 */

import { LIMITS, type Limits } from "../../src/chat/limits.ts";
import { type ChatWorld, startWorld, testLeaf } from "../testkit/chat_world.ts";
import { type Attack, SECOND_ADDRESS } from "./attack.ts";
import { sayHello } from "./intruder.ts";
import { codeAtServer, eventually, undisturbed } from "./observe.ts";
import { type Answer, RawPeer } from "./raw_peer.ts";

/** Somebody who is kept waiting gets no answer for this long. */
const WAITS_MS = 500;

/** Somebody else is answered within this time. */
const SERVED_MS = 5_000;

/** Holds many silent connections of one address while something is tried. */
async function flooded(
  { count, limits }: { readonly count: number; readonly limits?: Partial<Limits> },
  attempt: (world: ChatWorld, peers: readonly RawPeer[]) => Promise<string>,
): Promise<string> {
  await using world = await startWorld(limits === undefined ? {} : { limits });
  return await undisturbed(world, async () => {
    await using peers = new AsyncDisposableStack();
    const all: RawPeer[] = [];
    for (let index = 0; index < count; index++) {
      all.push(peers.use(await RawPeer.connect(world.server.address.port)));
    }
    return await attempt(world, all);
  });
}

async function hello(peer: RawPeer): Promise<Answer> {
  return await sayHello(peer, (await testLeaf("mallory", "client")).certificate);
}

/** The seventeenth waits, somebody of another address does not, and the place of one who goes is used. */
async function seventeenth(world: ChatWorld, peers: readonly RawPeer[]): Promise<string> {
  await using late = await RawPeer.connect(world.server.address.port);
  const answer = hello(late);
  let answered = false;
  void answer.then(() => answered = true);
  await using other = await RawPeer.connect(world.server.address.port, SECOND_ADDRESS);
  const startedMs = performance.now();
  if ((await hello(other)).type !== "server_hello") return "others were not served";
  if (performance.now() - startedMs > SERVED_MS) return "others waited";
  await eventually(() => answered, WAITS_MS);
  if (answered) return "the 17th was served";
  await peers[0]?.[Symbol.asyncDispose]();
  return (await answer).type === "server_hello" ? "the 17th waits" : "the 17th waits for ever";
}

/** With two places and two who may wait, the fifth is told to come later. */
async function fifth(world: ChatWorld): Promise<string> {
  await using late = await RawPeer.connect(world.server.address.port);
  const { type, status } = await late.next(SERVED_MS);
  return type === "status" ? String(status) : `not turned away: ${type}`;
}

/** A place is not held longer than signing in may take. */
async function silent(world: ChatWorld, peers: readonly RawPeer[]): Promise<string> {
  const codes = await Promise.all(peers.map((peer) => codeAtServer(world, peer)));
  return [...new Set(codes)].join(", ");
}

const PROMISE = "a flood shuts out its own address only";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "one address opens 17 connections and says nothing",
    promise: PROMISE,
    expected: "the 17th waits",
    where: "server, at the door; other addresses are served",
    needsSecondAddress: true,
    run: () => flooded({ count: LIMITS.unauthenticatedPerAddress }, seventeenth),
  },
  {
    name: "one address opens more connections than may wait",
    promise: PROMISE,
    expected: "BUSY",
    where: "server, at the door",
    run: () => {
      const limits = { unauthenticatedPerAddress: 2, waitingPerAddress: 2 };
      return flooded({ count: 4, limits }, fifth);
    },
  },
  {
    name: "16 connections say nothing for ever",
    promise: "a step has a time limit",
    expected: "TIMEOUT",
    where: "server, phase 1",
    run: () => {
      const limits = { stepMs: 2_500 };
      return flooded({ count: LIMITS.unauthenticatedPerAddress, limits }, silent);
    },
  },
];
