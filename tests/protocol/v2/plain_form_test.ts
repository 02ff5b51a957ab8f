/** The short way gives what the general way gives, or leaves it to that. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { asChatError } from "../../../src/errors.ts";
import {
  decodeCanonicalJson,
  encodeCanonicalJson,
} from "../../../src/protocol/v2/canonical_json.ts";
import { parseMessage } from "../../../src/protocol/v2/messages.ts";
import { readPlainSigned, readPlainStatement } from "../../../src/protocol/v2/plain_form.ts";
import { parseShape } from "../../../src/protocol/v2/shape.ts";
import { STATEMENT_SHAPE } from "../../../src/protocol/v2/statement.ts";

const utf8 = new TextEncoder();
function hexOf(bytes: number): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength: bytes, maxLength: bytes })
    .map((one) => new Uint8Array(one).toHex());
}

const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "\n", "\t", "\u0001", "\u001f", "\u007f", "é", "\u2028", "😀"),
  }),
);

const values = fc.record({
  author: hexOf(32),
  kind: fc.constantFrom("say", "notice", "join"),
  log: hexOf(16),
  room: fc.constantFrom("main", "pump room", 'a "quoted" one', "back\\slash", "~"),
  root: hexOf(32),
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((one) =>
    new Uint8Array(one).toBase64()
  ),
  seq: fc.integer({ min: 1 }),
  session: hexOf(16),
  size: fc.maxSafeNat(),
  text: texts,
  ts: fc.maxSafeNat(),
});

/** What the general way says: the fields, or nothing. */
function generally(bytes: Uint8Array): unknown {
  try {
    return parseShape(STATEMENT_SHAPE, decodeCanonicalJson(bytes, 32_768), "statement");
  } catch (thrown) {
    assert.equal(asChatError(thrown).code, "FORMAT");
    return undefined;
  }
}

Deno.test("readPlainStatement() reads nearly every statement, and as the general way does", () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = encodeCanonicalJson(value);
      const plain = readPlainStatement(bytes);
      if (/["\\]/.test(value.room)) assert.equal(plain, undefined);
      else assert.deepEqual(plain, generally(bytes));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("readPlainStatement() reads nothing that the general way refuses, one character changed", () => {
  const spelled = fc.string({
    unit: fc.constantFrom(...'"\\{}:, 0123456789abcdefnu+-.=/AQgw\n\u0000é'),
    maxLength: 3,
  });
  fc.assert(
    fc.property(
      values,
      fc.nat(),
      fc.nat({ max: 2 }),
      spelled,
      (value, place, removed, inserted) => {
        const text = new TextDecoder().decode(encodeCanonicalJson(value));
        const at = place % text.length;
        const changed = utf8.encode(text.slice(0, at) + inserted + text.slice(at + removed));
        const plain = readPlainStatement(changed);
        if (plain !== undefined) assert.deepEqual(plain, generally(changed));
      },
    ),
    { numRuns: 20_000 },
  );
});

for (
  const [what, edit] of [
    ["a big number", (text: string) => text.replace(/"ts":\d+/, '"ts":9007199254740993')],
    ["a leading zero", (text: string) => text.replace(/"seq":/, '"seq":0')],
    ["another escape", (text: string) => text.replace('"text":"', '"text":"\\u0041')],
    ["a long escape of a line feed", (text: string) => text.replace('"text":"', '"text":"\\u000a')],
    ["an upper-case escape", (text: string) => text.replace('"text":"', '"text":"\\u001F')],
    ["a surrogate alone", (text: string) => text.replace('"text":"', '"text":"\\ud800')],
    ["stray bits in the salt", (text: string) => text.replace(/(.)=="/, 'B=="')],
    ["a key twice", (text: string) => text.replace(/\}$/, ',"ts":1}')],
    ["a space", (text: string) => text.replace(",", ", ")],
    ["a room of one person", (text: string) => text.replace('"room":"main"', '"room":"dm:a:b"')],
  ] as const
) {
  Deno.test(`readPlainStatement() leaves ${what} to the general way, which refuses it`, () => {
    const [value] = fc.sample(values, { numRuns: 1, seed: 7 });
    const text = new TextDecoder().decode(
      encodeCanonicalJson({ ...value, room: "main", text: "a" }),
    );
    const changed = utf8.encode(edit(text));
    assert.notEqual(edit(text), text);
    assert.equal(readPlainStatement(changed), undefined);
    assert.equal(generally(changed), undefined);
  });
}

Deno.test("readPlainSigned() reads what the general way reads, with and without places", () => {
  const bytes = (minLength: number, maxLength: number) =>
    fc.uint8Array({ minLength, maxLength }).map((one) => new Uint8Array(one));
  const places = { sig: new Uint8Array(512), stmt: new Uint8Array(32_768) };
  fc.assert(fc.property(bytes(0, 600), bytes(0, 300), fc.boolean(), (sig, stmt, isEntry) => {
    const type = isEntry ? "entry" : "msg";
    const [sigText, stmtText] = [sig.toBase64(), stmt.toBase64()];
    const body = encodeCanonicalJson({ sig: sigText, stmt: stmtText, type });
    const text = new TextDecoder().decode(body);
    assert.deepEqual(readPlainSigned(text), { type, stmt, sig });
    const isOfSize = sig.length >= 64 && sig.length <= 512 && stmt.length >= 2;
    if (sig.length <= 512) assert.deepEqual(readPlainSigned(text, places), { type, stmt, sig });
    if (isOfSize) assert.deepEqual(parseMessage(body, [type], { places }), { type, stmt, sig });
    else assert.throws(() => parseMessage(body, [type], { places }), { code: "FORMAT" });
    assert.throws(() => parseMessage(body, ["ping"]));
  }));
});

for (
  const text of [
    '{"sig":"QUJD","stmt":"QUI","type":"entry"}',
    '{"sig":"QUJD","stmt":"QU J","type":"entry"}',
    '{"sig":"QUJD","stmt":"QUJ=","type":"entry"}',
    '{"sig":"QUJD","stmt":"QUJD\\n","type":"entry"}',
    '{"sig":"QUJD","stmt":"QUJD","type":"peer"}',
    '{"sig":"QUJD", "stmt":"QUJD","type":"entry"}',
    '{"sig":"","x":"","stmt":"QUJD","type":"entry"}',
    '{"sig":"',
    "",
  ]
) {
  Deno.test(`readPlainSigned() leaves ${JSON.stringify(text)} to the general way`, () => {
    assert.equal(readPlainSigned(text), undefined);
  });
}
