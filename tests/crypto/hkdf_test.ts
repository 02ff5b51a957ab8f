import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { hkdf } from "../../src/crypto/hkdf.ts";

Deno.test("hkdf() passes RFC 5869's test case 3: no salt, no info", () => {
  const okm =
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
  assert.equal(hkdf(new Uint8Array(22).fill(0x0b), "", 42).toHex(), okm);
});

Deno.test("hkdf() puts the purpose into the key, as RFC 5869 §2.3 does", () => {
  const secret = new Uint8Array(32).fill(9);
  const prk = createHmac("sha256", new Uint8Array(32)).update(secret).digest();
  const expected = createHmac("sha256", prk).update("purpose\x01").digest();
  assert.deepEqual(hkdf(secret, "purpose", 32), new Uint8Array(expected));
  assert.notDeepEqual(hkdf(secret, "purposes", 32), hkdf(secret, "purpose", 32));
});
