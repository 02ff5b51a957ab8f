/**
 * Promise: a receipt that does not come holds nobody up, one that was changed is no evidence, and the
 * transcript says which it was.
 *
 * @module
 */

import { readTranscript } from "../../src/transcript/v1/reader.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { type ChatWorld, startWorld, type TestClient } from "../testkit/chat_world.ts";
import { change, drop, forward, Middle, type Rule } from "../testkit/middle.ts";
import type { Attack } from "./attack.ts";
import { eventually } from "./observe.ts";

const RECEIPT_MS = 1_000;

/** A client leaves through a middle that meddles with one side's receipt. */
async function leaveThrough(
  { author, meddle }: { readonly author: "client" | "server"; readonly meddle: Rule },
  observe: (world: ChatWorld, client: TestClient) => Promise<string>,
): Promise<string> {
  const limits = { receiptMs: RECEIPT_MS };
  await using world = await startWorld({ limits, clientLimits: limits });
  await using middle = Middle.start({
    port: world.server.address.port,
    holdsOpen: author === "server",
    rule: (passing) =>
      passing.from === author && passing.message.type === "receipt"
        ? meddle(passing)
        : forward(passing),
  });
  const client = await world.join("alice", { port: middle.port });
  client.connection?.say("hello");
  await client.connection?.said();
  return await observe(world, client);
}

/** How long leaving takes, if it ends at all. */
async function leavingMs(client: TestClient): Promise<number> {
  const startedMs = performance.now();
  void client.connection?.leave();
  const ended = await eventually(() => client.events.at(-1)?.kind === "ended", 5 * RECEIPT_MS);
  return ended ? performance.now() - startedMs : Infinity;
}

/** What the only transcript of a side says of the other side's receipt. */
async function receiptInFile(world: ChatWorld, side: "client" | "server"): Promise<string> {
  const text = await Deno.readTextFile(world.transcripts(side)[0] ?? "");
  const { verdict } = await verifyTranscript(text, { ca: world.ca, certificates: [] });
  const { peerReceipt } = await readTranscript(text);
  if (verdict !== "VALID") return `own file ${verdict}`;
  return peerReceipt === undefined ? "no receipt" : "receipt";
}

async function withoutServersReceipt(world: ChatWorld, client: TestClient): Promise<string> {
  const ms = await leavingMs(client);
  if (ms > 3 * RECEIPT_MS) return ms === Infinity ? "never left" : `left after ${ms} ms`;
  if (client.endCode !== undefined) return client.endCode;
  return await receiptInFile(world, "client");
}

async function withoutClientsReceipt(world: ChatWorld, client: TestClient): Promise<string> {
  await client.connection?.leave();
  const gone = await eventually(() => world.sessionEvents.find((event) => event.kind === "ended"));
  const code = gone?.error?.code ?? "no error";
  return `${code}, ${await receiptInFile(world, "server")}`;
}

async function withChangedReceipt(world: ChatWorld, client: TestClient): Promise<string> {
  await client.connection?.leave();
  const left = client.events.find((event) => event.kind === "peer_left");
  const code = left?.error?.code ?? "accepted";
  return `${code}, ${await receiptInFile(world, "client")}`;
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "the middle drops the server's receipt",
    promise: "leaving takes a bounded time",
    expected: "no receipt",
    where: "client, phase 6; its transcript has none",
    run: () => leaveThrough({ author: "server", meddle: drop }, withoutServersReceipt),
  },
  {
    name: "the middle drops the client's receipt",
    promise: "a goodbye without receipt is told",
    expected: "CONNECTION, no receipt",
    where: "server, phase 6; its transcript has none",
    run: () => leaveThrough({ author: "client", meddle: drop }, withoutClientsReceipt),
  },
  {
    name: "the middle changes the hash of a receipt",
    promise: "a receipt is verified",
    expected: "SIG_FAIL, no receipt",
    where: "client, phase 6; its transcript has none",
    run: () => {
      const meddle: Rule = (passing) => change(passing, { transcript_sha256: "0".repeat(64) });
      return leaveThrough({ author: "server", meddle }, withChangedReceipt);
    },
  },
];
