import assert from "node:assert/strict";
import type { ChatScreen } from "../../src/cli/chat_screen.ts";
import { clientView } from "../../src/cli/client_view.ts";
import type { Io } from "../../src/cli/io.ts";
import { ChatError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/protocol/session.ts";
import { memoryIo } from "../testkit/memory_io.ts";

const HOSTILE = "\x1b[2J\u202e\u009b";
const RECEIPT = { peer: "server", firstSeq: 0, lastSeq: 0, transcriptSha256: "", sig: "" } as const;
const EVENTS: readonly SessionEvent[] = [
  { kind: "phase", phase: 5, text: "chat" },
  { kind: "signed_in", email: `a@x${HOSTILE}`, username: `a${HOSTILE}` },
  { kind: "said", author: "peer", seqno: 1, ts: 0, text: `hi ${HOSTILE}` },
  { kind: "said", author: "self", seqno: 1, ts: 9e15, text: `me ${HOSTILE}` },
  { kind: "refused", error: new ChatError("SIG_FAIL", `cannot accept ${HOSTILE}`) },
  { kind: "disk", error: new ChatError("FILE", `cannot write ${HOSTILE}`) },
  { kind: "disk" },
  { kind: "waiting", count: 2, reason: HOSTILE },
  { kind: "waiting", count: 0 },
  { kind: "told", status: `X${HOSTILE}`, message: HOSTILE },
  { kind: "peer_left", receipt: RECEIPT },
  { kind: "peer_left", receipt: RECEIPT, error: new ChatError("SIG_FAIL", "cannot accept it") },
  { kind: "ended" },
];

function personIo(): Io & { stdout(): string; stderr(): string } {
  const io = memoryIo({ answers: [] });
  return { ...io, out: { ...io.out, isTerminal: true } };
}

// deno-lint-ignore no-control-regex -- what must not reach a terminal
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;

Deno.test("clientView() lets nothing of a peer's text be obeyed, in any view", () => {
  for (const json of [true, false]) {
    for (const io of [memoryIo(), personIo()]) {
      const view = clientView(io, { json });
      for (const event of EVENTS) view.show(event);
      view.warn(new ChatError("SIG_FAIL", HOSTILE));
      assert.doesNotMatch(io.stdout() + io.stderr(), OBEYED);
    }
  }
});

Deno.test("clientView() gives a script received words and nothing else on standard output", () => {
  const io = memoryIo();
  const view = clientView(io, { json: false });
  for (const event of EVENTS) view.show(event);
  assert.equal(io.stdout(), "hi \\u{1b}[2J\\u{202e}\\u{9b}\n");
  assert.match(io.stderr(), /phase 5: chat/);
  assert.match(io.stderr(), /warning: \[SIG_FAIL\]/);
});

Deno.test("clientView() gives events as JSON Lines, whatever tells of something else", () => {
  const io = memoryIo();
  const view = clientView(io, { json: true });
  for (const event of EVENTS) view.show(event);
  view.tell("transcript: x");
  const lines = io.stdout().trim().split("\n").map((line) => JSON.parse(line) as { event: string });
  const ofRooms = EVENTS.filter(({ kind }) => kind === "disk" || kind === "waiting");
  assert.equal(lines.length, EVENTS.length - ofRooms.length);
  assert.equal(io.stderr(), "securechat: transcript: x\n");
});

Deno.test("clientView() shows a person everything on the screen, with who and when", () => {
  const io = personIo();
  const view = clientView(io, { json: false });
  const rows: string[] = [];
  view.attach({ print: (text: string) => void rows.push(text) } as ChatScreen);
  for (const event of EVENTS) view.show(event);
  assert.equal(io.stdout(), "");
  assert.match(rows.join("\n"), /^\d\d:\d\d:\d\d \[server\] hi/m);
  assert.match(rows.join("\n"), /^--:--:-- \[me\] me/m);
  view.attach(undefined);
  view.tell("after");
  assert.equal(io.stdout(), "after\n");
});

const PLACED = { room: "pumps", fingerprint: "", index: 1, ts: 0, isHistory: false } as const;

// an event of a room, its line on a person's screen
const ROOM_LINES: readonly (readonly [SessionEvent, string])[] = [
  [{ kind: "presence", change: "join", who: "bob", ...PLACED }, "  bob is here"],
  [
    { kind: "presence", change: "leave", who: "c1568f91b81943db", ...PLACED },
    "  somebody (certificate c1568f91b81943db) has left",
  ],
  [
    { kind: "entered", room: "pumps", log: "ab".repeat(16), size: 7, headSize: 7 },
    "  in room pumps from line 7 on, log abababababababab",
  ],
  [{ kind: "parted", room: "pumps", size: 9 }, "✓ phase 6: both sides have signed all 9 lines"],
];

Deno.test("clientView() shows a person who comes and goes, and where the room's lines begin", () => {
  for (const [event, line] of ROOM_LINES) {
    const io = personIo();
    clientView(io, { json: false }).show(event);
    assert.equal(io.stdout(), `${line}\n`);
  }
});
