import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeCanonicalJson,
  encodeCanonicalJson,
  type JsonValue,
} from "../../../src/protocol/v2/canonical_json.ts";

const MAX = 65_536;
const utf8 = new TextEncoder();

function decode(text: string | Uint8Array): unknown {
  return decodeCanonicalJson(typeof text === "string" ? utf8.encode(text) : text, MAX);
}

Deno.test("decodeCanonicalJson() refuses what is not the one form of one object", () => {
  const faults: readonly (readonly [string, string | Uint8Array])[] = [
    ["nothing", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"a"'],
    ["a number", "7"],
    ["null within", '{"a":null}'],
    ["a space", '{"a": 1}'],
    ["a final line feed", '{"a":1}\n'],
    ["unsorted keys", '{"b":1,"a":2}'],
    ["a key twice", '{"a":1,"a":1}'],
    ["a key twice, otherwise spelled", '{"a":1,"\\u0061":2}'],
    ["__proto__", '{"__proto__":{"a":1}}'],
    ["__proto__ of a member", '{"a":{"__proto__":1}}'],
    ["an escape that is not needed", '{"a":"\\u0041"}'],
    ["an upper-case escape", '{"a":"\\u001F"}'],
    ["a slash escaped", '{"a":"\\/"}'],
    ["2^53", '{"a":9007199254740992}'],
    ["2^53+1", '{"a":9007199254740993}'],
    ["a negative number", '{"a":-1}'],
    ["minus zero", '{"a":-0}'],
    ["a fraction", '{"a":1.5}'],
    ["a whole number with a point", '{"a":1.0}'],
    ["an exponent", '{"a":1e2}'],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["a lone surrogate in a key", '{"\\udc00":1}'],
    ["a byte-order mark", '\ufeff{"a":1}'],
    ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    [
      "a surrogate in UTF-8",
      new Uint8Array([...utf8.encode('{"a":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]),
    ],
    ["an overlong form", new Uint8Array([...utf8.encode('{"a":"'), 0xc1, 0x81, 0x22, 0x7d])],
    ["two objects", "{}{}"],
    ["a comment", "{}//"],
    ["too many levels", '{"a":[[[[1]]]]}'],
    ["60,000 brackets", `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
  ];
  for (const [what, text] of faults) assert.throws(() => decode(text), { code: "FORMAT" }, what);
});

Deno.test("decodeCanonicalJson() counts bytes before it reads them", () => {
  assert.deepEqual(decodeCanonicalJson(utf8.encode('{"a":1}'), 7), { a: 1 });
  assert.throws(() => decodeCanonicalJson(utf8.encode('{"a":1}'), 6), { code: "FORMAT" });
});

Deno.test("decodeCanonicalJson() quotes nothing of what it refuses", () => {
  assert.throws(() => decode('{"password":"hunter2"'), (error) => {
    const { message, cause } = error as Error;
    return !`${message} ${String(cause)}`.includes("hunter2");
  });
});

Deno.test("encodeCanonicalJson() sorts keys by UTF-16 code units, as RFC 8785 §3.2.3 shows", () => {
  const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
  const object = Object.fromEntries(names.map((name) => [name, 1]));
  const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
  const text = new TextDecoder().decode(encodeCanonicalJson(object));
  assert.equal(text, `{${sorted.map((name) => `${JSON.stringify(name)}:1`).join(",")}}`);
});

Deno.test("encodeCanonicalJson() refuses what has no form, with FORMAT", () => {
  const values = [-1, 1.5, -0, 2 ** 53, NaN, Infinity, "\ud800", null, undefined, 1n, () => 1];
  for (const value of values) {
    const object = { a: value as JsonValue };
    assert.throws(() => encodeCanonicalJson(object), { code: "FORMAT" }, String(value));
  }
});

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.nat(),
  fc.constantFrom(0, 2 ** 53 - 1),
  fc.boolean(),
  fc.array(fc.string({ unit: "grapheme-composite" }), { maxLength: 4 }),
);
const object = fc.dictionary(fc.string({ unit: "grapheme" }), value, { noNullPrototype: true })
  .filter((one) => !Object.hasOwn(one, "__proto__"));

Deno.test("decodeCanonicalJson() inverts encodeCanonicalJson() for all objects", () => {
  fc.assert(fc.property(object, (one) => {
    assert.deepEqual(decodeCanonicalJson(encodeCanonicalJson(one), MAX), one);
  }));
});

Deno.test("decodeCanonicalJson() accepts no second form: any byte changed is refused or another value", () => {
  fc.assert(fc.property(object, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, mask) => {
    const bytes = encodeCanonicalJson(one);
    const index = at % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ mask;
    let other;
    try {
      other = decodeCanonicalJson(bytes, MAX);
    } catch (error) {
      assert.equal((error as { readonly code?: unknown }).code, "FORMAT");
      return;
    }
    assert.deepEqual(encodeCanonicalJson(other), bytes);
    assert.notDeepEqual(other, one);
  }));
});
