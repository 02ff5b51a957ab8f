import assert from "node:assert/strict";
import { sha256 } from "../../src/crypto/digest.ts";
import { decoySalt, passwordHash } from "../../src/crypto/password.ts";

Deno.test("sha256() gives the digests of FIPS 180-4's examples", () => {
  // message, digest
  const cases: readonly (readonly [string, string])[] = [
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ];
  for (const [message, digest] of cases) assert.equal(sha256(message).toHex(), digest);
});

Deno.test("sha256() hashes its parts one after the other", () => {
  assert.deepEqual(sha256("a", new TextEncoder().encode("b"), "c"), sha256("abc"));
});

Deno.test("passwordHash() is SHA-256 of the salt and the password as UTF-8", () => {
  const salt = new Uint8Array(16).fill(3);
  assert.deepEqual(passwordHash(salt, "žluť"), sha256(salt, new TextEncoder().encode("žluť")));
});

Deno.test("decoySalt() gives one salt for an address and different ones for different addresses", () => {
  const secret = new Uint8Array(32).fill(1);
  assert.deepEqual(decoySalt(secret, "A@x.org"), decoySalt(secret, "a@X.org"));
  assert.notDeepEqual(decoySalt(secret, "a@x.org"), decoySalt(secret, "b@x.org"));
  assert.notDeepEqual(decoySalt(secret, "a@x.org"), decoySalt(new Uint8Array(32), "a@x.org"));
  assert.equal(decoySalt(secret, "a@x.org").length, 16);
});
