import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { parseCrl } from "../../../src/pki/path/crl.ts";
import { trustIn } from "../../../src/pki/trust.ts";
import { ClientHandshake } from "../../../src/protocol/v2/client_handshake.ts";
import { encodeMessage, parseMessage } from "../../../src/protocol/v2/messages.ts";
import { judgeChain, ownIdentity } from "../../../src/protocol/v2/peer_identity.ts";
import { RecordSealer } from "../../../src/protocol/v2/record_stream.ts";
import { chooseVersion } from "../../../src/protocol/v2/version.ts";
import { testCa, testLeaf, VALID_AT } from "../../testkit/certificates.ts";
import { testCrl } from "../../testkit/crl.ts";
import { FixedHandshake } from "../../testkit/fixed_handshake.ts";
import { bodyOf, codeOf } from "../../testkit/fixed_machines.ts";
import { handAuth } from "../../testkit/hand_auth.ts";
import {
  handshakeKeys,
  vectorChain,
  vectorIdentity,
  vectorTrust,
} from "../../testkit/handshake_keys.ts";

const NOW_MS = handshakeKeys().nowMs;
const TIMEOUT = new ChatError("TIMEOUT", "cannot wait longer");
const PING = encodeMessage({ type: "ping" });
const READY = encodeMessage({ type: "ready", signin: "password" });

const shake = await FixedHandshake.of({ client: "client-ed25519", server: "server-ed25519" });

function status(code: string): Uint8Array<ArrayBuffer> {
  return encodeMessage({ type: "status", status: code, message: code });
}

Deno.test("ClientHandshake accepts no ready behind a record that it refused", async () => {
  const { h2 } = await shake.transcript();
  for (const refused of [[PING], [READY, READY], [new Uint8Array([0x7b])]]) {
    const client = await shake.clientWaitingFor("ready");
    const sealer = new RecordSealer(await shake.stream("s ap", h2));
    const first = await client.take(bodyOf(sealer.seal(refused)), NOW_MS);
    assert.equal(first.kind, "failed");
    const second = await client.take(bodyOf(sealer.seal([READY])), NOW_MS);
    assert.deepEqual([second.kind, second.send], ["failed", []]);
  }
});

Deno.test("ClientHandshake gives out its channel once", async () => {
  const client = await shake.clientWaitingFor("ready");
  const { h2 } = await shake.transcript();
  const sealer = new RecordSealer(await shake.stream("s ap", h2));
  const step = await client.take(bodyOf(sealer.seal([READY])), NOW_MS);
  assert.equal(step.kind, "done");
  const again = await client.take(bodyOf(sealer.seal([READY])), NOW_MS);
  assert.deepEqual([again.kind, again.send], ["failed", []]);
  if (step.kind !== "done") return;
  step.channel.sealer.seal([PING]); // the machine's end leaves the channel whole
});

Deno.test("ServerHandshake says nothing in plain once it had keys", async () => {
  for (const body of [shake.bodies.client_auth, shake.bodies.ready]) {
    const server = await shake.serverWaitingFor("client_auth");
    await server.take(body, NOW_MS);
    const after = await server.take(shake.bodies.client_hello, NOW_MS);
    assert.deepEqual([after.kind, after.send], ["failed", []]);
  }
});

Deno.test("a machine that its own side ended while it judged sends nothing and opens nothing", async () => {
  for (const state of ["server_hello", "server_auth"] as const) {
    const client = await shake.clientWaitingFor(state);
    const judging = client.take(shake.bodies[state], NOW_MS);
    client.abort(TIMEOUT);
    const step = await judging;
    assert.deepEqual([step.kind, step.send], ["failed", []], state);
  }
  for (const state of ["client_hello", "client_auth"] as const) {
    const server = await shake.serverWaitingFor(state);
    const judging = server.take(shake.bodies[state], NOW_MS);
    server.abort(TIMEOUT);
    const step = await judging;
    assert.deepEqual([step.kind, step.send], ["failed", []], state);
    assert.deepEqual(server.abort(TIMEOUT), []);
  }
});

Deno.test("ClientHandshake.abort() tells where the server can read it, and only there", async () => {
  const early = await shake.clientWaitingFor("server_hello");
  assert.deepEqual(early.abort(TIMEOUT), []);
  const client = await shake.clientWaitingFor("server_auth");
  const told = bodyOf(client.abort(TIMEOUT)[0]);
  const server = await shake.serverWaitingFor("client_auth");
  const heard = await server.take(told, NOW_MS);
  assert.deepEqual([codeOf(heard), heard.send], ["TIMEOUT", []]);
  const late = await shake.clientWaitingFor("ready");
  assert.deepEqual(late.abort(TIMEOUT), []);
});

Deno.test("ServerHandshake.abort() tells in plain before keys, and nothing that would look forged", async () => {
  const early = await shake.serverWaitingFor("client_hello");
  const client = await shake.clientWaitingFor("server_hello");
  assert.equal(codeOf(await client.take(bodyOf(early.abort(TIMEOUT)[0]), NOW_MS)), "TIMEOUT");
  const late = await shake.serverWaitingFor("client_auth");
  assert.deepEqual(late.abort(TIMEOUT), []);
});

