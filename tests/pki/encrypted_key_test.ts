import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import {
  decryptPrivateKey,
  encryptPrivateKey,
  isEncryptedKey,
} from "../../src/pki/encrypted_key.ts";
import { decodePem, encodePem } from "../../src/pki/pem.ts";
import {
  encodePrivateKey,
  generatePrivateKey,
  parsePrivateKey,
} from "../../src/pki/private_key.ts";

const PASSPHRASE = "öffne dich, sesam";
const key = await generatePrivateKey("ec-p256");
const text = await encryptPrivateKey(key, PASSPHRASE);
const opening = { passphrase: PASSPHRASE, source: "x" };

Deno.test("decryptPrivateKey() inverts encryptPrivateKey for each kind of key", async () => {
  assert.deepEqual(decryptPrivateKey(text, opening), key);
  for (const type of ["rsa-2048", "rsa-4096", "ed25519"] as const) {
    const other = await generatePrivateKey(type);
    assert.deepEqual(decryptPrivateKey(await encryptPrivateKey(other, PASSPHRASE), opening), other);
  }
});

Deno.test("encryptPrivateKey() writes PBES2 with 600,000 rounds, a fresh salt and a fresh IV", async () => {
  const again = await encryptPrivateKey(key, PASSPHRASE);
  const [first, second] = [text, again].map((each) =>
    decodePem(each, ["ENCRYPTED PRIVATE KEY"], "x").der.toHex()
  );
  assert.match(first ?? "", /06092a864886f70d01050d.*06092a864886f70d01050c.*02030927c0/);
  assert.notEqual(first, second);
  assert.equal(first?.length, second?.length);
});

Deno.test("decryptPrivateKey() rejects a wrong passphrase and broken text with FORMAT", () => {
  const { der } = decodePem(text, ["ENCRYPTED PRIVATE KEY"], "x");
  const cut = encodePem("ENCRYPTED PRIVATE KEY", der.subarray(0, -16));
  for (const wrong of ["", "open sesame", `${PASSPHRASE} `]) {
    const options = { ...opening, passphrase: wrong };
    assert.throws(() => decryptPrivateKey(text, options), { code: "FORMAT" });
  }
  for (
    const broken of [
      cut,
      encodePrivateKey(key),
      "",
      encodePem("ENCRYPTED PRIVATE KEY", der.subarray(9)),
    ]
  ) {
    assert.throws(() => decryptPrivateKey(broken, opening), { code: "FORMAT" });
  }
});

Deno.test("decryptPrivateKey() reads what another program encrypted", () => {
  const object = createPrivateKey(encodePrivateKey(key));
  const options = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc" } as const;
  const other = String(object.export({ ...options, passphrase: PASSPHRASE }));
  assert.deepEqual(decryptPrivateKey(other, opening), key);
});

Deno.test("isEncryptedKey() tells the two apart; parsePrivateKey() rejects an encrypted key", () => {
  assert.equal(isEncryptedKey(text), true);
  assert.equal(isEncryptedKey(encodePrivateKey(key)), false);
  assert.throws(() => parsePrivateKey(text, "x"), { code: "FORMAT" });
});
