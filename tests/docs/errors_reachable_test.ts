/** Every error of the table can happen: for each code the least that leads to it. */

import { trustIn } from "../../src/pki/trust.ts";
import assert from "node:assert/strict";
import { Accounts } from "../../src/chat/accounts.ts";
import { dial } from "../../src/chat/client.ts";
import { Deadlines } from "../../src/chat/deadlines.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { OperatorBook } from "../../src/chat/operator/book.ts";
import { Outbox } from "../../src/chat/outbox.ts";
import { ChatServer } from "../../src/chat/server.ts";
import { SignInDesk } from "../../src/chat/sign_in_desk.ts";
import { mergeSettings } from "../../src/cli/config.ts";
import { report } from "../../src/cli/report.ts";
import { equivocationError } from "../../src/cli/verify_compare.ts";
import { sharedValue } from "../../src/crypto/modp.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { asChatError, ChatError, type ErrorCode, ERRORS } from "../../src/errors.ts";
import { main } from "../../src/main.ts";
import { parseLedgerLine } from "../../src/pki/ledger.ts";
import { badCertificate, findFault } from "../../src/pki/validate.ts";
import { FrameReader } from "../../src/protocol/frame.ts";
import type { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { SignedStatement, Statement } from "../../src/protocol/v2/statement.ts";
import { RecordOpener } from "../../src/protocol/v2/record_stream.ts";
import { chooseVersion } from "../../src/protocol/v2/version.ts";
import { LoginThrottle } from "../../src/store/login_throttle.ts";
import { readPrivate, writePrivate } from "../../src/store/private_file.ts";
import { openSqliteKeyAccounts, openSqliteStore } from "../../src/store/sqlite.ts";
import { MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import { compareLogs } from "../../src/transcript/v2/compare.ts";
import { parseEntry } from "../../src/transcript/v1/entry.ts";
import { forward, Middle } from "../testkit/middle.ts";
import { STARTED_MS, startRoomWorld } from "../testkit/room_server_world.ts";
import { startWorld, testCa, testIdentity, testLeaf } from "../testkit/chat_world.ts";
import { HandRoom, LOG, sessionName } from "../testkit/hand_room.ts";
import { identity2, leaf2, NOW_MS as ROOM_NOW_MS, SERVER2_NAME } from "../testkit/identities2.ts";
import { sampleKeyHash } from "../testkit/key_account_contract.ts";
import { bodyOf, messageOf, newClient, openPair } from "../testkit/machines.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

/** Throws the error, or returns it. */
type Provocation = () => unknown;

const HOST = "127.0.0.1";
const ASKER = { address: "192.0.2.1", nowMs: 0 };

/** A frame that says less than its header. */
const HUGE = new Uint8Array([0xff, 0xff, 0xff, 0xff]);

const PROVOCATIONS: Readonly<Record<ErrorCode, Provocation>> = {
  BAD_CERT: async () => {
    const { certificate } = await testLeaf("alice", "client");
    const { certificate: ca } = await testCa("Another CA");
    const policy = { trust: trustIn(ca), role: "client", at: new Date() } as const;
    const fault = await findFault(certificate, policy);
    throw fault && badCertificate(certificate, fault);
  },
  REVOKED: async () => {
    await using world = await startWorld({
      revocationOf: () => ({ revokedMs: 0, reason: "superseded" }),
    });
    const client = await world.dial();
    await client.untilKind("ended");
    throw client.events.find((event) => event.kind === "ended")?.error;
  },
  REMOVED: async () => {
    const book = await OperatorBook.open({ now: Date.now });
    await using world = await startRoomWorld({ book });
    const { certificate } = await leaf2("alice", "client", { nowMs: STARTED_MS });
    const { fingerprint } = certificate;
    const times = { sinceMs: 0, untilMs: null };
    await book.ban({ name: "alice", fingerprint, spki: null, reason: "", ...times });
    const client = await world.join("alice");
    throw client.events.find((event) => event.kind === "ended")?.error;
  },
  SIG_FAIL: async () => {
    const { client, server } = await openPair();
    const [body] = await client.say("pay 10");
    const message = messageOf(body);
    await server.frames([bodyOf({ ...message, ts: Number(message.ts) + 1 })]);
    return refusalOf(server.events);
  },
  REPLAY: async () => {
    const { client, server } = await openPair();
    const [body = new Uint8Array()] = await client.say("pay 10");
    await server.frames([body, body]);
    return refusalOf(server.events);
  },
  FORMAT: () => parseEntry("hello"),
  FRAME_TOO_LARGE: () => {
    const reader = new FrameReader();
    reader.push(HUGE);
    reader.next(65_536);
  },
  TIMEOUT: () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    new Deadlines({ ...LIMITS, stepMs: 1 }, resolve).stepTaken("step");
    return promise;
  },
  HANDSHAKE: () => sharedValue(5n, 1n),
  VERSION: () => chooseVersion(new TextEncoder().encode('{"version":3}'), [1, 2]),
  TAMPERED: () => new RecordOpener(new Secret(new Uint8Array(32))).open(new Uint8Array(32)),
  TRUNCATED: async () => {
    await using world = await startRoomWorld();
    const middle = Middle.start({ port: world.server.address.port, rule: forward });
    const client = await world.join("alice", { port: middle.port });
    await middle[Symbol.asyncDispose]();
    await client.untilKind("ended");
    throw client.events.find((event) => event.kind === "ended")?.error;
  },
  FORKED: async () =>
    await (await quietRoom()).takeEntry(await quietWord({ size: 9 }), ROOM_NOW_MS),
  EQUIVOCATION: async () => {
    const { leaf: certificate } = await identity2(SERVER2_NAME, "server");
    const part = (leaf: number) => {
      const tree = new MerkleTree();
      tree.append(new Uint8Array(32).fill(leaf));
      return { tree, roots: [{ size: 1, root: tree.rootAt(1).toHex(), line: 2 }] };
    };
    if (compareLogs(part(1), part(2)).kind !== "equivocation") return undefined;
    const party = { role: "server", isOwner: false, certificate, name: SERVER2_NAME } as const;
    const server = { ...party, fingerprint: "", line: 1, entries: 1, signedOver: 1 };
    throw equivocationError({ file: "a", log: LOG, server }, { file: "b" });
  },
  STALE: async () => await (await quietRoom()).takeEntry(await quietWord({ ts: 0 }), ROOM_NOW_MS),
  UNSIGNED: async () => (await quietRoom()).reportLate(ROOM_NOW_MS + 62_000),
  LIMIT: async () => {
    const room = await quietRoom();
    for (let said = 0; said <= 1024; said++) await room.say("is anybody there?", ROOM_NOW_MS);
  },
  SIGN_IN: () => logIn(1),
  CERT_MISMATCH: () =>
    inTempFolder(async (folder) => {
      const store = openSqliteKeyAccounts(`${folder}/x.db`);
      const request = { type: "login", email: "a@x", password: "secret" } as const;
      const asker = { keyHash: sampleKeyHash("a"), commonName: "a", emails: [], nowMs: 0 };
      const answer = await new SignInDesk({ store }).answer(request, asker);
      await store.close();
      return answer.kind === "refused" ? answer.error : undefined;
    }),
  BUSY: () => logIn(5),
  SLOW: () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { promise: taken, resolve: take } = Promise.withResolvers<number>();
    const limits = { ...LIMITS, writeMs: 1 };
    const outbox = new Outbox({ write: () => taken }, { limits, onStall: resolve });
    outbox.push(new Uint8Array(1));
    return promise.finally(() => take(1));
  },
  CONNECTION: async () => {
    const { session } = await newClient();
    using nobody = Deno.listen({ hostname: HOST, port: 0 });
    const { port } = nobody.addr;
    nobody.close();
    await dial({
      ...{ host: HOST, port, session, identity: await testIdentity("client", "client") },
      ...{ transcriptDir: "", keepSessionKey: false, now: Date.now, onEvent: () => undefined },
    });
  },
  ADDRESS: async () => {
    using holder = Deno.listen({ hostname: HOST, port: 0 });
    await ChatServer.listen({
      ...{ host: HOST, port: holder.addr.port, now: Date.now },
      ...{ revocationOf: () => undefined, onEvent: () => undefined },
    });
  },
  ROOM: async () => {
    await using world = await startRoomWorld();
    const client = await world.join("alice", { room: "attic" });
    throw client.events.find((event) => event.kind === "ended")?.error;
  },
  DATABASE: () => inTempFolder((folder) => Promise.resolve(openSqliteStore(folder))),
  ACCOUNT: () =>
    inTempFolder((folder) =>
      command(["user", "remove", "nobody@example.org"], { DB_FILE: `${folder}/x.db` })
    ),
  EXISTS: () =>
    inTempFolder(async (folder) => {
      await writePrivate(`${folder}/key.pem`, "1");
      await writePrivate(`${folder}/key.pem`, "2");
    }),
  FILE: () => inTempFolder((folder) => readPrivate(folder, { maxBytes: 9 })),
  NO_INPUT: () => inTempFolder((folder) => readPrivate(`${folder}/x`, { maxBytes: 9 })),
  LEDGER: () => parseLedgerLine("{}"),
  CONFIG: () =>
    mergeSettings(memoryIo({ env: { SERVER_PORT: "many" } }), { flags: {}, dotenv: {} }),
  USAGE: () => command(["verify"]),
  INTERNAL: async () => {
    const { client } = await openPair();
    await client.step({ kind: "start" }); // an open chat has no use for it
  },
};

