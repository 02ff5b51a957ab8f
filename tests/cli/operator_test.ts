import assert from "node:assert/strict";
import type { Member } from "../../src/chat/member.ts";
import type { ChatServer } from "../../src/chat/server.ts";
import type { ChatScreen } from "../../src/cli/chat_screen.ts";
import type { OperatorRequest } from "../../src/chat/operator/request.ts";
import { Operator } from "../../src/cli/operator.ts";

/** An operator of a server with members of these names; what is asked of it is answered with who is here. */
function operatorOf(...names: readonly string[]) {
  const said: string[] = [];
  const shown: string[] = [];
  const asked: OperatorRequest[] = [];
  const members = names.map((username) => ({ username, address: "192.0.2.1:1", sinceMs: 0 }));
  const server = {
    members: () => members as unknown as readonly Member[],
    hosts: () => Promise.resolve([{ room: "main" }, { room: "pump room" }]),
    say(text: string, to?: string): number {
      const receivers = names.filter((name) =>
        to === undefined || name.toLowerCase() === to.toLowerCase()
      );
      for (const name of receivers) said.push(`${name}: ${text}`);
      return receivers.length;
    },
  } as unknown as ChatServer;
  const screen = { print: (text: string) => void shown.push(text) } as unknown as ChatScreen;
  const acts = {
    run(request: OperatorRequest) {
      asked.push(request);
      const answered = names.map((name) => ({
        ...{ name, fingerprint: "ab".repeat(32), email: "", protocol: 2, rooms: ["main"] },
        ...{ address: "192.0.2.1:1", since: "1970-01-01T00:00:00.000Z", isOpen: true },
      }));
      return Promise.resolve({ act: "who", members: answered } as const);
    },
  };
  const operator = new Operator({ server, acts, screen, now: () => 120_000 });
  return { operator, said, shown, asked };
}

Deno.test("Operator says words to all, and shows them", () => {
  const { operator, said, shown } = operatorOf("alice", "bob");
  operator.take("hello");
  operator.take("   ");
  assert.deepEqual(said, ["alice: hello", "bob: hello"]);
  assert.deepEqual(shown, ["[server → all 2] hello"]);
});

Deno.test("Operator says /text for //text", () => {
  const { operator, said } = operatorOf("alice");
  operator.take("//quit is how one leaves");
  assert.deepEqual(said, ["alice: /quit is how one leaves"]);
});

// line, what is said to whom
const WHISPERS: readonly (readonly [string, readonly string[]])[] = [
  ["/to alice hi", ["alice: hi"]],
  ["/to ALICE  hi there", ["alice: hi there"]],
  ["/to alice hi words", ["alice: hi words"]], // and not to "alice hi"
  ['/to "alice hi" words', ["alice hi: words"]],
  ['/to "Alice B." words', ["Alice B.: words"]],
  ['/to "alice" words', ["alice: words"]],
  ['/to x"y words', ['x"y: words']],
  ['/to "x" y" words', ['x" y: words']],
  ["/to nobody words", []],
  ['/to "no body" words', []],
  ["/to alice", []],
  ['/to "alice hi"', []],
  ["/to", []],
];

for (const [line, wanted] of WHISPERS) {
  Deno.test(`Operator takes ${line}`, () => {
    const { operator, said, shown } = operatorOf("alice", "alice hi", "Alice B.", 'x"y', 'x" y');
    operator.take(line);
    assert.deepEqual(said, wanted);
    assert.equal(shown.length, 1);
  });
}

Deno.test("Operator lists who is here, printable", async () => {
  const { operator, shown } = operatorOf("alice", "ev\x1b[2Jil");
  operator.take("/who");
  await operator.done();
  assert.equal(shown.length, 2);
  assert.match(shown[0] ?? "", /^alice .* 192\.0\.2\.1:1 .* in main {2}2 min$/);
  assert.ok(shown[1]?.startsWith("ev\\u{1b}[2Jil"));
  const empty = operatorOf();
  empty.operator.take("/who");
  await empty.operator.done();
  assert.deepEqual(empty.shown, ["nobody is here"]);
});

