import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../src/bytes/printable.ts";

/** Controls, separators, and what reorders text: Unicode general categories and UAX #9. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_C}]/u;

Deno.test("printable() leaves no control or bidirectional character, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      assert.equal(UNSAFE.test(printable(text)), false);
      assert.equal(printable(printable(text)), printable(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("printable() leaves words of every script and emoji alone", () => {
  for (const text of ["", "hi there", "žluťoučký", "日本語", "السلام", "हिन्दी", "👩‍👩‍👧"]) {
    assert.equal(printable(text), text);
  }
});

Deno.test("printable() shows every C0 and C1 control as an escape", () => {
  for (const code of [...Array(0x20).keys(), ...Array(0x21).keys().map((index) => 0x7f + index)]) {
    assert.equal(printable(String.fromCharCode(code)), `\\u{${code.toString(16)}}`);
  }
});

Deno.test("printable() shows what hides or reorders text", () => {
  for (const text of ["\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u{e0041}", "\ud800"]) {
    assert.match(printable(text), /^\\u\{[0-9a-f]+\}$/);
  }
});
