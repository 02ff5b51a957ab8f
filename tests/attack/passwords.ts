/**
 * Promise: guessing passwords is slowed down without locking the owner out, and nobody learns who has
 * an account.
 *
 * @module
 */

import { passwordHash } from "../../src/crypto/password.ts";
import { type ChatWorld, PASSWORD, startWorld } from "../testkit/chat_world.ts";
import { type Attack, FIRST_ADDRESS, SECOND_ADDRESS } from "./attack.ts";
import { ask, knock, loginRequest, registerRequest } from "./intruder.ts";
import { codeAtServer, pause } from "./observe.ts";
import type { Answer } from "./raw_peer.ts";

const OWNER = "owner@example.test";
const NOBODY = "nobody@example.test";

const SALT = new Uint8Array(16).fill(5);
const RIGHT = passwordHash(SALT, PASSWORD);
const WRONG = passwordHash(SALT, "123456");

/** A world with an account. */
async function worldOfOwner(): Promise<ChatWorld> {
  const world = await startWorld();
  await world.store.add({ email: OWNER, username: "owner", salt: SALT, pwdHash: RIGHT });
  return world;
}

/** One attempt on a connection of its own: the answer's text, and the code at the server. */
async function attempt(
  world: ChatWorld,
  { email = OWNER, pwdHash = WRONG, from = FIRST_ADDRESS }: {
    readonly email?: string;
    readonly pwdHash?: Uint8Array;
    readonly from?: string;
  } = {},
): Promise<{ readonly text: string; readonly code: string }> {
  const { peer, key } = await knock(world, { from });
  await using _peer = peer;
  const { status, message } = await ask(peer, { key, question: loginRequest(email, pwdHash) });
  const text = String(message);
  return status === "OK" ? { text, code: "OK" } : { text, code: await codeAtServer(world, peer) };
}

async function guessTwenty(): Promise<string> {
  await using world = await worldOfOwner();
  const codes: string[] = [];
  for (let guess = 0; guess < 20; guess++) codes.push((await attempt(world)).code);
  const checked = codes.filter((code) => code === "SIGN_IN").length;
  if (checked > 6) return `${checked} guesses were checked`;
  const right = await attempt(world, { pwdHash: RIGHT });
  return right.code === "OK" ? "the delay can be skipped" : codes.at(-1) ?? "";
}

/** After each delay one guess is checked, and the next delay is twice as long. */
async function delaysGrow(): Promise<string> {
  await using world = await worldOfOwner();
  const delays: number[] = [];
  for (let round = 0; round < 3; round++) {
    let text = "";
    for (let guess = 0; guess < 5 && !/\d/.test(text); guess++) {
      text = (await attempt(world)).text;
    }
    const seconds = Number(/\d+/.exec(text)?.[0] ?? 0);
    delays.push(seconds);
    await pause(seconds * 1000);
  }
  return `${delays.join(", ")} s`;
}

/** One password tried on many accounts: the address is slowed down, others are not. */
async function guessAccounts(): Promise<string> {
  await using world = await worldOfOwner();
  const codes: string[] = [];
  for (let guess = 0; guess < 20; guess++) {
    codes.push((await attempt(world, { email: `user${guess}@example.test` })).code);
  }
  const elsewhere = await attempt(world, { pwdHash: RIGHT, from: SECOND_ADDRESS });
  if (elsewhere.code !== "OK") return `others were told ${elsewhere.code}`;
  return codes.at(-1) ?? "";
}

async function lockOut(): Promise<string> {
  await using world = await worldOfOwner();
  await attempt(world, { pwdHash: RIGHT, from: SECOND_ADDRESS });
  for (let guess = 0; guess < 20; guess++) await attempt(world);
  const owner = await attempt(world, { pwdHash: RIGHT, from: SECOND_ADDRESS });
  return owner.code === "OK" ? "owner signs in" : owner.code;
}

