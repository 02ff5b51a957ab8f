/**
 * Promise: whoever has not the key of an account can neither guess at it, nor lock it, nor learn that it
 * is there.
 *
 * @module
 */

import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import { RoomPeer } from "../../testkit/room_peer.ts";
import { PASSWORD2, type RoomWorld } from "../../testkit/room_server_world.ts";
import type { Attack } from "../attack.ts";
import { pause } from "../observe.ts";
import { codeAtServer, HONEST, someone, startScene } from "./scene.ts";

const OWNER = `${HONEST}@example.test`;
const NOBODY = "nobody@example.test";
const WRONG = "123456";

interface Asked {
  readonly type?: "login" | "register";
  readonly email?: string;
  readonly password?: string;
}

/** One request on a connection of its own; the code and the text of the answer. */
async function ask(
  world: RoomWorld,
  own: OwnIdentity,
  { type = "login", email = OWNER, password = WRONG }: Asked = {},
): Promise<{ readonly code: string; readonly text: string }> {
  using peer = await RoomPeer.enter(world.server.address.port, own);
  await peer.send({ type, email, password });
  const status = await peer.until("status");
  return { code: status?.status ?? "silence", text: status?.message ?? "" };
}

/** A world in which somebody honest has an account. */
async function worldOfOwner(): Promise<RoomWorld> {
  const world = await startScene({ signIn: "password" });
  const owner = await world.join(HONEST);
  await owner.client.leave();
  return world;
}

async function othersPassword(): Promise<string> {
  await using world = await worldOfOwner();
  return (await ask(world, await someone(), { password: PASSWORD2 })).code;
}

async function othersPasswordWithAccount(): Promise<string> {
  await using world = await worldOfOwner();
  const own = await someone();
  await ask(world, own, { type: "register", email: "mallory@example.test", password: PASSWORD2 });
  return (await ask(world, own, { password: PASSWORD2 })).code;
}

/** Two keys without an account ask for an address that has one and for one that has none. */
async function compareAnswers(): Promise<string> {
  await using world = await worldOfOwner();
  const known = await ask(world, await someone("mallory"), { password: PASSWORD2 });
  const unknown = await ask(world, await someone("trudy"), { email: NOBODY });
  return known.code === unknown.code && known.text === unknown.text ? "same answer" : "told apart";
}

/** A key with an account asks with its own password for another's address and for nobody's. */
async function compareAddresses(): Promise<string> {
  await using world = await worldOfOwner();
  const answers = await Promise.all([OWNER, NOBODY].map(async (email, index) => {
    const own = await someone(`mallory ${index}`);
    const mine = { email: `mallory${index}@example.test`, password: PASSWORD2 };
    await ask(world, own, { ...mine, type: "register" });
    return await ask(world, own, { email, password: PASSWORD2 });
  }));
  return new Set(answers.map(({ code, text }) => code + text)).size === 1
    ? "same answer"
    : "told apart";
}

/** However much others guess, the owner signs in at once. */
async function lockOut(): Promise<string> {
  await using world = await worldOfOwner();
  const own = await someone();
  await Promise.all(Array.from({ length: 10 }, () => ask(world, own)));
  const owner = await ask(world, await someone(HONEST), { password: PASSWORD2 });
  return owner.code === "OK" ? "owner signs in" : owner.code;
}

/** A thief of the key guesses, on ten connections at once. */
async function guessAtOnce(): Promise<string> {
  await using world = await worldOfOwner();
  const own = await someone(HONEST);
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(world, own)));
  const checked = answers.filter(({ code }) => code !== "BUSY").length;
  return checked === 1 ? "BUSY" : `${checked} guesses were checked`;
}

/** After each delay one guess is checked, and the next delay is twice as long. */
async function delaysGrow(): Promise<string> {
  await using world = await worldOfOwner();
  const own = await someone(HONEST);
  const delays: number[] = [];
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all([ask(world, own), ask(world, own)]);
    const busy = answers.find(({ code }) => code === "BUSY")?.text ?? "";
    const seconds = Number(/\d+/.exec(busy)?.[0] ?? 0);
    delays.push(seconds);
    await pause(seconds * 1000);
  }
  return `${delays.join(", ")} s`;
}

/** Tries on one connection until it ends. */
async function fourTries(): Promise<string> {
  await using world = await startScene({ signIn: "password" });
  using peer = await RoomPeer.enter(world.server.address.port, await someone());
  for (let guess = 0; guess < 4; guess++) {
    await peer.send({ type: "login", email: OWNER, password: WRONG }).catch(() => undefined);
  }
  return await codeAtServer(world);
}

/** The chat is for those who have signed in. */
async function skip(): Promise<string> {
  await using world = await startScene({ signIn: "password" });
  using peer = await RoomPeer.enter(world.server.address.port, await someone());
  await peer.send({ type: "join", room: "main", want: 0 });
  return await codeAtServer(world);
}

const LOOKUP = "accounts are found by key";
const WHERE = "server, at sign-in";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a client logs in with another's e-mail address and password",
    promise: LOOKUP,
    expected: "CERT_MISMATCH",
    where: `${WHERE}: its key has no account`,
    run: othersPassword,
  },
  {
    name: "protocol 2: a client with an account logs in with another's address and password",
    promise: LOOKUP,
    expected: "ERROR",
    where: `${WHERE}: as for a wrong password`,
    run: othersPasswordWithAccount,
  },
  {
    name: "protocol 2: a client without an account asks who has one",
    promise: "nobody learns who has an account",
    expected: "same answer",
    where: WHERE,
    run: compareAnswers,
  },
  {
    name: "protocol 2: a client with an account asks who has another",
    promise: "nobody learns who has an account",
    expected: "same answer",
    where: WHERE,
    run: compareAddresses,
  },
  {
    name: "protocol 2: a client guesses to lock the owner out",
    promise: "delays are the guesser's own",
    expected: "owner signs in",
    where: `${WHERE}: each key has its own delay`,
    run: lockOut,
  },
  {
    name: "protocol 2: a thief of the key guesses on ten connections at once",
    promise: "one guess, then a delay",
    expected: "BUSY",
    where: `${WHERE}: one of ten is checked`,
    run: guessAtOnce,
  },
  {
    name: "protocol 2: a thief of the key goes on guessing after each delay",
    promise: "each delay is twice the last",
    expected: "1, 2 s",
    where: WHERE,
    run: delaysGrow,
  },
  {
    name: "protocol 2: a client tries four passwords on one connection",
    promise: "three tries a connection",
    expected: "SIGN_IN",
    where: `${WHERE}, after the third`,
    run: fourTries,
  },
  {
    name: "protocol 2: a client joins a room without signing in",
    promise: "only who has signed in chats",
    expected: "HANDSHAKE",
    where: WHERE,
    run: skip,
  },
];
