/**
 * What protocol 1 does not promise (docs/attacks.md), at work: so that nobody believes more of it than
 * is true, and so that the page is corrected when one of these stops being so.
 *
 * @module
 */

import assert from "node:assert/strict";
import { decryptEcb, encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { randomExponent } from "../../src/crypto/entropy.ts";
import { publicValue } from "../../src/crypto/modp.ts";
import { decodeJson } from "../../src/protocol/v1/json.ts";
import { agreeOnKey } from "../../src/protocol/v1/key_exchange.ts";
import { startWorld } from "../testkit/chat_world.ts";
import { change, drop, forward, Middle, type Rule } from "../testkit/middle.ts";
import { agree, ask, knock, loginRequest } from "./intruder.ts";
import { heard } from "./observe.ts";
import { converse, second } from "./tampering.ts";

/** Agrees on the control plane's key with each side, and reads what passes between them. */
function eavesdropping(read: (message: Record<string, unknown>) => void): Rule {
  const [toClient, toServer] = [randomExponent(), randomExponent()];
  let clientKey: Uint8Array | undefined;
  let serverKey: Uint8Array | undefined;
  return (passing) => {
    const { message, from } = passing;
    if (passing.index === 2 && typeof message.A === "bigint") {
      clientKey = agreeOnKey(toClient, message.A);
      return change(passing, { A: publicValue(toServer) });
    }
    if (passing.index === 2 && typeof message.B === "bigint") {
      serverKey = agreeOnKey(toServer, message.B);
      return change(passing, { B: publicValue(toClient) });
    }
    if (message.type !== "encrypted" || !clientKey || !serverKey) return forward(passing);
    const [theirs, others] = from === "client" ? [clientKey, serverKey] : [serverKey, clientKey];
    const plain = decryptEcb(theirs, Uint8Array.fromBase64(String(message.ct)));
    read(decodeJson(plain) as Record<string, unknown>);
    return change(passing, { ct: encryptEcb(others, plain).toBase64() });
  };
}

Deno.test("protocol 1 does not stop a middle that reads the log-in and logs in with its hash", async () => {
  await using world = await startWorld();
  const read: Record<string, unknown>[] = [];
  await using middle = Middle.start({
    port: world.server.address.port,
    rule: eavesdropping((message) => read.push(message)),
  });
  const client = await world.join("alice", { port: middle.port });
  assert.equal(client.endCode, undefined);
  assert.equal(read[0]?.email, "alice@example.test");
  const pwdHash = Uint8Array.fromBase64(String(read[0]?.pwd));
  const { peer, key } = await knock(world);
  await using _peer = peer;
  const question = loginRequest("alice@example.test", pwdHash);
  assert.equal((await ask(peer, { key, question })).status, "OK");
  await agree(peer);
  client.connection?.say("nobody noticed");
  await world.untilServer((events) => heard(events).includes("nobody noticed"));
});

Deno.test("protocol 1 does not notice at once that the middle drops a message", async () => {
  const { code, heard } = await converse("client", second(drop));
  assert.deepEqual([code, heard], ["accepted", ["one", "three"]]);
});
