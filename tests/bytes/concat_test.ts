import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/bytes/concat.ts";
import { equalBytes } from "../../src/bytes/equal.ts";

Deno.test("concat() keeps the order and owns its buffer", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 }), (parts) => {
    const joined = concat(...parts);
    assert.deepEqual([...joined], parts.flatMap((part) => [...part]));
    joined.fill(1);
    const [first] = parts;
    if (first !== undefined && first.length > 0) assert.notEqual(joined.buffer, first.buffer);
  }));
});

Deno.test("equalBytes() tells equal from unequal, also where only one byte differs", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, at) => {
    const other = new Uint8Array(bytes);
    assert.equal(equalBytes(bytes, other), true);
    const index = at % other.length;
    other[index] = (other[index] ?? 0) ^ 1;
    assert.equal(equalBytes(bytes, other), false);
    assert.equal(equalBytes(bytes, bytes.subarray(1)), false);
  }));
});
