import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { ChatLine } from "../../src/cli/chat_line.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

function type(line: ChatLine, keys: string): ReturnType<ChatLine["press"]> {
  let outcome: ReturnType<ChatLine["press"]> = { kind: "more" };
  for (const byte of new TextEncoder().encode(keys)) outcome = line.press(byte);
  return outcome;
}

function typed(keys: string): string {
  const line = new ChatLine();
  type(line, keys);
  const outcome = line.press(0x0d);
  return outcome.kind === "line" ? outcome.text : outcome.kind;
}

// name, keys, line
const EDITS: readonly (readonly [string, string, string])[] = [
  ["letters of any script", "aé你🔒", "aé你🔒"],
  ["backspace over one character as a person sees it", "a👨‍👩‍👧\x7fb", "ab"],
  ["backspace at the start", "\x7f\x08a", "a"],
  ["an accent typed behind its letter", "e\u0301\x7fx", "x"],
  ["arrows and text in the middle", `ac${LEFT}b`, "abc"],
  ["arrows beyond both ends", `${LEFT}a${RIGHT}${RIGHT}b`, "ab"],
  ["home and end", "bc\x1b[Ha\x1b[Fd", "abcd"],
  ["home and end as other terminals send them", "bc\x1bOHa\x1bOFd\x1b[1~_\x1b[4~!", "_abcd!"],
  ["delete", `abc${LEFT}${LEFT}\x1b[3~`, "ac"],
  ["Ctrl-D inside of a line", `abc\x01\x04`, "bc"],
  ["Ctrl-U and Ctrl-K", `abcd${LEFT}${LEFT}\x15x${RIGHT}\x0b`, "xc"],
  ["Ctrl-W", "one two  \x17x", "one x"],
  ["unknown sequences and modifiers", "a\x1b[1;5Cb\x1b[15~c\x1b[<0;1;1Md", "abcd"],
  ["a sequence that never ends", `a\x1b[${"1".repeat(20)}b`, "a11111b"],
  ["other control keys", "a\x00\x1c\x1fb", "ab"],
];

for (const [name, keys, wanted] of EDITS) {
  Deno.test(`ChatLine handles ${name}`, () => assert.equal(typed(keys), wanted));
}

Deno.test("ChatLine ends at Ctrl-D on an empty line, and at Ctrl-C", () => {
  assert.equal(type(new ChatLine(), "\x04").kind, "end");
  assert.equal(type(new ChatLine(), "abc\x03").kind, "end");
});

Deno.test("ChatLine brings back what was said, and the draft", () => {
  const line = new ChatLine();
  type(line, "one\rtwo\rtwo\r\r");
  assert.deepEqual(type(line, `dra${UP}\r`), { kind: "line", text: "two" });
  assert.deepEqual(type(line, `${UP}${UP}\r`), { kind: "line", text: "one" });
  assert.deepEqual(type(line, `dra${UP}${DOWN}${DOWN}ft\r`), { kind: "line", text: "draft" });
  assert.deepEqual(type(line, `${UP.repeat(200)}\r`), { kind: "line", text: "one" });
});

Deno.test("ChatLine cuts what is typed byte by byte as the whole would be cut", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const unit = fc.constantFrom(
    "a",
    "\u0301",
    "🇦",
    "🇧",
    "👨",
    "\u200d",
    "👩",
    "ᄀ",
    "ᅡ",
    "क",
    "्",
    "ष",
  );
  fc.assert(fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
    const line = new ChatLine();
    type(line, text);
    const segments = [...segmenter.segment(text)].map(({ segment }) => segment);
    for (let left = segments.length; left > 0; left--) {
      line.press(0x7f);
      const rest = segments.slice(0, left - 1).join("");
      assert.equal(line.view(1_000).text, rest);
    }
  }));
});

Deno.test("ChatLine.view() shows the part around the cursor, never wider than the row", () => {
  const unit = fc.constantFrom("a", "你", "é", "👍", "\u202e");
  fc.assert(fc.property(fc.string({ unit }), fc.integer({ min: 1, max: 30 }), fc.nat(9), (
    text,
    columns,
    lefts,
  ) => {
    const line = new ChatLine();
    type(line, text + LEFT.repeat(lefts));
    const view = line.view(columns);
    assert.ok(stringWidth(view.text) < Math.max(columns, 1) || view.text === "");
    assert.ok(view.cursor <= stringWidth(view.text));
  }));
});

Deno.test("ChatLine.view() obeys nothing that was pasted, and keeps it in the line", () => {
  const line = new ChatLine();
  type(line, "a\u009b2J\u202eb");
  assert.equal(line.view(80).text, "a\\u{9b}2J\\u{202e}b");
  assert.deepEqual(line.press(13), { kind: "line", text: "a\u009b2J\u202eb" });
});

Deno.test("ChatLine takes a long paste in little time, and not without an end", () => {
  const line = new ChatLine();
  const startMs = performance.now();
  type(line, "é".repeat(10_000));
  assert.ok(performance.now() - startMs < 2_000);
  const outcome = line.press(13);
  assert.equal(outcome.kind === "line" && outcome.text.length, 8192);
});
