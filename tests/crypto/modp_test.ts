import assert from "node:assert/strict";
import { checkPrimeSync, createDiffieHellman, getDiffieHellman } from "node:crypto";
import {
  GROUP14_G,
  GROUP14_P,
  privateExponent,
  publicValue,
  sharedValue,
  unsignedBytes,
} from "../../src/crypto/modp.ts";
import { suiteTest } from "../testkit/suites.ts";
import { VectorTally } from "../testkit/vector_tally.ts";

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${new Uint8Array(bytes).toHex()}`);
}

suiteTest("GROUP14_P is the prime that RFC 3526 publishes", {
  file: "dh/rfc3526_groups.txt",
  upstream: "https://www.rfc-editor.org/rfc/rfc3526",
}, (text) => {
  const tally = new VectorTally("RFC 3526 groups");
  for (const [, bits, p = "0", g] of text.matchAll(/(\d+)-bit MODP[^P]*P = (\w+)\s+G = (\d+)/g)) {
    if (bits === "2048") {
      tally.judge(bits, [GROUP14_P, GROUP14_G], [BigInt(`0x${p}`), BigInt(g ?? 0)]);
    } else tally.leave();
  }
  tally.close({ total: 6, unjudged: 5 });
});

Deno.test("GROUP14_P is the safe prime that the runtime knows as modp14", () => {
  assert.equal(GROUP14_P, toBigInt(getDiffieHellman("modp14").getPrime()));
  assert.equal(GROUP14_P.toString(2).length, 2048);
  assert.equal(checkPrimeSync(GROUP14_P), true);
  assert.equal(checkPrimeSync((GROUP14_P - 1n) / 2n), true);
});

Deno.test("sharedValue() agrees with another implementation", () => {
  const ours = privateExponent(new Uint8Array(32).fill(0x5a));
  const theirs = createDiffieHellman(Buffer.from(unsignedBytes(GROUP14_P)), Buffer.from([2]));
  const theirPublic = toBigInt(theirs.generateKeys());
  const ourPublic = Buffer.from(unsignedBytes(publicValue(ours)));
  assert.equal(sharedValue(ours, theirPublic), toBigInt(theirs.computeSecret(ourPublic)));
});

Deno.test("sharedValue() rejects values outside 2..p-2 with HANDSHAKE", () => {
  for (const bad of [-1n, 0n, 1n, GROUP14_P - 1n, GROUP14_P, GROUP14_P + 2n]) {
    assert.throws(() => sharedValue(3n, bad), { code: "HANDSHAKE" });
  }
  for (const good of [2n, GROUP14_P - 2n]) assert.doesNotThrow(() => sharedValue(3n, good));
});

Deno.test("privateExponent() is never short and takes 32 bytes alone", () => {
  assert.equal(privateExponent(new Uint8Array(32)).toString(2).length, 256);
  assert.equal(privateExponent(new Uint8Array(32).fill(255)), 2n ** 256n - 1n);
  assert.throws(() => privateExponent(new Uint8Array(31)), RangeError);
});

Deno.test("unsignedBytes() has no leading zero byte", () => {
  // value, bytes
  const cases: readonly (readonly [bigint, readonly number[]])[] = [
    [0n, [0]],
    [1n, [1]],
    [255n, [255]],
    [256n, [1, 0]],
    [0xfffn, [15, 255]],
  ];
  for (const [value, bytes] of cases) assert.deepEqual([...unsignedBytes(value)], bytes);
});
