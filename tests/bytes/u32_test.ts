import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeU32, encodeU32, U32_BYTES } from "../../src/bytes/u32.ts";

Deno.test("decodeU32() inverts encodeU32 for all numbers", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
    const bytes = encodeU32(value);
    assert.equal(bytes.length, U32_BYTES);
    assert.equal(decodeU32(bytes), value);
  }));
});

Deno.test("encodeU32() writes the highest byte first", () => {
  assert.deepEqual(encodeU32(0x01020304), new Uint8Array([1, 2, 3, 4]));
  assert.deepEqual(encodeU32(0xffffffff), new Uint8Array([255, 255, 255, 255]));
});

Deno.test("decodeU32() reads at the start of a view, not of its buffer", () => {
  assert.equal(decodeU32(new Uint8Array([9, 9, 0, 0, 0, 7, 9]).subarray(2)), 7);
});