async function compareAnswers(): Promise<string> {
  await using world = await worldOfOwner();
  const known = await attempt(world);
  const unknown = await attempt(world, { email: NOBODY });
  return known.text === unknown.text && known.code === unknown.code ? "same answer" : "told apart";
}

async function guessByRegistering(): Promise<string> {
  await using world = await worldOfOwner();
  const codes: string[] = [];
  for (let guess = 0; guess < 20; guess++) {
    const { peer, key } = await knock(world);
    await using _peer = peer;
    await ask(peer, { key, question: registerRequest({ email: OWNER, username: `n${guess}` }) });
    codes.push(await codeAtServer(world, peer));
  }
  return codes.at(-1) ?? "";
}

async function askSalts(
  world: ChatWorld,
  emails: readonly string[],
): Promise<readonly Answer[]> {
  const { peer, key } = await knock(world);
  await using _peer = peer;
  const answers: Answer[] = [];
  for (const email of emails) {
    answers.push(await ask(peer, { key, question: { type: "salt_request", email } }));
  }
  return answers;
}

/** Salts must look alike, and stay as they are: over connections, and in other letters. */
async function compareSalts(): Promise<string> {
  await using world = await worldOfOwner();
  const asked = [OWNER, NOBODY, "other@example.test"];
  const first = await askSalts(world, asked);
  const again = await askSalts(world, asked.map((email) => email.toUpperCase()));
  const shapes = new Set(
    first.map((answer) => [answer.type, Object.keys(answer), String(answer.salt).length].join()),
  );
  if (shapes.size !== 1 || first[0]?.type !== "salt") return "told apart by shape";
  if (new Set(first.map(({ salt }) => salt)).size !== asked.length) return "told apart by value";
  return first.every(({ salt }, index) => salt === again[index]?.salt)
    ? "same answer"
    : "told apart by asking twice";
}

async function harvestSalts(): Promise<string> {
  await using world = await worldOfOwner();
  const { peer, key } = await knock(world);
  await using _peer = peer;
  for (let index = 0; index < 20 && !peer.isOver; index++) {
    const email = `user${index}@example.test`;
    const { type } = await ask(peer, { key, question: { type: "salt_request", email } });
    if (type !== "salt") return await codeAtServer(world, peer);
  }
  return "20 salts were told";
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a client tries 20 wrong passwords",
    promise: "guessing is slowed down",
    expected: "BUSY",
    where: "server, phase 3, from the fifth guess on",
    run: guessTwenty,
  },
  {
    name: "a client goes on guessing after each delay",
    promise: "each delay is twice the last",
    expected: "1, 2, 4 s",
    where: "server, phase 3",
    run: delaysGrow,
  },
  {
    name: "a client tries one password on 20 accounts",
    promise: "guessing is slowed down for the address",
    expected: "BUSY",
    where: "server, phase 3; other addresses are served",
    needsSecondAddress: true,
    run: guessAccounts,
  },
  {
    name: "a client guesses to lock the owner out",
    promise: "the owner's usual address is not slowed down",
    expected: "owner signs in",
    where: "server, phase 3",
    needsSecondAddress: true,
    run: lockOut,
  },
  {
    name: "a client asks who has an account by logging in",
    promise: "nobody learns who has an account",
    expected: "same answer",
    where: "server, phase 3",
    run: compareAnswers,
  },
  {
    name: "a client asks who has an account by registering",
    promise: "asking is slowed down",
    expected: "BUSY",
    where: 'server, phase 3: it is told "exists" a few times',
    run: guessByRegistering,
  },
  {
    name: "a client asks who has an account by their salts",
    promise: "nobody learns who has an account",
    expected: "same answer",
    where: "server, phase 3: everybody has a salt",
    run: compareSalts,
  },
  {
    name: "a client collects salts",
    promise: "three salts a connection",
    expected: "HANDSHAKE",
    where: "server, phase 3",
    run: harvestSalts,
  },
];
