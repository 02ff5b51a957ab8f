import { trustIn } from "../../src/pki/trust.ts";
import assert from "node:assert/strict";
import { type ClientOptions, dial } from "../../src/chat/client.ts";
import { newClientSession } from "../../src/protocol/v1/sessions.ts";
import { SERVER_NAME, startWorld, testCa, testIdentity } from "../testkit/chat_world.ts";

async function optionsFor(host: string, port: number): Promise<ClientOptions> {
  const identity = await testIdentity("client", "client");
  const { certificate: ca } = await testCa();
  return {
    host,
    port,
    session: newClientSession(identity, { trust: trustIn(ca), serverName: SERVER_NAME }),
    identity,
    transcriptDir: "nowhere",
    keepSessionKey: false,
    now: Date.now,
    onEvent: () => undefined,
  };
}

function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("dial() says CONNECTION where nobody listens, and for a name that is none", async () => {
  const refused = dial(await optionsFor("127.0.0.1", closedPort()));
  await assert.rejects(refused, { code: "CONNECTION", message: /nobody listens there$/ });
  await assert.rejects(dial(await optionsFor("no-such-host.invalid", 5555)), {
    code: "CONNECTION",
  });
});

Deno.test("dial() gives up when its signal does", async () => {
  const reason = new DOMException("stopped", "AbortError");
  const options = await optionsFor("127.0.0.1", closedPort());
  await assert.rejects(dial({ ...options, signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("ChatServer tells a client that it turns away why, and keeps nobody who waits", async () => {
  await using world = await startWorld({
    limits: { unauthenticatedPerAddress: 1, waitingPerAddress: 1 },
  });
  const first = await world.dial();
  await first.untilKind("sign_in_wanted");
  const second = await world.dial(); // waits for the place
  await new Promise((resolve) => setTimeout(resolve, 20));
  const others = await Promise.all(Array.from({ length: 8 }, () => world.dial()));
  for (const client of others) {
    await client.untilKind("ended");
    assert.equal(client.endCode, "BUSY");
  }
  await first.connection?.leave();
  await second.untilKind("sign_in_wanted");
});

Deno.test("ChatServer.stop() ends handshakes and turns away who waits, at once", async () => {
  await using world = await startWorld({ limits: { unauthenticatedPerAddress: 2 } });
  const clients = [await world.dial(), await world.dial()];
  for (const client of clients) await client.untilKind("sign_in_wanted");
  const waiting = await world.dial();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const startMs = performance.now();
  await world.server.stop();
  assert.ok(performance.now() - startMs < 2_000);
  for (const client of [...clients, waiting]) {
    await client.running;
    assert.match(client.endCode ?? "", /^(CONNECTION|BUSY)$/);
  }
});
