/**
 * Promise: nobody gets past phase 1 without a certificate of the configured CA, within its dates,
 * for its role and, at the client, for the server's name.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import { SERVER_NAME, startWorld, testCa, testIdentity, testLeaf } from "../testkit/chat_world.ts";
import type { Attack } from "./attack.ts";
import { expired, notYetValid, ofNamesake, ofOtherCa, selfSigned } from "./certificates.ts";
import { answerHello, HostileServer } from "./hostile_server.ts";
import { sayHello } from "./intruder.ts";
import { codeAtClient, codeAtServer } from "./observe.ts";
import { RawPeer } from "./raw_peer.ts";

const CLIENT_NAME = "client";

/** A client shows a certificate to a real server. */
async function showToServer(certificate: Certificate): Promise<string> {
  await using world = await startWorld();
  await using peer = await RawPeer.connect(world.server.address.port);
  const answer = await sayHello(peer, certificate);
  if (answer.type === "server_hello") return "accepted";
  const code = await codeAtServer(world, peer);
  return answer.status === code ? code : `${code}, and the client was told ${answer.status}`;
}

/** A server shows a certificate to a real client. */
async function showToClient(certificate: Certificate): Promise<string> {
  await using world = await startWorld();
  await using hostile = await HostileServer.start((peer) => answerHello(peer, certificate));
  return await codeAtClient(await world.dial({ port: hostile.port }), "peer");
}

type Shown = readonly [name: string, certificate: () => Promise<Certificate>];

const TO_SERVER: readonly Shown[] = [
  ["an expired certificate", () => expired(CLIENT_NAME, "client")],
  ["a certificate that is not yet valid", () => notYetValid(CLIENT_NAME, "client")],
  ["a self-signed certificate", () => selfSigned(CLIENT_NAME, "client")],
  ["a certificate of another CA", () => ofOtherCa(CLIENT_NAME, "client")],
  ["a certificate of another CA of the same name", () => ofNamesake(CLIENT_NAME, "client")],
  ["a server's certificate", async () => (await testLeaf("other.test", "server")).certificate],
  ["the CA's own certificate", async () => (await testCa()).certificate],
  [
    "the server's own certificate",
    async () => (await testIdentity(SERVER_NAME, "server")).certificate,
  ],
];

const TO_CLIENT: readonly Shown[] = [
  ["an expired certificate", () => expired(SERVER_NAME, "server")],
  ["a certificate that is not yet valid", () => notYetValid(SERVER_NAME, "server")],
  ["a self-signed certificate", () => selfSigned(SERVER_NAME, "server")],
  ["a certificate of another CA", () => ofOtherCa(SERVER_NAME, "server")],
  ["a certificate of another CA of the same name", () => ofNamesake(SERVER_NAME, "server")],
  [
    "a certificate for another name",
    async () => (await testLeaf("other.test", "server")).certificate,
  ],
  ["a client's certificate", async () => (await testLeaf(SERVER_NAME, "client")).certificate],
  ["the CA's own certificate", async () => (await testCa()).certificate],
  [
    "the client's own certificate",
    async () => (await testIdentity(CLIENT_NAME, "client")).certificate,
  ],
];

const PROMISE = "a certificate of the CA, in its dates, for its role";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  ...TO_SERVER.map(([name, certificate]): Attack => ({
    name: `a client shows ${name}`,
    promise: PROMISE,
    expected: "BAD_CERT",
    where: "server, phase 1",
    run: async () => await showToServer(await certificate()),
  })),
  ...TO_CLIENT.map(([name, certificate]): Attack => ({
    name: `a server shows ${name}`,
    promise: name.endsWith("another name") ? "the server's name is checked" : PROMISE,
    expected: "BAD_CERT",
    where: "client, phase 1",
    run: async () => await showToClient(await certificate()),
  })),
];
