import assert from "node:assert/strict";
import type { Member } from "../../src/chat/member.ts";
import type { ChatServer } from "../../src/chat/server.ts";
import type { ChatScreen } from "../../src/cli/chat_screen.ts";
import { Operator } from "../../src/cli/operator.ts";

/** An operator of a server with members of these names. */
function operatorOf(...names: readonly string[]) {
  const said: string[] = [];
  const shown: string[] = [];
  const members = names.map((username) => ({ username, address: "192.0.2.1:1", sinceMs: 0 }));
  const server = {
    members: () => members as unknown as readonly Member[],
    say(text: string, to?: string): number {
      const receivers = names.filter((name) =>
        to === undefined || name.toLowerCase() === to.toLowerCase()
      );
      for (const name of receivers) said.push(`${name}: ${text}`);
      return receivers.length;
    },
  } as unknown as ChatServer;
  const screen = { print: (text: string) => void shown.push(text) } as unknown as ChatScreen;
  const operator = new Operator({ server, screen, now: () => 120_000 });
  return { operator, said, shown };
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

Deno.test("Operator lists who is here, printable", () => {
  const { operator, shown } = operatorOf("alice", "ev\x1b[2Jil");
  operator.take("/who");
  assert.equal(shown.length, 2);
  assert.match(shown[0] ?? "", /^alice .* 192\.0\.2\.1:1 .* 2 min$/);
  assert.ok(shown[1]?.startsWith("ev\\u{1b}[2Jil"));
  const empty = operatorOf();
  empty.operator.take("/who");
  assert.deepEqual(empty.shown, ["nobody is here"]);
});

Deno.test("Operator survives every name of a command, and guesses what was meant", () => {
  const { operator, shown } = operatorOf();
  for (const name of ["constructor", "toString", "__proto__", "", "wo", "\x1b"]) {
    assert.equal(operator.take(`/${name}`), undefined);
  }
  assert.equal(shown.length, 6);
  assert.ok(shown.includes("no command /wo: did you mean /to?"), shown.join("\n"));
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
  for (const use of ["/to NAME TEXT", "/who", "/help", "/quit"]) {
    assert.ok(shown.some((line) => line.startsWith(use)), use);
  }
});

Deno.test("Operator is told that /to does not reach somebody in a room, who is here all the same", () => {
  const shown: string[] = [];
  const members = [{ username: "alice", address: "192.0.2.1:1", sinceMs: 0, protocol: 2 }];
  const server = { members: () => members, say: () => 0 } as unknown as ChatServer;
  const screen = { print: (text: string) => void shown.push(text) } as unknown as ChatScreen;
  const operator = new Operator({ server, screen, now: () => 0 });
  operator.take("/to Alice psst");
  operator.take("/to bob psst");
  assert.match(shown[0] ?? "", /^Alice speaks protocol 2, .* no \/to$/);
  assert.match(shown[1] ?? "", /^nobody here is called bob/);
});
