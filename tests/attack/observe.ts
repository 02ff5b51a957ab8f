/**
 * What is observed of an attack, at the server, at a client, and by somebody who only wants to chat.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SessionEvent } from "../../src/protocol/session.ts";
import type { ChatWorld, TestClient } from "../testkit/chat_world.ts";
import type { RawPeer } from "./raw_peer.ts";

/** Longest wait for something to be observed, ms. */
const OBSERVE_MS = 8_000;

/** Longest round trip of somebody honest while an attack runs, ms; usually it takes 10. */
const ROUND_TRIP_MAX_MS = 5_000;

const PAUSE_MS = 2;

/** Waits until something can be seen, or for `ms`. */
export async function eventually<T>(
  look: () => T | undefined | false,
  ms = OBSERVE_MS,
): Promise<T | undefined> {
  const deadline = Date.now() + ms;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) return undefined;
    await pause(PAUSE_MS);
  }
}

/** Waits. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The server's events about one peer. */
export function eventsOf(world: ChatWorld, peer: RawPeer): readonly SessionEvent[] {
  return world.serverEvents.flatMap((event) =>
    event.kind === "session" && event.member.address.endsWith(`:${peer.localPort}`)
      ? [event.event]
      : []
  );
}

/** The error that ended the server's session with a peer, if it ended in time. */
export async function endAtServer(
  world: ChatWorld,
  peer: RawPeer,
): Promise<Extract<SessionEvent, { kind: "ended" }> | undefined> {
  return await eventually(() => eventsOf(world, peer).find((event) => event.kind === "ended"));
}

/** The code that ended the server's session with a peer. */
export async function codeAtServer(world: ChatWorld, peer: RawPeer): Promise<string> {
  const ended = await endAtServer(world, peer);
  return ended === undefined ? "still connected" : ended.error?.code ?? "no error";
}

/** The code that ended a client's session, or "accepted" once it has told that it goes on. */
export async function codeAtClient(
  client: TestClient,
  goesOn: SessionEvent["kind"],
): Promise<string> {
  const last = await eventually(() =>
    client.events.find((event) => event.kind === "ended" || event.kind === goesOn)
  );
  if (last === undefined) return "still waiting";
  return last.kind === "ended" ? last.error?.code ?? "no error" : "accepted";
}

/** The first thing that a side refused. */
export function refusal(
  events: readonly SessionEvent[],
): Extract<SessionEvent, { kind: "refused" }> | undefined {
  return events.find((event) => event.kind === "refused");
}

/** The words that a side heard. */
export function heard(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "said" && event.author === "peer" ? [event.text] : []
  );
}

/**
 * Runs an attack while somebody honest chats with the operator, and demands that every round trip
 * stays short.
 *
 * @param world Server and clients.
 * @param attack The attack.
 * @returns What the attack returns.
 */
export async function undisturbed<T>(world: ChatWorld, attack: () => Promise<T>): Promise<T> {
  const client = await world.join("honest");
  await roundTrip(world, { client, text: "before" });
  const attacked = attack().finally(() => over = true);
  let over = false;
  let worstMs = 0;
  for (let round = 0; !over; round++) {
    worstMs = Math.max(worstMs, await roundTrip(world, { client, text: `round ${round}` }));
    await pause(10 * PAUSE_MS);
  }
  assert.ok(worstMs < ROUND_TRIP_MAX_MS, `a round trip took ${worstMs} ms`);
  return await attacked;
}

/** One message to the operator and one back, ms. */
async function roundTrip(
  world: ChatWorld,
  { client, text }: { readonly client: TestClient; readonly text: string },
): Promise<number> {
  const seen = world.serverEvents.length;
  const startedMs = performance.now();
  client.connection?.say(text);
  const arrived = await eventually(() => heardSince(world, seen).includes(text));
  world.server.say(text, "honest");
  const answered = await eventually(() => client.texts().at(-1) === text);
  assert.ok(arrived && answered, "an honest client was not served");
  return performance.now() - startedMs;
}

function heardSince(world: ChatWorld, index: number): readonly string[] {
  return heard(
    world.serverEvents.slice(index).flatMap((event) =>
      event.kind === "session" ? [event.event] : []
    ),
  );
}
