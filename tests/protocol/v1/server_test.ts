import assert from "node:assert/strict";
import { GROUP14_P } from "../../../src/crypto/modp.ts";
import { ChatError } from "../../../src/errors.ts";
import { certificatePem } from "../../../src/pki/certificate.ts";
import { sealedFrame } from "../../../src/protocol/v1/sealed.ts";
import { SERVER_NAME, testCa, testIdentity } from "../../testkit/chat_world.ts";
import {
  ACCEPTED,
  bodyOf,
  LOGIN,
  Machine,
  messageOf,
  newClient,
  newServer,
  openPair,
  type Stage,
} from "../../testkit/machines.ts";

const DAY_MS = 86_400_000;
const NONCE = "AAAAAAAAAAAAAAAAAAAAAA==";

function hello(pem: string): Uint8Array {
  return bodyOf({ type: "hello", client_cert: pem, nonce: NONCE });
}

async function stageOf(name: string): Promise<Stage> {
  const { stages } = await openPair(LOGIN);
  const stage = stages.find((each) => each.name === name);
  assert.ok(stage, name);
  return stage;
}

Deno.test("serverSession() and clientSession() register and open a chat", async () => {
  const { client, server } = await openPair();
  assert.deepEqual([client.session.patience, server.session.patience], ["open", "open"]);
  const keys = [client, server].map((side) =>
    side.events.find((event) => event.kind === "opened")?.sessionKey
  );
  assert.equal(keys[0]?.length, 16);
  assert.deepEqual(keys[0], keys[1]);
  assert.ok(client.kinds.includes("registered"));
});

Deno.test("serverSession() and clientSession() agree on two keys that differ", async () => {
  const [first, second] = [await openPair(), await openPair()];
  const keyOf = (side: Machine) => {
    const opened = side.events.find((event) => event.kind === "opened");
    return opened?.sessionKey.toHex();
  };
  assert.notEqual(keyOf(first.client), keyOf(second.client));
});

Deno.test("serverSession() refuses every certificate that is no client's with BAD_CERT", async () => {
  const cases = {
    garbage: "no certificate",
    "empty text": "",
    "of another CA": pemOf(await testIdentity("client", "client", { ca: "Other CA" })),
    "a server's": pemOf(await testIdentity("other.test", "server")),
    "the server's own": pemOf(await testIdentity(SERVER_NAME, "server")),
    "the CA's": certificatePem((await testCa()).certificate),
    expired: pemOf(await testIdentity("client", "client", { days: 1, shiftMs: -3 * DAY_MS })),
    "not yet valid": pemOf(await testIdentity("client", "client", { shiftMs: 3 * DAY_MS })),
  };
  for (const [name, pem] of Object.entries(cases)) {
    const server = await newServer();
    const [answer] = await server.frames([hello(pem)]);
    assert.equal(messageOf(answer)["status"], "BAD_CERT", name);
    assert.equal(server.code, "BAD_CERT", name);
    assert.deepEqual(server.kinds, ["ended"], name);
  }
});

function pemOf({ certificate }: Awaited<ReturnType<typeof testIdentity>>): string {
  return certificatePem(certificate);
}

// name, share that is refused with HANDSHAKE
const SHARES: readonly (readonly [string, object])[] = [
  ["A = 0", { A: 0n }],
  ["A = 1", { A: 1n }],
  ["A = p - 1", { A: GROUP14_P - 1n }],
  ["A = p", { A: GROUP14_P }],
  ["a negative A", { A: -5n }],
  ["another p", { p: GROUP14_P - 2n }],
  ["another g", { g: 5n }],
  ["a small p", { p: 23n }],
  ["p = 0", { p: 0n }],
];

for (const [name, change] of SHARES) {
  Deno.test(`serverSession() refuses ${name} with HANDSHAKE, in both exchanges`, async () => {
    for (const stage of ["server: first share", "server: second share"]) {
      const server = new Machine((await shares()).get(stage)!);
      const share = { g: 2n, p: GROUP14_P, A: 4n, ...change };
      const numbers = Object.entries(share).map(([key, value]) => `"${key}": ${value}`).join(", ");
      await server.frames([bodyOf(`{"type": "dh_client", ${numbers}}`)]);
      assert.equal(server.code, "HANDSHAKE", stage);
    }
  });
}

let knownShares: Map<string, Stage["session"]> | undefined;

async function shares(): Promise<Map<string, Stage["session"]>> {
  knownShares ??= new Map(
    (await openPair()).stages.map((stage) => [stage.name, stage.session] as const),
  );
  return knownShares;
}

Deno.test("serverSession() refuses a p of 14,200 bits in little time", async () => {
  const { session } = await stageOf("server: first share");
  const server = new Machine(session);
  const startMs = performance.now();
  const p = "9".repeat(4275);
  await server.frames([bodyOf(`{"type": "dh_client", "g": 2, "p": ${p}, "A": 4}`)]);
  assert.equal(server.code, "FORMAT");
  assert.ok(performance.now() - startMs < 500);
});

Deno.test("serverSession() tells the salt that it is given, at most three times", async () => {
  const { session, next } = await stageOf("server: salt request");
  const server = new Machine(session);
  for (let count = 0; count < 3; count++) {
    await server.frames([next]);
    assert.equal(server.kinds.at(-1), "account_requested");
    const answer = { kind: "salt", salt: new Uint8Array(16) } as const;
    await server.step({ kind: "account_answer", answer });
  }
  await server.frames([next]);
  assert.equal(server.code, "HANDSHAKE");
});

Deno.test("serverSession() tells a refused client the answer's text and not the error's", async () => {
  const { session, next } = await stageOf("server: account");
  const server = new Machine(session);
  await server.frames([next]);
  const error = new ChatError("DATABASE", "cannot reach db.internal:3306");
  const answer = { kind: "refused", text: "Invalid credentials", error } as const;
  const sent = await server.step({ kind: "account_answer", answer });
  assert.equal(server.session.patience, "ended");
  assert.equal(server.code, "DATABASE");
  assert.deepEqual(Object.keys(messageOf(sent[0])), ["type", "ct"]);
});

Deno.test("serverSession() refuses a control message under another key with FORMAT", async () => {
  const { session } = await stageOf("server: account");
  const server = new Machine(session);
  const frame = sealedFrame(new Uint8Array(16), { type: "salt_request", email: "a@x" });
  await server.frames([frame.subarray(4)]);
  assert.equal(server.code, "FORMAT");
});

Deno.test("serverSession() refuses words before the chat is open with HANDSHAKE", async () => {
  const { stages } = await openPair(LOGIN);
  const body = bodyOf({ type: "msg", seqno: 1, ts: 0, ct: "AA==", sig: "AA==" });
  for (const { name, session } of stages.filter((stage) => stage.name.startsWith("server"))) {
    const server = new Machine(session);
    await server.frames([body]);
    assert.equal(server.code, "HANDSHAKE", name);
  }
});

Deno.test("serverSession() ends without an error when this side leaves during the handshake", async () => {
  const server = await newServer();
  await server.leave();
  assert.deepEqual(server.events, [{ kind: "ended" }]);
  assert.deepEqual(await server.frames([bodyOf({ type: "hello" })]), []);
});

Deno.test("serverSession() calls an answer that it did not ask for a fault of its driver", async () => {
  const [server, client] = [await newServer(), await newClient()];
  await server.step({ kind: "account_answer", answer: ACCEPTED });
  await client.say("words");
  assert.deepEqual([server.code, client.code], ["INTERNAL", "INTERNAL"]);
});
