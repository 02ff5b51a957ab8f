import assert from "node:assert/strict";
import fc from "fast-check";
import { type Key, KeyDecoder } from "../../../src/cli/screen/key_decoder.ts";

function keysOf(text: string): readonly Key[] {
  const decoder = new KeyDecoder();
  return [...new TextEncoder().encode(text)].flatMap((byte) => decoder.take(byte) ?? []);
}

function text(typed: string): readonly Key[] {
  return [...typed].map((character) => ({ kind: "text", text: character }));
}

// what is pressed, its bytes, the keys
const PRESSED: readonly (readonly [string, string, readonly Key[]])[] = [
  ["letters of any script", "aé你🔒", text("aé你🔒")],
  ["arrows", "\x1b[A\x1bOB", [{ kind: "key", name: "older" }, { kind: "key", name: "newer" }]],
  ["Alt with a digit", "\x1b3", [{ kind: "room", number: 3 }]],
  ["Alt-Enter", "\x1b\r", [{ kind: "key", name: "newline" }]],
  ["Ctrl-arrows", "\x1b[1;5D", [{ kind: "key", name: "word_left" }]],
  ["keys that mean nothing here", "\x1b[15~\x1b[<0;1;1M\x1bx", []],
  ["where the cursor is", "\x1b[12;40R", [{ kind: "cursor", column: 40 }]],
  [
    "a paste with line ends, controls and half an end in it",
    "\x1b[200~one\r\ntwo\rthr\x1b[2Jee\x1b[201\x1b[201~x",
    [{ kind: "paste", text: "one\ntwo\nthr\x1b[2Jee\x1b[201", isCut: false }, ...text("x")],
  ],
];

for (const [name, bytes, keys] of PRESSED) {
  Deno.test(`KeyDecoder reads ${name}`, () => assert.deepEqual(keysOf(bytes), keys));
}

Deno.test("KeyDecoder gives any paste back as it was, whatever is in it", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (pasted) => {
    const wellFormed = pasted.toWellFormed().replaceAll("\x1b[201~", "").replaceAll("\0", "");
    const wanted = wellFormed.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    const keys = keysOf(`\x1b[200~${wellFormed}\x1b[201~`);
    const text = wanted.startsWith("\ufeff") ? wanted.slice(1) : wanted;
    assert.deepEqual(keys, [{ kind: "paste", text, isCut: false }]);
  }));
});

Deno.test("KeyDecoder takes an ESC that nothing follows as the key", () => {
  const decoder = new KeyDecoder();
  assert.equal(decoder.take(0x1b), undefined);
  assert.equal(decoder.isInDoubt, true);
  assert.deepEqual(decoder.settle(), { kind: "key", name: "escape" });
  assert.deepEqual(decoder.take(0x61), { kind: "text", text: "a" });
});
