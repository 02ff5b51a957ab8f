import assert from "node:assert/strict";
import { SECRET_MAX_BYTES, SecretLine } from "../../src/cli/secret_line.ts";

interface Typed {
  readonly outcome: string;
  readonly text: string;
}

function type(keys: string): Typed {
  const line = new SecretLine();
  let outcome = "more";
  for (const byte of new TextEncoder().encode(keys)) outcome = line.press(byte);
  return { outcome, text: line.text() };
}

Deno.test("SecretLine.press() edits as a terminal does", () => {
  // keys, text
  const cases: readonly (readonly [string, string])[] = [
    ["abc", "abc"],
    ["abx\x7fc", "abc"],
    ["abx\x08c", "abc"],
    ["\x7f\x7fa", "a"],
    ["žé😀\x7f\x7fa", "ža"],
    ["abc\x15d", "d"],
    ["abc\x17d", "d"],
    ["a\tb\x00c", "abc"],
    ["a\x1b[Db\x1b[3~c\x1bOd", "abcd"],
    ["a\x04b", "ab"],
    [" a b ", " a b "],
  ];
  for (const [keys, text] of cases) assert.equal(type(keys).text, text, JSON.stringify(keys));
});

Deno.test("SecretLine.press() tells Return, Ctrl-C and Ctrl-D apart", () => {
  assert.equal(type("abc\r").outcome, "done");
  assert.equal(type("abc\n").outcome, "done");
  assert.equal(type("abc\x03").outcome, "stop");
  assert.equal(type("abc\x1b\x03").outcome, "stop");
  assert.equal(type("\x04").outcome, "end");
  assert.equal(type("abc\x04").outcome, "more");
});

Deno.test("SecretLine.press() rejects more than 1024 bytes with USAGE", () => {
  const longest = "x".repeat(SECRET_MAX_BYTES);
  assert.equal(type(longest).text, longest);
  assert.throws(() => type(`${longest}x`), { code: "USAGE" });
});

Deno.test("SecretLine.text() rejects what is not UTF-8 with FORMAT", () => {
  const line = new SecretLine();
  line.press(0xff);
  assert.throws(() => line.text(), { code: "FORMAT" });
});

Deno.test("SecretLine.wipe() forgets", () => {
  const line = new SecretLine();
  line.press(0x61);
  line.wipe();
  assert.equal(line.text(), "");
});
