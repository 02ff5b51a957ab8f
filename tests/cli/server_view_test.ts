import assert from "node:assert/strict";
import type { Member } from "../../src/chat/member.ts";
import type { ChatServer, ServerEvent } from "../../src/chat/server.ts";
import type { ChatScreen } from "../../src/cli/chat_screen.ts";
import type { Io } from "../../src/cli/io.ts";
import { ServerView, type Started } from "../../src/cli/server_view.ts";
import { ChatError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { SERVER_NAME, testIdentity } from "../testkit/chat_world.ts";
import { memoryIo } from "../testkit/memory_io.ts";

const HOSTILE = "\x1b]0;owned\x07\u202e";
const MEMBER = {
  id: 7,
  address: "192.0.2.1:5",
  sinceMs: 0,
  username: `al${HOSTILE}ice`,
  email: `a@x${HOSTILE}`,
} as Member;
const RECEIPT = { peer: "client", firstSeq: 0, lastSeq: 0, transcriptSha256: "", sig: "" } as const;

function sessionEvents(): readonly ServerEvent[] {
  const error = new ChatError("SIG_FAIL", `cannot accept ${HOSTILE}`);
  const events: readonly SessionEvent[] = [
    { kind: "phase", phase: 1, text: "certificates exchanged" },
    { kind: "signed_in", email: HOSTILE, username: HOSTILE },
    { kind: "said", author: "peer", seqno: 1, ts: 0, text: `secret words ${HOSTILE}` },
    { kind: "said", author: "self", seqno: 1, ts: 0, text: "own words" },
    { kind: "refused", error },
    { kind: "told", status: HOSTILE, message: "" },
    { kind: "peer_left", receipt: RECEIPT },
    { kind: "peer_left", receipt: RECEIPT, error },
    { kind: "ended", error },
  ];
  return [
    { kind: "connected", member: MEMBER },
    { kind: "turned_away", address: "192.0.2.9", limit: "connections", reason: "connections is 1" },
    ...events.map((event) => ({ kind: "session", member: MEMBER, event }) as const),
  ];
}

function watchedIo(): Io & { stdout(): string; stderr(): string } {
  const io = memoryIo({ answers: [] });
  return { ...io, out: { ...io.out, isTerminal: true } };
}

async function started(): Promise<Started> {
  return {
    server: { address: { host: "127.0.0.1", port: 5555 } } as ChatServer,
    identity: (await testIdentity(SERVER_NAME, "server")).certificate,
    protocols: [1, 2],
    rooms: ["main"],
    ca: "Test CA",
    revocations: "list 3",
    accounts: "securechat.db",
    relay: true,
  };
}

Deno.test("ServerView tells a daemon where it listens and what is wrong, and never a word", async () => {
  const io = memoryIo();
  const view = new ServerView(io);
  view.started(await started());
  for (const event of sessionEvents()) view.show(event);
  view.warn(new ChatError("DATABASE", "cannot reach it"));
  assert.equal(io.stdout(), "");
  const [listening, warning, ...more] = io.stderr().trim().split("\n");
  assert.equal(listening, "securechat: listening on 127.0.0.1:5555");
  assert.match(warning ?? "", /^securechat: \[DATABASE\] cannot reach it \(/);
  assert.deepEqual(more, []);
});

Deno.test("ServerView shows an operator the panel, the phases and the words", async () => {
  const io = watchedIo();
  const view = new ServerView(io);
  view.started(await started());
  for (const event of sessionEvents()) view.show(event);
  for (const text of ["Server Started", "127.0.0.1:5555", "relays", "securechat.db"]) {
    assert.ok(io.stdout().includes(text), text);
  }
  assert.match(io.stdout(), /^#7 connected from 192\.0\.2\.1:5$/m);
  assert.match(io.stdout(), /^#7 ✓ phase 1: certificates exchanged$/m);
  assert.match(io.stdout(), /^\[al.*ice\] secret words/m);
  assert.match(io.stdout(), /^192\.0\.2\.9: turned away/m);
  assert.doesNotMatch(io.stdout(), /own words/);
});

Deno.test("ServerView lets nothing of a peer's text be obeyed", () => {
  const io = watchedIo();
  const view = new ServerView(io);
  for (const event of sessionEvents()) view.show(event);
  // deno-lint-ignore no-control-regex -- what must not reach a terminal
  assert.doesNotMatch(io.stdout(), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

Deno.test("ServerView writes to the screen while there is one", () => {
  const io = watchedIo();
  const view = new ServerView(io);
  const rows: string[] = [];
  view.attach({ print: (text: string) => void rows.push(text) } as ChatScreen);
  view.show({ kind: "connected", member: MEMBER });
  assert.deepEqual([rows.length, io.stdout()], [1, ""]);
  view.detach();
  view.show({ kind: "connected", member: MEMBER });
  assert.equal(rows.length, 1);
  assert.notEqual(io.stdout(), "");
});

Deno.test("ServerView gives no hint about dialling when a client is gone", () => {
  const io = watchedIo();
  const view = new ServerView(io);
  const error = new ChatError("CONNECTION", "the other side closed the connection");
  view.show({ kind: "session", member: MEMBER, event: { kind: "ended", error } });
  assert.match(io.stdout(), /: \[CONNECTION\] the other side closed the connection$/m);
});
