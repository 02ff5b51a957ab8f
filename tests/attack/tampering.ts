/**
 * Promise: a message that was changed on its way is refused, and those after it still arrive.
 *
 * @module
 */

import type { SessionEvent } from "../../src/protocol/session.ts";
import { type ChatWorld, startWorld, type TestClient } from "../testkit/chat_world.ts";
import { change, forward, Middle, type Passing, type Rule, type Sent } from "../testkit/middle.ts";
import type { Attack } from "./attack.ts";
import { eventually, heard, refusal } from "./observe.ts";

/** Whose messages the middle meddles with. */
export type Author = Passing["from"];

const WORDS = ["one", "two", "three"] as const;

/** What both sides saw of a conversation through a middle. */
export interface Conversation {
  /** First code that the receiver refused something with. */
  readonly code: string;
  readonly heard: readonly string[];
}

/** One side says "one", "two", "three" to the other through a middle that meddles with them. */
export async function converse(author: Author, meddle: Rule): Promise<Conversation> {
  await using world = await startWorld();
  await using middle = Middle.start({
    port: world.server.address.port,
    rule: (passing) =>
      passing.from === author && passing.message.type === "msg"
        ? meddle(passing)
        : forward(passing),
  });
  const client = await world.join("alice", { port: middle.port });
  for (const word of WORDS) say(word, { author, world, client });
  const receiver = (): readonly SessionEvent[] =>
    author === "client" ? world.sessionEvents : client.events;
  await eventually(() => heard(receiver()).includes("three") && refusal(receiver()), 4_000);
  await client.connection?.leave();
  return { code: refusal(receiver())?.error.code ?? "accepted", heard: heard(receiver()) };
}

function say(
  word: string,
  { author, world, client }: { author: Author; world: ChatWorld; client: TestClient },
): void {
  if (author === "client") client.connection?.say(word);
  else world.server.say(word);
}

/** The code, and what is wrong if other words arrived than should. */
export function judge(conversation: Conversation, expected: readonly string[]): string {
  const { code, heard } = conversation;
  return heard.join() === expected.join() ? code : `${code}; heard "${heard.join(" ")}"`;
}

/** Meddles with the second message only. */
export function second(meddle: Rule): Rule {
  return (passing) => passing.message.seqno === 2 ? meddle(passing) : forward(passing);
}

/** Flips the lowest bit of the first byte of a base64 member. */
function flip(passing: Passing, name: "ct" | "sig"): readonly Sent[] {
  const bytes = Uint8Array.fromBase64(String(passing.message[name]));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return change(passing, { [name]: bytes.toBase64() });
}

function flipped(
  name: string,
  { author, rule }: { readonly author: Author; readonly rule: Rule },
): Attack {
  return {
    name: `the middle flips a bit of ${name}`,
    promise: "no message is changed unnoticed",
    expected: "SIG_FAIL",
    where: `${author === "client" ? "server" : "client"}, phase 5; later messages arrive`,
    run: async () => judge(await converse(author, second(rule)), ["one", "three"]),
  };
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  flipped("a client's ct", { author: "client", rule: (passing) => flip(passing, "ct") }),
  flipped("the server's ct", { author: "server", rule: (passing) => flip(passing, "ct") }),
  flipped("ts", {
    author: "client",
    rule: (passing) => change(passing, { ts: Number(BigInt(Number(passing.message.ts)) ^ 1n) }),
  }),
  flipped("sig", { author: "client", rule: (passing) => flip(passing, "sig") }),
];
