import assert from "node:assert/strict";
import { decryptPrivateKey } from "../../src/pki/encrypted_key.ts";
import {
  PBKDF2_ITERATIONS_MAX,
  requireBearableCost,
  SCRYPT_BLOCKS_MAX,
} from "../../src/pki/passphrase_cost.ts";
import { encodePem } from "../../src/pki/pem.ts";
import { derInteger, derOctets, derOid, derSequence } from "../testkit/der_writer.ts";

const SALT = derOctets(new Uint8Array(8));
const SHA512 = derSequence(derOid("1.2.840.113549.2.11"), new Uint8Array([5, 0]));
const AES = derSequence(derOid("2.16.840.1.101.3.4.1.42"), derOctets(new Uint8Array(16)));
const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const SCRYPT = "1.3.6.1.4.1.11591.4.11";

/** An encrypted key that no passphrase opens. */
function encrypted(derivation: string, ...parameters: readonly Uint8Array[]): Uint8Array {
  const kdf = derSequence(derOid(derivation), derSequence(...parameters));
  const scheme = derSequence(derOid(PBES2), derSequence(kdf, AES));
  return derSequence(scheme, derOctets(new Uint8Array(48)));
}

function pbkdf2(rounds: number): Uint8Array {
  return encrypted(PBKDF2, SALT, derInteger(rounds), SHA512);
}

function scrypt(n: number, r: number, p: number): Uint8Array {
  return encrypted(SCRYPT, SALT, derInteger(n), derInteger(r), derInteger(p));
}

Deno.test("requireBearableCost() accepts costs up to the bounds", () => {
  for (const der of [pbkdf2(2048), pbkdf2(PBKDF2_ITERATIONS_MAX), scrypt(16_384, 8, 1)]) {
    requireBearableCost(der, "x");
  }
  requireBearableCost(scrypt(SCRYPT_BLOCKS_MAX / 8, 4, 2), "x");
});

Deno.test("decryptPrivateKey() refuses costs above the bounds at once, with FORMAT", () => {
  const cases = [
    ...[pbkdf2(PBKDF2_ITERATIONS_MAX + 1), pbkdf2(2 ** 31 - 1), pbkdf2(2 ** 32), pbkdf2(2 ** 45)],
    ...[scrypt(SCRYPT_BLOCKS_MAX, 2, 1), scrypt(2, 2 ** 20, 1), scrypt(2, 1, 2 ** 30)],
    ...[scrypt(2 ** 30, 2 ** 30, 2 ** 30), scrypt(0, 8, 1)],
    encrypted(PBKDF2, SALT, derInteger(1), derInteger(2 ** 30), SHA512),
    encrypted("1.2.840.113549.1.5.3", SALT, derInteger(1)),
  ];
  for (const der of cases) {
    const start = performance.now();
    const text = encodePem("ENCRYPTED PRIVATE KEY", der);
    const opening = { passphrase: "x", source: "x" };
    assert.throws(() => decryptPrivateKey(text, opening), {
      code: "FORMAT",
      message: /rounds|blocks|bytes|not encrypted/,
    });
    assert.ok(performance.now() - start < 100);
  }
});
