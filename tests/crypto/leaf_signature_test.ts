import assert from "node:assert/strict";
import {
  CURVE_SIGNATURE_BYTES,
  importLeafSigningKey,
  isSignedByLeaf,
} from "../../src/crypto/leaf_signature.ts";
import { importVerifyKey } from "../../src/crypto/signature.ts";
import { signWithKey } from "../../src/crypto/key_signature.ts";
import { generatePrivateKey } from "../../src/pki/private_key.ts";
import { type WycheproofCase, wycheproofTest } from "../testkit/wycheproof_cases.ts";

interface EddsaGroup {
  readonly publicKeyDer: string;
}

interface EddsaCase extends WycheproofCase {
  readonly msg: string;
  readonly sig: string;
}

wycheproofTest<EddsaGroup, EddsaCase>("isSignedByLeaf() passes Wycheproof's Ed25519 suite", {
  file: "ed25519_test.json",
  cases: 151,
  outOfProfile: 0,
  run: ({ msg, sig }, { publicKeyDer }) =>
    isSignedByLeaf(importVerifyKey(Uint8Array.fromHex(publicKeyDer)), {
      data: Uint8Array.fromHex(msg),
      signature: Uint8Array.fromHex(sig),
    }),
});

interface RsaGroup {
  readonly publicKeyDer: string;
}

wycheproofTest<RsaGroup, EddsaCase>("isSignedByLeaf() passes Wycheproof's RSA PKCS#1 v1.5 suite", {
  file: "rsa_signature_2048_sha256_test.json",
  cases: 259,
  outOfProfile: 0,
  run: ({ msg, sig }, { publicKeyDer }) =>
    isSignedByLeaf(importVerifyKey(Uint8Array.fromHex(publicKeyDer)), {
      data: Uint8Array.fromHex(msg),
      signature: Uint8Array.fromHex(sig),
    }),
});

const data = new TextEncoder().encode("hello");
const LENGTHS = { "rsa-2048": 256, "ec-p256": CURVE_SIGNATURE_BYTES, "ed25519": 64 } as const;

for (const type of ["rsa-2048", "ec-p256", "ed25519"] as const) {
  const pair = await generatePrivateKey(type);
  const verifyKey = importVerifyKey(pair.spkiDer);

  Deno.test(`isSignedByLeaf() accepts what a key of type ${type} signed, and nothing near it`, async () => {
    const key = await importLeafSigningKey(pair.pkcs8Der);
    const signature = await key.sign(data);
    assert.equal(signature.length, LENGTHS[type]);
    assert.equal(isSignedByLeaf(verifyKey, { data, signature }), true);
    assert.equal(isSignedByLeaf(verifyKey, { data: data.slice(1), signature }), false);
    for (let index = 0; index < signature.length; index += 7) {
      const flipped = new Uint8Array(signature);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      assert.equal(isSignedByLeaf(verifyKey, { data, signature: flipped }), false);
    }
    for (const length of [0, 1, signature.length - 1]) {
      const short = signature.subarray(0, length);
      assert.equal(isSignedByLeaf(verifyKey, { data, signature: short }), false);
    }
    const long = new Uint8Array(signature.length + 1);
    long.set(signature);
    assert.equal(isSignedByLeaf(verifyKey, { data, signature: long }), false);
  });
}

Deno.test("isSignedByLeaf() accepts no ECDSA signature in DER: there is one form", async () => {
  const pair = await generatePrivateKey("ec-p256");
  const signature = signWithKey(pair.pkcs8Der, data);
  assert.equal(isSignedByLeaf(importVerifyKey(pair.spkiDer), { data, signature }), false);
});

Deno.test("isSignedByLeaf() and importLeafSigningKey() refuse another curve", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
    "sign",
    "verify",
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, data));
  assert.equal(isSignedByLeaf(importVerifyKey(spki), { data, signature }), false);
  await assert.rejects(importLeafSigningKey(pkcs8), { code: "FORMAT" });
});
