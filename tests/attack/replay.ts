/**
 * Promise: a message counts once and in its order, and a forged number stops nobody.
 *
 * @module
 */

import { change, drop, forward, type Passing, repeat, type Rule } from "../testkit/middle.ts";
import type { Attack } from "./attack.ts";
import { converse, judge, second } from "./tampering.ts";

/** Holds the second message back until the third has passed. */
function swapping(): Rule {
  let held: Passing | undefined;
  return (passing) => {
    if (passing.message.seqno === 2) {
      held = passing;
      return drop();
    }
    if (held === undefined) return forward(passing);
    return [...forward(passing), ...forward(held)];
  };
}

/** Lets the second message pass, and after it a copy with the highest number there is. */
function forging(passing: Passing): ReturnType<Rule> {
  return [...forward(passing), ...change(passing, { seqno: Number.MAX_SAFE_INTEGER })];
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "the middle repeats a message",
    promise: "a message counts once",
    expected: "REPLAY",
    where: "server, phase 5; later messages arrive",
    run: async () => {
      const rule = second((passing) => repeat(passing, 2));
      return judge(await converse("client", rule), ["one", "two", "three"]);
    },
  },
  {
    name: "the middle repeats the operator's message",
    promise: "a message counts once",
    expected: "REPLAY",
    where: "client, phase 5; later messages arrive",
    run: async () => {
      const rule = second((passing) => repeat(passing, 2));
      return judge(await converse("server", rule), ["one", "two", "three"]);
    },
  },
  {
    name: "the middle forges a high seqno",
    promise: "a forged number stops nobody",
    expected: "SIG_FAIL",
    where: "server, phase 5; later messages arrive",
    run: async () => judge(await converse("client", second(forging)), ["one", "two", "three"]),
  },
  {
    name: "the middle swaps two messages",
    promise: "messages keep their order",
    expected: "REPLAY",
    where: "server, phase 5: the older one is dropped",
    run: async () => judge(await converse("client", swapping()), ["one", "three"]),
  },
];
