import assert from "node:assert/strict";
import fc from "fast-check";
import { randomBytes } from "../../../src/crypto/entropy.ts";
import { encryptEcb } from "../../../src/crypto/aes_ecb.ts";
import { ChatError } from "../../../src/errors.ts";
import { type ChannelKeys, openChannel } from "../../../src/protocol/v1/channel.ts";
import { signMessage } from "../../../src/protocol/v1/evidence.ts";
import { SERVER_NAME, testIdentity } from "../../testkit/chat_world.ts";
import { bodyOf, Machine, messageOf } from "../../testkit/machines.ts";

const encoder = new TextEncoder();

async function keysOf(sessionKey = randomBytes(16)) {
  const client = await testIdentity("client", "client");
  const server = await testIdentity(SERVER_NAME, "server");
  const keys = (role: "client" | "server"): ChannelKeys => ({
    role,
    sessionKey,
    signingKey: (role === "client" ? client : server).signingKey,
    peer: (role === "client" ? server : client).certificate,
  });
  return { client: keys("client"), server: keys("server") };
}

async function channels() {
  const keys = await keysOf();
  return {
    keys,
    client: new Machine(openChannel(keys.client)),
    server: new Machine(openChannel(keys.server)),
  };
}

/** A message with a good signature, whatever is in it. */
async function signed(
  keys: ChannelKeys,
  { seqno = 1, ts = Date.now(), plain = encoder.encode("hi") as Uint8Array, ct = "" } = {},
): Promise<Uint8Array> {
  const message = {
    seqno,
    ts,
    ct: ct === "" ? encryptEcb(keys.sessionKey, plain).toBase64() : ct,
  };
  return bodyOf({ type: "msg", ...message, sig: await signMessage(keys.signingKey, message) });
}

Deno.test("openChannel() carries any words both ways, in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 6 }), async (texts) => {
      const { client, server } = await channels();
      await server.frames(await client.say(...texts));
      await client.frames(await server.say(...texts));
      assert.deepEqual(server.texts("peer"), texts);
      assert.deepEqual(client.texts("peer"), texts);
      assert.deepEqual(
        client.records.map((record) => record.seqno),
        [
          ...texts.keys(),
          ...texts.keys(),
        ].map((index) => index + 1),
      );
    }),
    { numRuns: 20 },
  );
});

Deno.test("openChannel() leaves the session of before as it was", async () => {
  const { client, server } = await channels();
  const before = server.session;
  const bodies = await client.say("once");
  await server.frames(bodies);
  const again = new Machine(before);
  await again.frames(bodies);
  assert.deepEqual(again.texts("peer"), ["once"]);
});

Deno.test("openChannel() answers a repeated or reordered message with REPLAY", async () => {
  const { client, server } = await channels();
  const [first, second, third] = await client.say("a", "b", "c");
  assert.ok(first && second && third);
  await server.frames([first, third]);
  for (const body of [first, second, third]) {
    const [answer] = await server.frames([body]);
    assert.equal(messageOf(answer)["status"], "REPLAY");
  }
  assert.deepEqual(server.texts("peer"), ["a", "c"]);
  assert.equal(server.records.length, 2);
});

Deno.test("openChannel() refuses each changed member of a message with SIG_FAIL", async () => {
  const { client, server } = await channels();
  const [body] = await client.say("pay 10");
  const message = messageOf(body);
  const otherCt = encryptEcb(new Uint8Array(16), encoder.encode("pay 99")).toBase64();
  const changes = [
    { seqno: 2 },
    { ts: Number(message["ts"]) + 1 },
    { ct: otherCt },
    { sig: new Uint8Array(256).toBase64() },
    { sig: "AA==" },
  ];
  for (const change of changes) {
    const [answer] = await server.frames([bodyOf({ ...message, ...change })]);
    assert.equal(messageOf(answer)["status"], "SIG_FAIL");
    assert.equal(server.code, "SIG_FAIL");
  }
  await server.frames([body ?? new Uint8Array()]);
  assert.deepEqual(server.texts("peer"), ["pay 10"], "a forged number has moved the counter");
});

Deno.test("openChannel() refuses this side's own message sent back", async () => {
  const { client } = await channels();
  const [body] = await client.say("mine");
  await client.frames([body ?? new Uint8Array()]);
  assert.equal(client.code, "SIG_FAIL");
  assert.deepEqual(client.texts("peer"), []);
});

