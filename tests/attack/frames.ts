/**
 * Promise: no bytes of one peer stop the server, fill its memory, or slow down anybody else. While each
 * of these attacks runs, somebody honest chats.
 *
 * @module
 */

import type { Limits } from "../../src/chat/limits.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import { encodeJson } from "../../src/protocol/v1/json.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { type ChatWorld, startWorld, testLeaf } from "../testkit/chat_world.ts";
import { forward, Middle, trickle } from "../testkit/middle.ts";
import type { Attack } from "./attack.ts";
import { enter } from "./intruder.ts";
import {
  codeAtClient,
  codeAtServer,
  endAtServer,
  eventsOf,
  eventually,
  pause,
  refusal,
  undisturbed,
} from "./observe.ts";
import { RawPeer } from "./raw_peer.ts";

const STEP_MS = 3_500;
const SECOND_MS = 1_000;
const AT_ONCE_MS = 3_000; // the step would take 10 s
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;

/** Somebody who has not signed in attacks, while somebody else chats. */
async function outside(
  attack: (world: ChatWorld, peer: RawPeer) => Promise<string>,
  limits: Partial<Limits> = {},
): Promise<string> {
  await using world = await startWorld({ limits });
  await using peer = await RawPeer.connect(world.server.address.port);
  return await undisturbed(world, () => attack(world, peer));
}

/** Somebody who has signed in attacks, while somebody else chats. */
async function inside(
  attack: (world: ChatWorld, peer: RawPeer) => Promise<string>,
): Promise<string> {
  await using world = await startWorld();
  await using peer = (await enter(world)).peer;
  return await undisturbed(world, () => attack(world, peer));
}

/** Sends bytes; they must end the session at once. */
function sends(bytes: Uint8Array) {
  return async (world: ChatWorld, peer: RawPeer): Promise<string> => {
    const startedMs = performance.now();
    peer.send(bytes);
    const code = await codeAtServer(world, peer);
    const ms = Math.round(performance.now() - startedMs);
    return ms < AT_ONCE_MS ? code : `${code} after ${ms} ms`;
  };
}

/** Announces 4 GiB: neither before nor after signing in is any of it made room for. */
async function announce(world: ChatWorld, peer: RawPeer): Promise<string> {
  const before = Deno.memoryUsage().external;
  const code = await sends(new Uint8Array(4).fill(0xff))(world, peer);
  const bytes = Deno.memoryUsage().external - before;
  return bytes < MEMORY_MAX_BYTES ? code : `${code}, and ${bytes} bytes were made room for`;
}

/** A flawless hello, one byte a second. */
async function trickleHello(world: ChatWorld, peer: RawPeer): Promise<string> {
  const { certificate } = await testLeaf("mallory", "client");
  const nonce = new Uint8Array(16).toBase64();
  const client_cert = certificatePem(certificate);
  const frame = encodeFrame(encodeJson({ type: "hello", client_cert, nonce }));
  const startedMs = performance.now();
  for (const byte of frame) {
    if (peer.isOver || performance.now() - startedMs > 3 * STEP_MS) break;
    peer.send(Uint8Array.of(byte));
    await pause(SECOND_MS);
  }
  return peer.isOver ? await codeAtServer(world, peer) : "still waiting";
}

/** The same from a server, by way of a middle. */
async function trickleToClient(): Promise<string> {
  await using world = await startWorld({ clientLimits: { stepMs: STEP_MS } });
  await using middle = Middle.start({
    port: world.server.address.port,
    holdsOpen: true,
    rule: (passing) => passing.from === "server" ? trickle(passing, SECOND_MS) : forward(passing),
  });
  return await codeAtClient(await world.dial({ port: middle.port }), "peer");
}

/** JSON that is nested so deeply must be refused before anything parses it. */
async function deepOutside(world: ChatWorld, peer: RawPeer): Promise<string> {
  const code = await sends(encodeFrame(nested(60_000)))(world, peer);
  const ended = await endAtServer(world, peer);
  return ended?.error?.cause === undefined ? code : `${code}, but only when it had been parsed`;
}

async function deepInside(world: ChatWorld, peer: RawPeer): Promise<string> {
  peer.send(encodeFrame(nested(250_000)));
  const refused = await eventually(() => refusal(eventsOf(world, peer)), AT_ONCE_MS);
  if (refused === undefined) return "no answer at once";
  const { code, cause } = refused.error;
  return cause === undefined ? code : `${code}, but only when it had been parsed`;
}

function nested(depth: number): Uint8Array {
  return new TextEncoder().encode("[".repeat(depth));
}

const PROMISE = "one peer's bytes hold up nobody";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a stranger announces a frame of 0xFFFFFFFF bytes",
    promise: "no memory for what is not accepted",
    expected: "FRAME_TOO_LARGE",
    where: "server, at the header; others chat on",
    run: () => outside(announce),
  },
  {
    name: "a client in the chat announces a frame of 0xFFFFFFFF bytes",
    promise: "no memory for what is not accepted",
    expected: "FRAME_TOO_LARGE",
    where: "server, at the header; others chat on",
    run: () => inside(announce),
  },
  {
    name: "a stranger sends one byte a second",
    promise: "a step has a time limit",
    expected: "TIMEOUT",
    where: "server, phase 1, though bytes keep coming",
    run: () => outside(trickleHello, { stepMs: STEP_MS }),
  },
  {
    name: "a server sends one byte a second",
    promise: "a step has a time limit",
    expected: "TIMEOUT",
    where: "client, phase 1, though bytes keep coming",
    run: trickleToClient,
  },
  {
    name: "a stranger sends an empty frame",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, at the header; others chat on",
    run: () => outside(sends(new Uint8Array(4))),
  },
  {
    name: "a client in the chat sends an empty frame",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, at the header; others chat on",
    run: () => inside(sends(new Uint8Array(4))),
  },
  {
    name: "a stranger sends JSON 60,000 deep",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, before it is parsed; others chat on",
    run: () => outside(deepOutside),
  },
  {
    name: "a client in the chat sends JSON 250,000 deep",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, before it is parsed; others chat on",
    run: () => inside(deepInside),
  },
];
