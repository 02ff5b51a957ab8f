/**
 * Promise: no field of a message can end its line in a transcript or begin another, and none makes a
 * transcript INVALID that was honest until then.
 *
 * @module
 */

import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { type ChatWorld, startWorld, testIdentity } from "../testkit/chat_world.ts";
import type { Attack } from "./attack.ts";
import { ask, enter, knock, message, registerRequest } from "./intruder.ts";
import { codeAtServer, eventsOf, eventually, heard, refusal } from "./observe.ts";

const YEAR_MS = 365 * 86_400_000;

const FORGED = `\n9|1|AAAA|AAAA|${"0".repeat(64)}\n`;

/** Signs a message whose field is more than it should be, and a good one after it. */
async function inMessage(
  forge: (good: { readonly ct: string }) => { readonly ct?: string; readonly ts?: number | string },
): Promise<string> {
  await using world = await startWorld();
  const intruder = await enter(world);
  await using peer = intruder.peer;
  const { signingKey } = await testIdentity("mallory", "client");
  const parts = { text: "hello", signingKey };
  const ct = String((await message(intruder, parts)).ct);
  peer.sendMessage(await message(intruder, { ...parts, ...forge({ ct }) }));
  peer.sendMessage(await message(intruder, { ...parts, seqno: 2 }));
  const seen = () => eventsOf(world, peer);
  await eventually(() => heard(seen()).length > 0 && refusal(seen()), 4_000);
  await world.server.stop();
  return await judge(world, refusal(seen())?.error.code ?? "accepted");
}

/** The code, if the server's transcript is what an honest session would have left. */
async function judge(world: ChatWorld, code: string): Promise<string> {
  const text = await Deno.readTextFile(world.transcripts("server")[0] ?? "");
  const report = await verifyTranscript(text, { ca: world.ca, certificates: [] });
  if (report.verdict !== "VALID") return `${code}, transcript ${report.verdict}`;
  return report.entries.length === 1 ? code : `${code}, ${report.entries.length} entries`;
}

async function inName(username: string): Promise<string> {
  await using world = await startWorld();
  const { peer, key } = await knock(world);
  await using _peer = peer;
  const fields = { email: "mallory@example.test", username };
  const answer = await ask(peer, { key, question: registerRequest(fields) });
  return answer.status === "OK" ? "accepted" : await codeAtServer(world, peer);
}

const PROMISE = "no field forges a line of a transcript";
const WHERE = "server, phase 5; its transcript is VALID";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a message has a line end in its ct",
    promise: PROMISE,
    expected: "FORMAT",
    where: WHERE,
    run: () => inMessage(({ ct }) => ({ ct: `${ct}\n` })),
  },
  {
    name: "a message has a whole forged line in its ct",
    promise: PROMISE,
    expected: "FORMAT",
    where: WHERE,
    run: () => inMessage(({ ct }) => ({ ct: `${ct}${FORGED}` })),
  },
  {
    name: "a message has a forged line as its ts",
    promise: PROMISE,
    expected: "FORMAT",
    where: WHERE,
    run: () => inMessage(() => ({ ts: `1${FORGED}` })),
  },
  {
    name: "a client dates a message after its certificate's end",
    promise: "nobody spoils the other side's transcript",
    expected: "BAD_CERT",
    where: WHERE,
    run: () => inMessage(() => ({ ts: Date.now() + YEAR_MS })),
  },
  {
    name: "a client registers a name with a line end",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, phase 3",
    run: () => inName(`mallory${FORGED}x`),
  },
  {
    name: "a client registers a name with a bar",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, phase 3",
    run: () => inName("mallory|alice"),
  },
];
