import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import {
  encodePrivateKey,
  generatePrivateKey,
  parsePrivateKey,
} from "../../src/pki/private_key.ts";
import { encodePem } from "../../src/pki/pem.ts";

const key = await generatePrivateKey("rsa-2048");

Deno.test("parsePrivateKey() reads what encodePrivateKey wrote", () => {
  const text = encodePrivateKey(key);
  assert.match(text, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.deepEqual(parsePrivateKey(text, "x"), key);
});

Deno.test("parsePrivateKey() reads PKCS#1, as the original writes it", () => {
  const object = createPrivateKey({
    key: Buffer.from(key.pkcs8Der),
    format: "der",
    type: "pkcs8",
  });
  const pkcs1 = String(object.export({ type: "pkcs1", format: "pem" }));
  assert.match(pkcs1, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  assert.deepEqual(parsePrivateKey(pkcs1, "x"), key);
});

Deno.test("parsePrivateKey() rejects keys that are small, of another kind, encrypted or broken", () => {
  const small = generateKeyPairSync("rsa", {
    modulusLength: 1024,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  const elliptic = generateKeyPairSync("ec", {
    namedCurve: "P-384",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  const encrypted = encodePem("ENCRYPTED PRIVATE KEY", key.pkcs8Der);
  const broken = encodePem("PRIVATE KEY", key.pkcs8Der.subarray(9));
  for (const text of [small, elliptic, encrypted, broken, "hello", ""]) {
    assert.throws(() => parsePrivateKey(text, "x"), { code: "FORMAT" });
  }
});

Deno.test("parsePrivateKey() puts nothing of the key into its error", () => {
  const secret = key.pkcs8Der.subarray(9).toBase64().slice(0, 40);
  try {
    parsePrivateKey(encodePem("PRIVATE KEY", key.pkcs8Der.subarray(9)), "x");
    assert.fail("was accepted");
  } catch (error) {
    const told = error instanceof Error ? `${error.message} ${String(error.cause)}` : "";
    assert.equal(told.includes(secret.slice(0, 12)), false);
  }
});
