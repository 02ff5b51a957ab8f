import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeBase64 } from "../../src/bytes/base64.ts";

Deno.test("decodeBase64() inverts toBase64 for all bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assert.deepEqual(decodeBase64(bytes.toBase64(), "x"), new Uint8Array(bytes));
  }));
});

Deno.test("decodeBase64() accepts nothing that does not re-encode to the same text", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ABCDwxyz019+/=- \n_"), maxLength: 24 });
  fc.assert(
    fc.property(text, (candidate) => {
      let bytes: Uint8Array;
      try {
        bytes = decodeBase64(candidate, "x");
      } catch (error) {
        assert.equal((error as { code?: string }).code, "FORMAT");
        return;
      }
      assert.equal(bytes.toBase64(), candidate);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeBase64() rejects loose encodings with FORMAT", () => {
  // text, why it is loose
  const cases: readonly (readonly [string, string])[] = [
    ["AQI", "no padding"],
    ["AQI==", "too much padding"],
    ["AQJ=", "stray bits"],
    ["AQ I=", "a space"],
    ["AQI=\n", "a line end"],
    ["_-8=", "the URL alphabet"],
    ["AQI=AQI=", "text after padding"],
    ["é", "not ASCII"],
  ];
  for (const [text, why] of cases) {
    assert.throws(() => decodeBase64(text, "x"), { code: "FORMAT" }, why);
  }
});
