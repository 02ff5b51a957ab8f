import assert from "node:assert/strict";
import { GCM_TAG_BYTES, openGcm, sealGcm } from "../../src/crypto/aes_gcm.ts";
import { type WycheproofCase, wycheproofTest } from "../testkit/wycheproof_cases.ts";

interface GcmGroup {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tagSize: number;
}

interface GcmCase extends WycheproofCase {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

wycheproofTest<GcmGroup, GcmCase>("openGcm() and sealGcm() pass Wycheproof's AES-GCM suite", {
  file: "aes_gcm_test.json",
  cases: 316,
  outOfProfile: 250,
  run: (one, { ivSize, keySize, tagSize }) => {
    if (keySize !== 256) return { outOfProfile: "keys of other than 256 bits" };
    if (ivSize !== 96) return { outOfProfile: "nonces of other than 96 bits" };
    assert.equal(tagSize, 8 * GCM_TAG_BYTES);
    const [key, nonce, aad, plain] = [one.key, one.iv, one.aad, one.msg].map(fromHex);
    const sealed = fromHex(one.ct + one.tag);
    const opened = openGcm(key!, { nonce: nonce!, aad: aad!, sealed });
    const isSealed = sealGcm(key!, { nonce: nonce!, aad: aad!, plain: plain! }).toHex() ===
      one.ct + one.tag;
    assert.equal(isSealed, opened !== undefined, `${one.tcId}: sealing and opening disagree`);
    return opened?.toHex() === one.msg;
  },
});

const key = new Uint8Array(32).fill(1);
const inputs = { nonce: new Uint8Array(12).fill(2), aad: new Uint8Array([0, 0, 0, 9]) };
const plain = new TextEncoder().encode("hello\n");

Deno.test("openGcm() opens nothing of which a single bit was changed", () => {
  const sealed = sealGcm(key, { ...inputs, plain });
  assert.deepEqual(openGcm(key, { ...inputs, sealed }), plain);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = flip(sealed, bit);
    assert.equal(openGcm(key, { ...inputs, sealed: flipped }), undefined);
  }
  for (const name of ["nonce", "aad"] as const) {
    const changed = { ...inputs, [name]: flip(inputs[name], 3) };
    assert.equal(openGcm(key, { ...changed, sealed }), undefined);
  }
});

Deno.test("openGcm() opens nothing that is cut short, not even a shorter tag", () => {
  const sealed = sealGcm(key, { ...inputs, plain });
  for (let length = 0; length < sealed.length; length++) {
    assert.equal(openGcm(key, { ...inputs, sealed: sealed.subarray(0, length) }), undefined);
  }
});

Deno.test("sealGcm() and openGcm() refuse keys and nonces of other lengths", () => {
  for (const length of [0, 16, 31, 33]) {
    const other = new Uint8Array(length);
    assert.throws(() => sealGcm(other, { ...inputs, plain }), RangeError);
    assert.throws(() => sealGcm(key, { ...inputs, nonce: other, plain }), RangeError);
    assert.throws(() => openGcm(other, { ...inputs, sealed: plain }), RangeError);
  }
});

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

function flip(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const flipped = new Uint8Array(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}
