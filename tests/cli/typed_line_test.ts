import assert from "node:assert/strict";
import type { Connection } from "../../src/chat/connection.ts";
import { type Around, type TypedLine, typedLine } from "../../src/cli/typed_line.ts";

const CONNECTION = { transcriptPath: "transcripts/x" } as Connection;

const AROUND: Around = { server: "host:1", speakers: new Set() };

function shown(typed: TypedLine): string {
  return typed.kind === "show" ? typed.text(CONNECTION, AROUND) : typed.kind;
}

// line, what it means to a person, what to a script
const LINES: readonly (readonly [string, TypedLine["kind"], TypedLine["kind"]])[] = [
  ["hello", "say", "say"],
  ["", "nothing", "say"],
  ["   ", "nothing", "say"],
  ["/quit", "quit", "quit"],
  [" /quit ", "quit", "quit"],
  ["/quit now", "show", "say"],
  ["/help", "show", "say"],
  ["/who", "show", "say"],
  ["/constructor", "show", "say"],
  ["/", "show", "say"],
  ["//quit", "say", "say"],
  [" /who", "say", "say"],
];

Deno.test("typedLine() tells words from commands, for a person and for a script", () => {
  for (const [line, person, script] of LINES) {
    assert.equal(typedLine(line, { isPerson: true }).kind, person, line);
    assert.equal(typedLine(line, { isPerson: false }).kind, script, line);
  }
});

Deno.test("typedLine() sends a script's words as they are, and a person's //text as /text", () => {
  assert.deepEqual(typedLine("//a", { isPerson: false }), { kind: "say", text: "//a" });
  assert.deepEqual(typedLine(" a ", { isPerson: false }), { kind: "say", text: " a " });
  assert.deepEqual(typedLine("//a", { isPerson: true }), { kind: "say", text: "/a" });
});

Deno.test("typedLine() names every command, and the nearest one", () => {
  const help = shown(typedLine("/help", { isPerson: true }));
  for (const name of ["/help", "/who", "/quit"]) assert.ok(help.includes(name));
  assert.match(shown(typedLine("/quti", { isPerson: true })), /did you mean \/quit\?/);
  assert.match(shown(typedLine("/xylophone", { isPerson: true })), /see \/help/);
  assert.match(shown(typedLine("/who", { isPerson: true })), /host:1; transcript transcripts\/x/);
});

Deno.test("typedLine() tells of a room who has spoken there, printable, and of others nothing", () => {
  const typed = typedLine("/who", { isPerson: true });
  assert.ok(typed.kind === "show");
  const room = { ...AROUND, room: "pumps", speakers: new Set(["bob", "ev\x1bil"]) };
  const text = typed.text(CONNECTION, room);
  assert.match(text, /whoever is in room pumps; .*since you came: bob, ev\\u\{1b\}il; transcript/);
  assert.match(typed.text(CONNECTION, { ...AROUND, room: "pumps" }), /since you came: nobody;/);
});