Deno.test("a status decides nothing but how a connection ends", async () => {
  for (const code of ["OK", "ERROR", "ODD", "USAGE", "CONFIG", "NO_INPUT", "INTERNAL"]) {
    const client = await shake.clientWaitingFor("server_hello");
    assert.equal(codeOf(await client.take(status(code), NOW_MS)), "HANDSHAKE", code);
    const server = await shake.serverWaitingFor("client_auth");
    const sealed = await shake.seal("c hs", status(code));
    assert.equal(codeOf(await server.take(sealed, NOW_MS)), "HANDSHAKE", code);
  }
  const client = await shake.clientWaitingFor("ready");
  assert.equal(codeOf(await client.take(await shake.seal("s ap", status("BUSY")), NOW_MS)), "BUSY");
});

Deno.test("chooseVersion() refuses a version of any depth with VERSION", () => {
  const deep = `{"version":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  for (const text of [deep, '{"version":{}}', '{"version":null}', '{"version":"2"}']) {
    assert.throws(() => chooseVersion(new TextEncoder().encode(text), [2]), { code: "VERSION" });
  }
});

Deno.test("judgeChain() takes a chain in its order, without the root, and nothing else", async () => {
  const policy = { trust: vectorTrust(), role: "client", nowMs: NOW_MS } as const;
  const [leaf, ca2, ca1] = vectorChain("client-under-two");
  const root = Uint8Array.fromBase64(handshakeKeys().root);
  assert.ok(leaf !== undefined && ca2 !== undefined && ca1 !== undefined);
  assert.equal((await judgeChain([leaf, ca2, ca1], policy)).name, "alice");
  const [other] = vectorChain("client-ed25519");
  assert.ok(other !== undefined);
  const refused = [
    [leaf, ca1, ca2],
    [ca2, leaf, ca1],
    [leaf, ca2, ca1, root],
    [leaf, ca2, ca1, ca1],
    [other, root],
    [other, ca1],
    [leaf, ca2],
    [leaf, ca2, ca1, ca1, ca1],
    [],
  ];
  for (const chain of refused) {
    await assert.rejects(judgeChain(chain, policy), { code: "BAD_CERT" });
  }
});

Deno.test("judgeChain() refuses who is revoked, and nobody else", async () => {
  const ca = await testCa("Revoking CA");
  const [revoked, other] = await Promise.all(
    ["mallory", "alice"].map((commonName) => testLeaf({ ca, role: "client", commonName })),
  );
  assert.ok(revoked !== undefined && other !== undefined);
  const list = await testCrl({ ca, at: VALID_AT, revoked: [revoked.certificate.serial] });
  const trust = { ...trustIn(ca.certificate), crls: [parseCrl(list)] };
  const policy = { trust, role: "client", nowMs: VALID_AT.getTime() } as const;
  assert.equal((await judgeChain([other.certificate.der], policy)).name, "alice");
  await assert.rejects(judgeChain([revoked.certificate.der], policy), { code: "BAD_CERT" });
});

Deno.test("ownIdentity() refuses a chain that nobody would accept", () => {
  const [leaf, ca2, ca1] = vectorChain("client-under-two");
  assert.ok(leaf !== undefined && ca2 !== undefined && ca1 !== undefined);
  assert.equal(ownIdentity([leaf, ca2, ca1]).name, "alice");
  const root = Uint8Array.fromBase64(handshakeKeys().root);
  const refused = [
    [],
    [leaf, ca1, ca2],
    [leaf, ca2, ca1, root],
    [leaf, ca2, ca1, ca1, ca1],
    vectorChain("client-two-cns"),
  ];
  for (const chain of refused) assert.throws(() => ownIdentity(chain), { code: "BAD_CERT" });
});

Deno.test("neither side accepts its own certificate from the other", async () => {
  const own = await vectorIdentity("both-roles");
  const mirror = await FixedHandshake.of({ client: "client-ed25519", server: "both-roles" });
  const client = await mirror.clientWaitingFor("server_auth", "both-roles");
  assert.equal(codeOf(await client.take(mirror.bodies.server_auth, NOW_MS)), "BAD_CERT");
  const auth = await handAuth(mirror, "client", {
    chain: own.chain as never,
    signer: "both-roles",
  });
  const server = await mirror.serverWaitingFor("client_auth");
  assert.equal(codeOf(await server.take(await mirror.seal("c hs", auth), NOW_MS)), "BAD_CERT");
});

Deno.test("a refusal says a code and no reason", async () => {
  const { machine: client } = await ClientHandshake.start({
    own: await vectorIdentity("client-ed25519"),
    ...{ trust: vectorTrust(), serverName: "other.test" },
  });
  const server = await shake.serverWaitingFor("client_hello");
  const refused = await client.take(
    bodyOf((await server.take(new Uint8Array([1]), NOW_MS)).send[0]),
    NOW_MS,
  );
  assert.equal(codeOf(refused), "FORMAT");
  const other = await shake.serverWaitingFor("client_hello");
  const { send } = await other.take(PING, NOW_MS);
  assert.deepEqual(parseMessage(bodyOf(send[0]), ["status"]), {
    type: "status",
    status: "HANDSHAKE",
    message: "HANDSHAKE",
  });
});
