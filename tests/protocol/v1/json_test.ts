import assert from "node:assert/strict";
import fc from "fast-check";
import { GROUP14_P } from "../../../src/crypto/modp.ts";
import { decodeJson, decodeUtf8, encodeJson } from "../../../src/protocol/v1/json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function decodeText(text: string): unknown {
  return decodeJson(encoder.encode(text));
}

Deno.test("decodeJson() is the inverse of encodeJson()", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt({ min: 1n << 53n, max: (1n << 2049n) - 1n }),
    fc.bigInt({ min: -(1n << 2049n), max: -(1n << 53n) }),
  );
  const name = fc.string({ unit: "binary" }).filter((each) => each !== "__proto__");
  fc.assert(fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (message) => {
    // JSON has one zero
    const wanted = Object.fromEntries(
      Object.entries(message).map(([key, each]) => [key, each === 0 ? 0 : each]),
    );
    assert.deepEqual(decodeJson(encodeJson(message)), wanted);
  }));
});

Deno.test("encodeJson() prints what Python's json.dumps prints", () => {
  const message = { type: "x", text: 'a"\\\n\x7fé😀\u2028', n: 12n, none: null, yes: true };
  const wanted = String
    .raw`{"type": "x", "text": "a\"\\\n\u007f\u00e9\ud83d\ude00\u2028", "n": 12, "none": null, "yes": true}`;
  assert.equal(decoder.decode(encodeJson(message)), wanted);
});

Deno.test("decodeJson() keeps every digit of the prime of group 14", () => {
  assert.deepEqual(decodeText(`{"p":${GROUP14_P}}`), { p: GROUP14_P });
});

// text, why it is refused
const REFUSED: readonly (readonly [string, string])[] = [
  ["", "nothing"],
  ["[]", "an array"],
  ["null", "null"],
  ['"x"', "a string"],
  ["1", "a number"],
  ["{", "cut"],
  ['{"a": 1} x', "something behind it"],
  ["{'a': 1}", "single quotes"],
  ['{"a": 1.5}', "a fraction"],
  ['{"a": 1e400}', "beyond any double"],
  ['{"a": 1e17}', "an exponent beyond 2^53"],
  ['{"a": NaN}', "NaN"],
  ['{"a": Infinity}', "Infinity"],
  [`{"a": ${"9".repeat(618)}}`, "618 digits"],
  [`${'{"a":'.repeat(9)}1${"}".repeat(9)}`, "nesting of 9"],
  ["[".repeat(100_000), "100,000 brackets"],
  [`{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "100,000 pairs of brackets"],
];

for (const [text, why] of REFUSED) {
  Deno.test(`decodeJson() refuses ${why} with FORMAT`, () => {
    assert.throws(() => decodeText(text), { code: "FORMAT" });
  });
}

Deno.test("decodeJson() accepts 617 digits, and brackets inside of strings", () => {
  assert.deepEqual(decodeText(`{"a": ${"9".repeat(617)}}`), { a: BigInt("9".repeat(617)) });
  assert.deepEqual(decodeText(`{"a": "${"[{".repeat(1000)}\\""}`), { a: `${"[{".repeat(1000)}"` });
});

Deno.test("decodeJson() refuses bytes that are not UTF-8, and a byte order mark", () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf, 0x7b, 0x7d]]) {
    assert.throws(() => decodeJson(new Uint8Array(bytes)), { code: "FORMAT" });
  }
});

Deno.test("decodeJson() does not let a message reach an object's prototype", () => {
  const value = decodeText('{"__proto__": {"status": "OK"}}') as Record<string, unknown>;
  assert.equal(({} as Record<string, unknown>)["status"], undefined);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("decodeJson() answers any bytes with an object or with FORMAT", () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((json) => encoder.encode(json)),
    fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.-+eEtrue\\u') }).map((each) =>
      encoder.encode(each)
    ),
  );
  fc.assert(
    fc.property(text, (bytes) => {
      try {
        assert.equal(typeof decodeJson(new Uint8Array(bytes)), "object");
      } catch (error) {
        assert.equal((error as { code?: string }).code, "FORMAT");
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeUtf8() keeps a byte order mark as a character of the text", () => {
  assert.equal(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
});
