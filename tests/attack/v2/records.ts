/**
 * Promise: what arrives is what was sent, in that order, once, and an end without goodbye is noticed.
 *
 * @module
 */

import { forward, Middle, type Passing, type Sent } from "../../testkit/middle.ts";
import type { Attack } from "../attack.ts";
import { eventually } from "../observe.ts";
import { codeAtServer, endOfClient, startScene } from "./scene.ts";

/** What the middle does to the frames of one side, once the chat is open; `index` counts from 1. */
type Meddle = (passing: Passing, index: number) => readonly Sent[];

/** Alice says three things, one after the other; the middle meddles with one direction. */
async function chat(from: "client" | "server", meddle: Meddle): Promise<string> {
  await using world = await startScene();
  let isOpen = false;
  let index = 0;
  await using middle = Middle.start({
    port: world.server.address.port,
    rule: (passing) =>
      isOpen && passing.from === from ? meddle(passing, ++index) : forward(passing),
  });
  const client = await world.join("alice", { port: middle.port });
  isOpen = true;
  for (const text of ["one", "two", "three"]) {
    if (!client.client.isOpen) break;
    client.client.say(text);
    await eventually(() => client.heard.includes(`me: ${text}`), 120);
  }
  return from === "server" ? await endOfClient(client) : await codeAtServer(world);
}

function flip({ body }: Passing): readonly Sent[] {
  const changed = body.slice();
  changed[5] = (changed[5] ?? 0) ^ 1;
  return [{ body: changed }];
}

function swapped(): Meddle {
  let held: Passing | undefined;
  return (passing, index) => {
    if (index === 1) {
      held = passing;
      return [];
    }
    return index === 2 && held !== undefined
      ? [...forward(passing), ...forward(held)]
      : forward(passing);
  };
}

function stale(): Meddle {
  let first: Passing | undefined;
  return (passing, index) => {
    first ??= passing;
    return index === 2 ? [...forward(first), ...forward(passing)] : forward(passing);
  };
}

const MEDDLING: readonly (readonly [what: string, meddle: () => Meddle])[] = [
  [
    "flips a bit of a record",
    () => (passing, index) => index === 1 ? flip(passing) : forward(passing),
  ],
  ["drops a record", () => (passing, index) => index === 1 ? [] : forward(passing)],
  ["repeats a record", () => (passing) => [...forward(passing), ...forward(passing)]],
  ["repeats an old record", stale],
  ["swaps two records", swapped],
  [
    "invents a record",
    () => (passing) => [{ body: crypto.getRandomValues(new Uint8Array(60)) }, ...forward(passing)],
  ],
  ["cuts a record short", () => ({ body }) => [{ body: body.subarray(0, body.length - 1) }]],
];

/** Sends a client its own record back: the directions have keys of their own. */
async function reflect(): Promise<string> {
  await using world = await startScene();
  let isOpen = false;
  let mirrored: Uint8Array | undefined;
  await using middle = Middle.start({
    port: world.server.address.port,
    rule: (passing) => {
      if (!isOpen) return forward(passing);
      if (passing.from === "client") {
        mirrored ??= passing.body;
        return forward(passing);
      }
      return mirrored === undefined ? forward(passing) : [{ body: mirrored }];
    },
  });
  const client = await world.join("alice", { port: middle.port });
  isOpen = true;
  client.client.say("hello");
  return await endOfClient(client);
}

/** Cuts the line in the middle of the chat. */
async function cut(where: "client" | "server"): Promise<string> {
  await using world = await startScene();
  const middle = Middle.start({ port: world.server.address.port, rule: forward });
  const client = await world.join("alice", { port: middle.port });
  client.client.say("hello");
  await eventually(() => client.heard.length > 0);
  await middle[Symbol.asyncDispose]();
  return where === "client" ? await endOfClient(client) : await codeAtServer(world);
}

/** Takes the last word of one side away, and closes. */
async function cutLastWord(of: "client" | "server"): Promise<string> {
  await using world = await startScene();
  let isLeaving = false;
  let frames = 0;
  const middle = Middle.start({
    port: world.server.address.port,
    rule: (passing) => {
      // A client that leaves sends `leave`, then its final head; the server its final head first.
      if (!isLeaving || passing.from !== of) return forward(passing);
      return ++frames > (of === "client" ? 1 : 0) ? [] : forward(passing);
    },
  });
  const client = await world.join("alice", { port: middle.port });
  client.client.say("hello");
  await eventually(() => client.heard.length > 0);
  isLeaving = true;
  const leaving = client.client.leave();
  await eventually(() => frames > (of === "client" ? 1 : 0));
  await middle[Symbol.asyncDispose]();
  await leaving;
  return of === "server" ? await endOfClient(client) : await codeAtServer(world);
}

const SIDES = ["client", "server"] as const;

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  ...SIDES.flatMap((from) =>
    MEDDLING.map(([what, meddle]): Attack => ({
      name: `protocol 2: the middle ${what} (${from}'s)`,
      promise: "a record opens in its place alone",
      expected: "TAMPERED",
      where: from === "client" ? "server" : "client",
      run: () => chat(from, meddle()),
    }))
  ),
  {
    name: "protocol 2: the middle sends a client its own record back",
    promise: "each direction has its own keys",
    expected: "TAMPERED",
    where: "client",
    run: reflect,
  },
  ...SIDES.map((where): Attack => ({
    name: `protocol 2: the middle cuts the line, seen by the ${where}`,
    promise: "an end without goodbye is noticed",
    expected: "TRUNCATED",
    where,
    run: () => cut(where),
  })),
  ...SIDES.map((of): Attack => ({
    name: `protocol 2: the middle takes the ${of}'s final head away and cuts the line`,
    promise: "an end without goodbye is noticed",
    expected: "TRUNCATED",
    where: of === "server" ? "client" : "server",
    run: () => cutLastWord(of),
  })),
];
