import assert from "node:assert/strict";
import { equalBytes } from "../../src/bytes/equal.ts";
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts";
import { hmacSha256 } from "../../src/crypto/hmac.ts";
import { type WycheproofCase, wycheproofTest } from "../testkit/wycheproof_cases.ts";

interface HkdfCase extends WycheproofCase {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}

wycheproofTest<unknown, HkdfCase>("hkdfExtract() and hkdfExpand() pass Wycheproof's HKDF suite", {
  file: "hkdf_sha256_test.json",
  cases: 86,
  outOfProfile: 0,
  run: ({ ikm, salt, info, size, okm }) => {
    const key = hkdfExtract(Uint8Array.fromHex(salt), Uint8Array.fromHex(ikm));
    try {
      return hkdfExpand(key, Uint8Array.fromHex(info), size).toHex() === okm;
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return false;
    }
  },
});

interface MacGroup {
  readonly tagSize: number;
}

interface MacCase extends WycheproofCase {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

wycheproofTest<MacGroup, MacCase>("hmacSha256() passes Wycheproof's HMAC suite", {
  file: "hmac_sha256_test.json",
  cases: 174,
  outOfProfile: 87,
  run: ({ key, msg, tag }, { tagSize }) => {
    if (tagSize !== 256) return { outOfProfile: "tags of other than 256 bits" };
    const mac = hmacSha256(Uint8Array.fromHex(key), Uint8Array.fromHex(msg));
    return equalBytes(mac, Uint8Array.fromHex(tag));
  },
});

Deno.test("hkdfExpand() gives the first bytes of the longer output, for every length", () => {
  const key = hkdfExtract(new Uint8Array(32), new Uint8Array([1]));
  const info = new Uint8Array([7]);
  const long = hkdfExpand(key, info, 100);
  for (let length = 1; length < 100; length++) {
    assert.deepEqual(hkdfExpand(key, info, length), long.slice(0, length));
  }
  for (const length of [0, -1, 8161]) {
    assert.throws(() => hkdfExpand(key, info, length), RangeError);
  }
});

Deno.test("hmacSha256() takes parts as one text", () => {
  const key = new Uint8Array([1]);
  const whole = hmacSha256(key, new Uint8Array([1, 2, 3]));
  assert.deepEqual(hmacSha256(key, new Uint8Array([1]), new Uint8Array([2, 3])), whole);
});
