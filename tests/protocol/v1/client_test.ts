import assert from "node:assert/strict";
import { GROUP14_P } from "../../../src/crypto/modp.ts";
import { ChatError } from "../../../src/errors.ts";
import type { Session, SignIn } from "../../../src/protocol/session.ts";
import { PASSWORD } from "../../testkit/chat_world.ts";
import {
  bodyOf,
  LOGIN,
  Machine,
  messageOf,
  newClient,
  newServer,
  openPair,
  REGISTER,
} from "../../testkit/machines.ts";

async function sessionAt(name: string, request: SignIn = LOGIN): Promise<Session> {
  const { stages } = await openPair(request);
  const stage = stages.find((each) => each.name === name);
  assert.ok(stage, name);
  return stage.session;
}

Deno.test("clientSession() logs in with the salt that the server tells", async () => {
  const { client } = await openPair(LOGIN);
  assert.equal(client.session.patience, "open");
  assert.deepEqual(client.kinds.filter((kind) => kind === "registered"), []);
});

Deno.test("clientSession() logs in with a remembered salt and asks for none", async () => {
  const request = { ...LOGIN, mode: "login", salt: new Uint8Array(16) } as const;
  const [client, server] = [await newClient(), await newServer()];
  let bodies = await server.frames(await client.step({ kind: "start" }));
  bodies = await server.frames(await client.frames(bodies));
  await client.frames(bodies);
  await server.frames(await client.step({ kind: "sign_in", request }));
  const asked = server.events.find((event) => event.kind === "account_requested");
  assert.equal(asked?.request.mode, "login");
});

Deno.test("clientSession() never sends the password or its account in the clear", async () => {
  const { client } = await openPair(REGISTER);
  const wire = client.sent.map((body) => new TextDecoder().decode(body)).join("\n");
  assert.doesNotMatch(wire, new RegExp(`${PASSWORD}|alice`));
});

Deno.test("clientSession() refuses a server of another name with BAD_CERT", async () => {
  const [client, server] = [await newClient(), await newServer("other.test")];
  const bodies = await server.frames(await client.step({ kind: "start" }));
  const [answer] = await client.frames(bodies);
  assert.equal(client.code, "BAD_CERT");
  assert.equal(messageOf(answer)["status"], "BAD_CERT");
});

Deno.test("clientSession() refuses its own certificate and a client's as the server's", async () => {
  const client = await newClient();
  const [hello] = await client.step({ kind: "start" });
  const pem = messageOf(hello)["client_cert"];
  const nonce = "AAAAAAAAAAAAAAAAAAAAAA==";
  await client.frames([bodyOf({ type: "server_hello", server_cert: pem, nonce })]);
  assert.equal(client.code, "BAD_CERT");
});

Deno.test("clientSession() shows a server's reason as text, and keeps the codes that it knows", async () => {
  // status, code on this side
  const cases = [["BAD_CERT", "BAD_CERT"], ["BUSY", "BUSY"], ["TIMEOUT", "TIMEOUT"], [
    "NO",
    "BAD_CERT",
  ]] as const;
  for (const [status, code] of cases) {
    const client = await newClient();
    await client.step({ kind: "start" });
    await client.frames([bodyOf({ type: "status", status, message: "\x1b[2Jgone" })]);
    assert.equal(client.code, code);
    const ended = client.events.find((event) => event.kind === "ended");
    assert.ok(!(ended?.error?.message ?? "\x1b").includes("\x1b"));
  }
});

Deno.test("clientSession() refuses values out of the group with HANDSHAKE, in both exchanges", async () => {
  for (const name of ["client: first share", "client: second share"]) {
    const session = await sessionAt(name);
    for (const B of [0n, 1n, GROUP14_P - 1n, GROUP14_P, -2n]) {
      const client = new Machine(session);
      await client.frames([bodyOf(`{"type": "dh_server", "B": ${B}}`)]);
      assert.equal(client.code, "HANDSHAKE");
    }
  }
});

Deno.test("clientSession() sees the server's goodbye while the person thinks", async () => {
  const [client, server] = [await newClient(), await newServer()];
  let bodies = await server.frames(await client.step({ kind: "start" }));
  bodies = await server.frames(await client.frames(bodies));
  await client.frames(bodies);
  assert.equal(client.session.patience, "person");
  const late = await server.step({
    kind: "abort",
    error: new ChatError("TIMEOUT", "cannot wait any longer"),
  });
  await client.frames(late);
  assert.equal(client.code, "TIMEOUT");
  assert.deepEqual(await client.step({ kind: "sign_in", request: LOGIN }), []);
});

Deno.test("clientSession() ends with SIGN_IN when an original server tells no salt", async () => {
  const { stages } = await openPair(LOGIN);
  const salt = stages.find((stage) => stage.name === "client: salt");
  const status = stages.find((stage) => stage.name === "client: status");
  assert.ok(salt && status);
  const client = new Machine(salt.session);
  await client.frames([status.next]); // any status, under the right key
  assert.equal(client.code, "SIGN_IN");
});

Deno.test("clientSession() takes nothing before it has started", async () => {
  const client = await newClient();
  await client.step({ kind: "sign_in", request: REGISTER });
  assert.equal(client.code, "INTERNAL");
});

Deno.test("clientSession() passes on what the server says instead of a salt", async () => {
  const stage = (await openPair(LOGIN)).stages.find(({ name }) => name === "client: salt");
  assert.ok(stage);
  const client = new Machine(stage.session);
  await client.frames([bodyOf({ type: "status", status: "BUSY", message: "try again later" })]);
  const ended = client.events.find((event) => event.kind === "ended");
  assert.match(ended?.error?.message ?? "", /try again later/);
  assert.equal(ended?.error?.hint, "wait a moment, then try again");
});
