import assert from "node:assert/strict";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { type Head, parseHead, signHead } from "../../src/protocol/v2/head.ts";
import { EMPTY_ROOT } from "../../src/protocol/v2/merkle_tree.ts";
import type { Message } from "../../src/protocol/v2/messages.ts";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import { identity2 } from "../testkit/identities2.ts";
import { type RoomPeer, RoomTrap } from "../testkit/room_peer.ts";
import { type RoomTestClient, startRoomWorld } from "../testkit/room_server_world.ts";

const LOG = "10".repeat(16);

/** A head of an empty room, for a client's session. */
async function headFor(
  { channel }: RoomPeer,
  own: OwnIdentity,
  changes: Partial<Head> = {},
): Promise<Message<"head">> {
  const head = {
    ...{ by: own.fingerprint, final: false, from: 0, log: LOG, room: "main", root: EMPTY_ROOT },
    ...{ session: channel.session, size: 0, ts: Date.now(), ...changes },
  };
  return { type: "head", ...await signHead(own.signingKey, head) };
}

/** Lets a client in. */
async function letIn(peer: RoomPeer, own: OwnIdentity): Promise<Message<"joined">> {
  const { head, sig } = await headFor(peer, own);
  const joined = { type: "joined", head, sig, peaks: [] } as const;
  await peer.send(joined);
  assert.equal(parseHead(head).size, 0);
  return joined;
}

/** Sends a client into a trap; `act` is what it does, the code is what ends it. */
async function meets(
  script: (peer: RoomPeer, own: OwnIdentity) => Promise<void>,
  { act, signIn }: {
    readonly act?: (client: RoomTestClient) => Promise<void>;
    readonly signIn?: "password" | "certificate";
  } = {},
): Promise<string | undefined> {
  await using world = await startRoomWorld();
  await using trap = await RoomTrap.shaking(script, signIn);
  const client = await world.dial("alice", { port: trap.port });
  await act?.(client);
  await client.untilKind("ended");
  return client.endCode;
}

Deno.test("a server that lets a client in unasked is left with HANDSHAKE", async () => {
  const code = await meets(async (peer, own) => void await letIn(peer, own), {
    signIn: "password",
  });
  assert.equal(code, "HANDSHAKE");
});

Deno.test("a server that accepts a password unasked is left with HANDSHAKE", async () => {
  const code = await meets(
    (peer) => peer.send({ type: "status", status: "OK", message: "" }),
    { signIn: "password" },
  );
  assert.equal(code, "HANDSHAKE");
});

Deno.test("a server that lets a client in twice is left with HANDSHAKE", async () => {
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await peer.send(await letIn(peer, own));
  });
  assert.equal(code, "HANDSHAKE");
});

Deno.test("a server that shows a certificate twice is left with HANDSHAKE: the file would keep it twice", async () => {
  const { chain } = await identity2("bob", "client", { nowMs: Date.now() });
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
    await peer.send({ type: "peer", chain }, { type: "peer", chain });
  });
  assert.equal(code, "HANDSHAKE");
});

Deno.test("a server that ends a room twice is left with HANDSHAKE", async () => {
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
    const final = await headFor(peer, own, { final: true });
    await peer.send(final, final);
  });
  assert.equal(code, "HANDSHAKE");
});

Deno.test("a server that asks to wait where nothing was said is left with REPLAY", async () => {
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
    await peer.send({ type: "refused", code: "LIMIT", log: LOG, message: "", retry: 0, seq: 1 });
  });
  assert.equal(code, "REPLAY");
});

Deno.test("a client that is asked to wait for a month leaves all the same, and no clock runs on", async () => {
  let refusals = 0;
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
    for (let left = false; !left;) {
      const message = await peer.next();
      if (message === undefined) return;
      left = message.type === "leave";
      if (message.type !== "msg") continue;
      const { seq } = parseStatement(message.stmt);
      const retry = 30 * 86_400_000;
      await peer.send({ type: "refused", code: "LIMIT", log: LOG, message: "", retry, seq });
      refusals++;
    }
    await peer.send(await headFor(peer, own, { final: true }));
  }, {
    act: async (client) => {
      await client.untilKind("entered");
      for (const text of ["one", "two", "three"]) client.client.say(text);
      await client.untilKind("refused");
      await client.client.leave();
    },
  });
  assert.equal(code, undefined);
  assert.ok(refusals >= 1);
});

Deno.test("words that are refused for a moment are said again, all of them and in order", async () => {
  const said: string[] = [];
  const done = Promise.withResolvers<void>();
  await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
    const refused = new Set<number>();
    while (said.length < 5) {
      const { stmt } = await peer.until("msg") ?? {};
      if (stmt === undefined) return;
      const { seq, text } = parseStatement(stmt);
      const isNext = seq === said.length + 1;
      if (refused.has(seq) && isNext) said.push(text);
      else {
        refused.add(seq);
        await peer.send({ type: "refused", code: "LIMIT", log: LOG, message: "", retry: 5, seq });
      }
    }
    done.resolve();
    await peer.next();
  }, {
    act: async (client) => {
      await client.untilKind("entered");
      for (let word = 1; word <= 5; word++) client.client.say(`${word}`);
      await done.promise;
      await client.client.leave();
    },
  });
  assert.deepEqual(said, ["1", "2", "3", "4", "5"]);
});

Deno.test("a server that never answers is left within some seconds", async () => {
  const startedMs = performance.now();
  const code = await meets(async (peer, own) => {
    await peer.until("join");
    await letIn(peer, own);
  }, {
    act: async (client) => {
      await client.untilKind("entered");
      client.client.say("is anybody there?");
      await client.client.leave();
    },
  });
  assert.equal(code, "TIMEOUT");
  assert.ok(performance.now() - startedMs < 9_000);
});
