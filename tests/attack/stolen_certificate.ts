/**
 * Promise: whoever shows somebody else's certificate can sign nothing for them. Protocol 1 asks for no
 * proof of the key in phase 1, so this comes out with the first signed message and not before: the
 * rows demand that too, so that nobody reads more into them.
 *
 * @module
 */

import { decryptEcb, encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { sign } from "../../src/crypto/signature.ts";
import { encodeJson } from "../../src/protocol/v1/json.ts";
import { SERVER_NAME, startWorld, testIdentity } from "../testkit/chat_world.ts";
import type { Attack } from "./attack.ts";
import { answerExchange, answerHello, HostileServer } from "./hostile_server.ts";
import { enter, message, type SignedIn } from "./intruder.ts";
import { eventsOf, eventually, heard, refusal } from "./observe.ts";
import type { RawPeer } from "./raw_peer.ts";

/** Mallory has Alice's certificate, her own key, and an account. */
async function clientWithoutKey(send: (intruder: SignedIn) => Promise<void>): Promise<string> {
  await using world = await startWorld();
  const { certificate } = await testIdentity("alice", "client");
  const intruder = await enter(world, { certificate });
  await using peer = intruder.peer;
  const seen = () => eventsOf(world, peer);
  const opened = await eventually(() => seen().find((event) => event.kind === "opened"));
  if (opened === undefined) return "noticed before the chat";
  await send(intruder);
  const told = await eventually(() =>
    refusal(seen()) ?? seen().find((event) => event.kind === "peer_left")
  );
  if (heard(seen()).length > 0) return "accepted";
  return told?.error?.code ?? "accepted";
}

async function signsMessage(intruder: SignedIn): Promise<void> {
  const { signingKey } = await testIdentity("mallory", "client");
  intruder.peer.sendMessage(await message(intruder, { text: "I am Alice", signingKey }));
}

async function signsReceipt({ peer }: SignedIn): Promise<void> {
  const { signingKey } = await testIdentity("mallory", "client");
  const transcript_sha256 = "0".repeat(64);
  const sig = (await sign(signingKey, new TextEncoder().encode(transcript_sha256))).toBase64();
  const range = { first_seq: 0, last_seq: 0 };
  peer.sendMessage({ type: "receipt", peer: "client", ...range, transcript_sha256, sig });
}

/** Mallory runs a server with the real server's certificate and her own key. */
async function impersonateServer(peer: RawPeer): Promise<void> {
  await answerHello(peer, (await testIdentity(SERVER_NAME, "server")).certificate);
  const key = await answerExchange(peer);
  const { ct } = await peer.next();
  decryptEcb(key, Uint8Array.fromBase64(String(ct)));
  const welcome = encodeJson({ type: "status", status: "OK", message: "Registration successful" });
  peer.sendMessage({ type: "encrypted", ct: encryptEcb(key, welcome).toBase64() });
  const sessionKey = await answerExchange(peer);
  const { signingKey } = await testIdentity("mallory", "client");
  const text = "I am the server";
  peer.sendMessage(await message({ peer, sessionKey }, { text, signingKey }));
}

async function serverWithoutKey(): Promise<string> {
  await using world = await startWorld();
  await using hostile = await HostileServer.start(impersonateServer);
  const client = await world.join("alice", { port: hostile.port });
  if (client.endCode !== undefined) return "noticed before the chat";
  await eventually(() => refusal(client.events) ?? client.texts()[0]);
  return refusal(client.events)?.error.code ?? "accepted";
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a client uses somebody else's certificate without its key",
    promise: "nobody signs for somebody else",
    expected: "SIG_FAIL",
    where: "server, first signed message: signing in is not stopped",
    run: () => clientWithoutKey(signsMessage),
  },
  {
    name: "a client leaves with somebody else's receipt",
    promise: "nobody signs for somebody else",
    expected: "SIG_FAIL",
    where: "server, phase 6: signing in is not stopped",
    run: () => clientWithoutKey(signsReceipt),
  },
  {
    name: "a server uses the real server's certificate without its key",
    promise: "nobody signs for the server",
    expected: "SIG_FAIL",
    where: "client, first signed message: it got the password's hash",
    run: serverWithoutKey,
  },
];