Deno.test("openChannel() refuses signed bytes that do not decrypt or are not UTF-8", async () => {
  const { keys, server } = await channels();
  const bodies = [
    await signed(keys.client, { ct: "AAAA" }),
    await signed(keys.client, { ct: new Uint8Array(32).toBase64() }),
    await signed(keys.client, { plain: new Uint8Array([0xff, 0xfe]) }),
  ];
  for (const body of bodies) {
    await server.frames([body]);
    assert.equal(server.code, "FORMAT");
  }
  await server.frames([await signed(keys.client)]);
  assert.deepEqual(server.texts("peer"), ["hi"]);
});

Deno.test("openChannel() refuses words dated outside of their author's certificate", async () => {
  const { keys, server } = await channels();
  const { notBefore, notAfter } = keys.server.peer;
  for (const ts of [0, notBefore.getTime() - 1, notAfter.getTime() + 1]) {
    await server.frames([await signed(keys.client, { ts })]);
    assert.equal(server.code, "BAD_CERT");
  }
  assert.deepEqual(server.records, []);
});

Deno.test("openChannel() shows what the peer says that it dropped", async () => {
  const { server } = await channels();
  const answers = await server.frames([
    bodyOf({ type: "status", status: "REPLAY", message: "again" }),
    bodyOf({ type: "status", status: "X", message: null }),
  ]);
  assert.deepEqual(answers, []);
  assert.deepEqual(server.kinds, ["told", "told"]);
});

Deno.test("openChannel() ends a session after 101 refused frames in a row", async () => {
  const { client, server } = await channels();
  const bad = bodyOf({ type: "msg" });
  for (let count = 0; count < 100; count++) await server.frames([bad]);
  await server.frames(await client.say("still here"));
  for (let count = 0; count < 100; count++) await server.frames([bad]);
  assert.equal(server.session.patience, "open");
  await server.frames([bad]);
  assert.equal(server.session.patience, "ended");
  assert.equal(server.kinds.at(-1), "ended");
});

Deno.test("openChannel() ends a session after 101 statuses in a row", async () => {
  const { server } = await channels();
  const status = bodyOf({ type: "status", status: "REPLAY", message: null });
  for (let count = 0; count < 100; count++) await server.frames([status]);
  assert.equal(server.session.patience, "open");
  await server.frames([status]);
  assert.equal(server.session.patience, "ended");
});

Deno.test("openChannel() signs a receipt that the other side accepts", async () => {
  const { client, server } = await channels();
  await server.frames(await client.leave());
  await client.frames(await server.leave());
  for (const side of [client, server]) {
    const left = side.events.find((event) => event.kind === "peer_left");
    assert.ok(left !== undefined && left.error === undefined);
  }
});

Deno.test("openChannel() says nothing and accepts no words after its own receipt", async () => {
  const { client, server } = await channels();
  const words = await client.say("late");
  await server.leave();
  assert.deepEqual(await server.frames(words), []);
  assert.deepEqual(await server.say("more"), []);
  assert.deepEqual(await server.leave(), []);
  assert.deepEqual(server.records, []);
});

Deno.test("openChannel() accepts no words behind the peer's receipt", async () => {
  const { keys, client, server } = await channels();
  await server.frames(await client.leave());
  await server.frames([await signed(keys.client)]);
  assert.deepEqual(server.texts("peer"), []);
  assert.deepEqual(server.records, []);
});

Deno.test("openChannel() tells a receipt that is evidence of nothing", async () => {
  const { client, server } = await channels();
  const [receipt] = await client.leave();
  const message = messageOf(receipt);
  const changes = [
    { peer: "server" },
    { transcript_sha256: "1".repeat(64) },
    { sig: new Uint8Array(256).toBase64() },
  ];
  for (const change of changes) {
    const fresh = new Machine(server.session);
    await fresh.frames([bodyOf({ ...message, ...change })]);
    const [left] = fresh.events;
    assert.equal(left?.kind === "peer_left" && left.error?.code, "SIG_FAIL");
  }
});

Deno.test("openChannel() tells the peer the code and no more when it is aborted", async () => {
  const { server } = await channels();
  const error = new ChatError("FILE", "cannot write /secret/path: the disk is full");
  const [status] = await server.step({ kind: "abort", error });
  assert.deepEqual(messageOf(status), { type: "status", status: "FILE", message: "FILE" });
  assert.equal(server.code, "FILE");
});