/** A room of protocol 2 whose server never signs for its entry. */
async function quietRoom(): Promise<ClientRoom> {
  const { room, alice } = await handRoom();
  return await room.client(alice, sessionName(1));
}

/** What its server says next, with something wrong. */
async function quietWord(changes: Partial<Statement>): Promise<SignedStatement> {
  const { room } = await handRoom();
  return await room.sign(room.server, LOG, { kind: "notice", ...changes });
}

async function handRoom(): Promise<{ readonly room: HandRoom; readonly alice: OwnIdentity }> {
  const server = await identity2(SERVER2_NAME, "server");
  const room = await HandRoom.open(server, () => server);
  return { room, alice: await identity2("alice", "client") };
}

function refusalOf(events: readonly { readonly kind: string }[]): unknown {
  const event = events.findLast(({ kind }) => kind === "refused");
  return event !== undefined && "error" in event ? event.error : undefined;
}

/** Work with an empty store, which is closed afterwards. */
function withStore<T>(work: (store: ReturnType<typeof openSqliteStore>) => Promise<T>): Promise<T> {
  return inTempFolder(async (folder) => {
    const store = openSqliteStore(`${folder}/x.db`);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

/** The answer to the last of some log-ins of an unknown account. */
function logIn(times: number): Promise<unknown> {
  return withStore(async (store) => {
    const throttle = new LoginThrottle();
    const accounts = new Accounts({ store, throttle, saltSecret: new Uint8Array(32) });
    const request = { mode: "login", email: "a@x", pwdHash: new Uint8Array(32) } as const;
    let answer = await accounts.answer(request, ASKER);
    for (let count = 1; count < times; count++) answer = await accounts.answer(request, ASKER);
    return answer.kind === "refused" ? answer.error : undefined;
  });
}

/** Runs a command line; the error is the one that it reports. */
async function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const io = memoryIo({ env });
  const status = await main(args, io);
  const [, code = "", message = ""] = /error: \[([A-Z_]+)\] (.*)/.exec(io.stderr()) ?? [];
  if (!(code in ERRORS)) return undefined;
  assert.equal(status, ERRORS[code as ErrorCode].exit);
  return new ChatError(code as ErrorCode, message);
}

async function provoke(provocation: Provocation): Promise<unknown> {
  try {
    return await provocation();
  } catch (thrown) {
    return asChatError(thrown);
  }
}

for (const [code, provocation] of Object.entries(PROVOCATIONS)) {
  Deno.test(`ERRORS.${code} can be reached, and is reported with its exit status`, async () => {
    const error = await provoke(provocation);
    assert.ok(error instanceof ChatError, `${code}: nothing went wrong`);
    assert.equal(error.code, code, error.message);
    const io = memoryIo();
    assert.equal(report(io, error), ERRORS[code as ErrorCode].exit);
    const [first = "", second = ""] = io.stderr().split("\n");
    assert.ok(first.startsWith(`securechat: error: [${code}] cannot `), first);
    assert.ok(second.startsWith("securechat: hint: "), second);
  });
}

Deno.test("every error of ERRORS has a provocation, and no other", () => {
  assert.deepEqual(Object.keys(PROVOCATIONS), Object.keys(ERRORS));
});
