/**
 * A room made by hand in which Bob is the client under test.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ChatError } from "../../src/errors.ts";
import { chainJudge } from "../../src/protocol/v2/chain_judge.ts";
import type { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import { HandRoom, sessionName } from "./hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME, trust2 } from "./identities2.ts";

export const [S1, S2, S3] = [sessionName(1), sessionName(2), sessionName(3)];

export const server = await identity2(SERVER2_NAME, "server");
export const alice = await identity2("alice", "client");
export const bob = await identity2("bob", "client");

const trust = await trust2();

/** Trusts the CA of the tests. */
export const judge = chainJudge(() => trust, SERVER2_NAME);

/** A room with its first entry. */
export function openRoom(): Promise<HandRoom> {
  return HandRoom.open(server, judge);
}

/** Bob's client with all of a room in which Alice spoke once. */
export async function bobWithAlice(): Promise<
  { readonly room: HandRoom; readonly client: ClientRoom }
> {
  const room = await openRoom();
  const client = await room.client(bob, S2, { known: [alice] });
  await client.takeEntry(await room.place(alice, S1), NOW_MS);
  return { room, client };
}

/** How it ended: "OK", or the code of a typed error. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "OK";
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
    return error.code;
  }
}
