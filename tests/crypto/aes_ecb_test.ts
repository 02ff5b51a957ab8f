import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/bytes/concat.ts";
import { decryptEcb, ECB_KEY_BYTES, encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { suiteTest } from "../testkit/suites.ts";
import { VectorTally } from "../testkit/vector_tally.ts";

const UPSTREAM =
  "https://csrc.nist.gov/projects/cryptographic-algorithm-validation-program/block-ciphers";

/** File of the suite and the number of its cases: fewer mean that the file was read wrongly. */
const FILES: readonly (readonly [string, number])[] = [
  ["ECBGFSbox128", 14],
  ["ECBKeySbox128", 42],
  ["ECBVarKey128", 256],
  ["ECBVarTxt128", 256],
  ["ECBMMT128", 20],
];

function* readCases(text: string): Generator<readonly Uint8Array[]> {
  for (const block of text.split(/\r?\n\r?\n/)) {
    const values = ["KEY", "PLAINTEXT", "CIPHERTEXT"].map((name) =>
      new RegExp(`^${name} = ([0-9a-f]+)`, "m").exec(block)?.[1]
    );
    if (values.every((value) => value !== undefined)) yield values.map(Uint8Array.fromHex);
  }
}

for (const [name, count] of FILES) {
  const file = `aes-ecb/${name}.rsp`;
  suiteTest(`encryptEcb() passes NIST AESAVS ${name}`, { file, upstream: UPSTREAM }, (text) => {
    const tally = new VectorTally(`NIST AESAVS ${name}`);
    for (const [key = new Uint8Array(), plain = key, ciphertext = key] of readCases(text)) {
      // The suite has no padding: ours adds one block of its own behind the same ciphertext.
      const padded = concat(ciphertext, encryptEcb(key, new Uint8Array(0)));
      const got = [encryptEcb(key, plain), decryptEcb(key, padded)].map((each) => each.toHex());
      tally.judge(key.toHex(), got, [padded.toHex(), plain.toHex()]);
    }
    tally.close({ total: count });
  });
}

Deno.test("decryptEcb() inverts encryptEcb for all texts", () => {
  const key = fc.uint8Array({ minLength: ECB_KEY_BYTES, maxLength: ECB_KEY_BYTES });
  fc.assert(fc.property(key, fc.uint8Array({ maxLength: 100 }), (key, plain) => {
    const ciphertext = encryptEcb(key, plain);
    assert.equal(ciphertext.length, (Math.floor(plain.length / 16) + 1) * 16);
    assert.deepEqual(decryptEcb(key, ciphertext), new Uint8Array(plain));
  }));
});

Deno.test("decryptEcb() rejects wrong lengths and padding with FORMAT", () => {
  const key = new Uint8Array(16);
  const block = encryptEcb(key, new Uint8Array(16)).subarray(0, 16); // decrypts to zeros: no padding
  for (const bad of [new Uint8Array(0), new Uint8Array(15), new Uint8Array(17), block]) {
    assert.throws(() => decryptEcb(key, bad), { code: "FORMAT" });
  }
});

Deno.test("encryptEcb() rejects keys that are not of 16 bytes", () => {
  for (const length of [0, 15, 17, 24, 32]) {
    assert.throws(() => encryptEcb(new Uint8Array(length), new Uint8Array(1)), RangeError);
  }
});
