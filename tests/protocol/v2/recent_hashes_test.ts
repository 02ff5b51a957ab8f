import assert from "node:assert/strict";
import { RecentHashes } from "../../../src/protocol/v2/recent_hashes.ts";

function hashOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

Deno.test("RecentHashes finds what it keeps, key 0 among them, and nothing else", () => {
  const recent = new RecentHashes();
  assert.equal(recent.find(0), undefined);
  recent.keep(3, hashOf(3));
  assert.equal(recent.find(0), undefined);
  assert.deepEqual(recent.keep(0, hashOf(9)), hashOf(9));
  assert.deepEqual(recent.find(0), hashOf(9));
  assert.deepEqual(recent.find(3), hashOf(3));
  assert.equal(recent.find(259), undefined);
});

Deno.test("RecentHashes forgets the older of two that share a place", () => {
  const recent = new RecentHashes();
  for (let key = 0; key <= 256; key++) recent.keep(key, hashOf(key % 251));
  assert.equal(recent.find(0), undefined);
  assert.deepEqual(recent.find(256), hashOf(256 % 251));
  assert.deepEqual(recent.find(1), hashOf(1));
});

Deno.test("RecentHashes keeps a copy", () => {
  const recent = new RecentHashes();
  const hash = hashOf(1);
  recent.keep(1, hash);
  hash.fill(2);
  assert.deepEqual(recent.find(1), hashOf(1));
});
