import assert from "node:assert/strict";
import type { KeyType } from "../../../src/pki/key_type.ts";
import { ClientHandshake } from "../../../src/protocol/v2/client_handshake.ts";
import type { HandshakeStep, SecureChannel } from "../../../src/protocol/v2/handshake.ts";
import { ServerHandshake } from "../../../src/protocol/v2/server_handshake.ts";
import {
  identity2,
  type Identity2Options,
  NOW_MS,
  SERVER2_NAME,
  trust2,
} from "../../testkit/identities2.ts";

interface Outcome {
  readonly client: HandshakeStep;
  readonly server: HandshakeStep;
}

interface Setting {
  readonly client?: Identity2Options;
  readonly server?: Identity2Options;
  readonly serverName?: string;
}

function bodyOf(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return frame.slice(4);
}

/** Runs a handshake to its end, every frame delivered. */
async function shake(setting: Setting = {}): Promise<Outcome> {
  const trust = await trust2();
  const server = new ServerHandshake({
    own: await identity2(SERVER2_NAME, "server", setting.server),
    ...{ trust, signIn: "password" },
  });
  const { machine: client, step } = await ClientHandshake.start({
    own: await identity2("alice", "client", setting.client),
    ...{ trust, serverName: setting.serverName ?? SERVER2_NAME },
  });
  const last: { client: HandshakeStep; server: HandshakeStep } = { client: step, server: step };
  const toServer = [...step.send];
  const toClient: Uint8Array<ArrayBuffer>[] = [];
  while (toServer.length + toClient.length > 0) {
    const up = toServer.shift();
    if (up !== undefined) {
      last.server = await server.take(bodyOf(up), NOW_MS);
      toClient.push(...last.server.send);
      continue;
    }
    const down = toClient.shift();
    if (down === undefined) break;
    last.client = await client.take(bodyOf(down), NOW_MS);
    toServer.push(...last.client.send);
  }
  return last;
}

function channelOf(step: HandshakeStep): SecureChannel {
  assert.equal(step.kind, "done", step.kind === "failed" ? step.error.message : step.kind);
  if (step.kind !== "done") throw new Error("unreachable");
  return step.channel;
}

function codeOf(step: HandshakeStep): string {
  return step.kind === "failed" ? step.error.code : step.kind;
}

const KEY_TYPES: readonly KeyType[] = ["rsa-2048", "ec-p256", "ed25519"];

Deno.test("a handshake ends in one session for both, with each kind of key", async () => {
  for (const client of KEY_TYPES) {
    for (const server of KEY_TYPES) {
      const outcome = await shake({ client: { keyType: client }, server: { keyType: server } });
      const [left, right] = [channelOf(outcome.client), channelOf(outcome.server)];
      assert.equal(left.session, right.session);
      assert.equal(left.peer.name, SERVER2_NAME);
      assert.equal(right.peer.name, "alice");
      const words = new TextEncoder().encode('{"type":"ping"}');
      assert.deepEqual(right.opener.open(bodyOf(left.sealer.seal([words]))), [words]);
      assert.deepEqual(left.opener.open(bodyOf(right.sealer.seal([words]))), [words]);
    }
  }
});

Deno.test("both sides are told why a certificate is refused, and nothing more", async () => {
  const stranger = await shake({ client: { ca: "Another CA" } });
  assert.deepEqual([codeOf(stranger.client), codeOf(stranger.server)], ["BAD_CERT", "BAD_CERT"]);
  const impostor = await shake({ server: { ca: "Another CA" } });
  assert.deepEqual([codeOf(impostor.client), codeOf(impostor.server)], ["BAD_CERT", "BAD_CERT"]);
  const elsewhere = await shake({ serverName: "other.test" });
  assert.deepEqual([codeOf(elsewhere.client), codeOf(elsewhere.server)], ["BAD_CERT", "BAD_CERT"]);
  const late = await shake({ client: { days: 1 } });
  assert.deepEqual([codeOf(late.client), codeOf(late.server)], ["BAD_CERT", "BAD_CERT"]);
  if (late.client.kind === "failed") assert.doesNotMatch(late.client.error.message, /expired/);
});
