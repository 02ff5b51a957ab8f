import assert from "node:assert/strict";
import {
  importSigningKey,
  importVerifyKey,
  sign,
  type SignedItem,
  verifySignature,
} from "../../src/crypto/signature.ts";
import { generatePrivateKey } from "../../src/pki/private_key.ts";
import { isSignedWithKey, signWithKey } from "../../src/crypto/key_signature.ts";
import { VerifyPool } from "../../src/crypto/verify_pool.ts";

const pair = await generatePrivateKey("rsa-2048");

Deno.test("verifySignature() accepts what sign made and nothing near it", async () => {
  const key = importVerifyKey(pair.spkiDer);
  const data = new TextEncoder().encode("hello");
  const signature = await sign(await importSigningKey(pair.pkcs8Der), data);
  assert.equal(signature.length, 256);
  assert.equal(verifySignature(key, signature, data), true);
  assert.equal(verifySignature(key, signature, new TextEncoder().encode("hellp")), false);
  for (const index of [0, 100, 255]) {
    const flipped = new Uint8Array(signature);
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    assert.equal(verifySignature(key, flipped, data), false);
  }
  for (const length of [0, 1, 255]) {
    assert.equal(verifySignature(key, signature.subarray(0, length), data), false);
  }
});

Deno.test("importSigningKey() gives a key that cannot be taken out again", async () => {
  const { handle } = await importSigningKey(pair.pkcs8Der);
  assert.equal(handle.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", handle));
});

Deno.test("importVerifyKey() rejects what is no key with FORMAT", () => {
  assert.throws(() => importVerifyKey(new Uint8Array(0)), { code: "FORMAT" });
});

Deno.test("verifySignature() and VerifyPool accept nothing by a key that is not RSA", async () => {
  const other = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", other.publicKey));
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", other.privateKey));
  const data = new Uint8Array(9);
  const signature = signWithKey(pkcs8, data);
  assert.equal(isSignedWithKey(spki, { data, signature }), true);
  const key = importVerifyKey(spki);
  assert.equal(verifySignature(key, signature, data), false);
  using pool = new VerifyPool(2);
  const items = new Array<SignedItem>(100).fill({ key, signature, data });
  assert.ok((await pool.verifyAll(items)).every((each) => !each));
});