Deno.test("Operator survives every name of a command, and guesses what was meant", () => {
  const { operator, shown } = operatorOf();
  for (const name of ["constructor", "toString", "__proto__", "", "wo", "bam", "\x1b"]) {
    assert.equal(operator.take(`/${name}`), undefined);
  }
  assert.equal(shown.length, 7);
  assert.ok(shown.includes("no command /wo: did you mean /to?"), shown.join("\n"));
  assert.ok(shown.includes("no command /bam: did you mean /ban?"), shown.join("\n"));
});

Deno.test("Operator.run() ends at /quit, or with its input", async () => {
  async function* lines(...all: string[]) {
    for await (const line of all) yield line;
  }
  const { operator, said } = operatorOf("alice");
  assert.equal(await operator.run(lines("a", "/quit", "b")), "quit");
  assert.equal(await operator.run(lines("c")), "ended");
  assert.deepEqual(said, ["alice: a", "alice: c"]);
});

Deno.test("Operator's /help names every command", () => {
  const { operator, shown } = operatorOf();
  operator.take("/help");
  const names = "who kick ban unban bans mute unmute rooms motd stats say to help quit".split(" ");
  for (const use of names.map((name) => `/${name}`)) {
    assert.ok(shown.some((line) => line.startsWith(use)), use);
  }
});

Deno.test("Operator is told that /to does not reach somebody in a room, who is here all the same", () => {
  const shown: string[] = [];
  const members = [{ username: "alice", address: "192.0.2.1:1", sinceMs: 0, protocol: 2 }];
  const server = { members: () => members, say: () => 0 } as unknown as ChatServer;
  const screen = { print: (text: string) => void shown.push(text) } as unknown as ChatScreen;
  const acts = { run: () => Promise.reject(new Error("not asked")) };
  const operator = new Operator({ server, acts, screen, now: () => 0 });
  operator.take("/to Alice psst");
  operator.take("/to bob psst");
  assert.match(shown[0] ?? "", /^Alice speaks protocol 2, .* no \/to$/);
  assert.match(shown[1] ?? "", /^nobody here is called bob/);
});

// line, what is asked for; nothing: wrong use
const ASKED: readonly (readonly [string, OperatorRequest | undefined])[] = [
  ["/kick alice", { act: "kick", target: "alice" }],
  ["/kick  alice  be  kind ", { act: "kick", target: "alice", reason: "be  kind" }],
  ['/kick "Alice B." be kind', { act: "kick", target: "Alice B.", reason: "be kind" }],
  ["/kick", undefined],
  ["/ban alice 12h", { act: "ban", target: "alice", duration: "12h" }],
  ["/ban alice", undefined],
  ["/unban alice and bob", undefined],
  ["/mute alice 5m pump room", {
    ...{ act: "mute", target: "alice", duration: "5m", room: "pump room" },
  }],
  ["/unmute alice", { act: "unmute", target: "alice" }],
  ["/motd", { act: "motd" }],
  ["/motd off", { act: "motd", text: "" }],
  ["/motd be kind", { act: "motd", text: "be kind" }],
  ["/say hello", { act: "say", text: "hello" }],
  ["/say main hello", { act: "say", text: "hello", room: "main" }],
  ["/say pump room hello", { act: "say", text: "hello", room: "pump room" }],
  ['/say "pump room" hello', { act: "say", text: "hello", room: "pump room" }],
  ["/say mainly hello", { act: "say", text: "mainly hello" }],
  ["/say", undefined],
  ["/stats now", undefined],
];

for (const [line, request] of ASKED) {
  Deno.test(`Operator asks what ${line.trim()} means`, async () => {
    const { operator, shown, asked } = operatorOf();
    operator.take(line);
    await operator.done();
    assert.deepEqual(asked, request === undefined ? [] : [request]);
    if (request === undefined) assert.match(shown[0] ?? "", /^wrong use: \/(\w+)/);
  });
}
