import assert from "node:assert/strict";
import {
  isScryptPassword,
  newStoredPassword,
  passwordBytes,
  scryptPassword,
} from "../../src/crypto/scrypt_password.ts";
import { needs } from "../testkit/needs.ts";

const salt = new Uint8Array(16).fill(7);

Deno.test("isScryptPassword() accepts the password, composed or decomposed, and no other", async () => {
  const hash = await scryptPassword("Caf\u00e9 au lait", salt);
  assert.equal(hash.length, 32);
  assert.equal(await isScryptPassword("Cafe\u0301 au lait", { salt, hash }), true);
  assert.equal(await isScryptPassword("Cafe au lait", { salt, hash }), false);
  const other = new Uint8Array(16).fill(8);
  assert.equal(await isScryptPassword("Caf\u00e9 au lait", { salt: other, hash }), false);
});

Deno.test("newStoredPassword() salts one password in two ways, and both are accepted", async () => {
  const [one, two] = [await newStoredPassword("secret"), await newStoredPassword("secret")];
  assert.equal(one.salt.length, 16);
  assert.notDeepEqual(one.salt, two.salt);
  assert.notDeepEqual(one.hash, two.hash);
  assert.equal(await isScryptPassword("secret", one), true);
  assert.equal(await isScryptPassword("secret", two), true);
});

needs(
  "openssl",
  "scryptPassword() has the cost of protocol 2: the same output as openssl's",
  async () => {
    const hash = await scryptPassword("pleaseletmein", salt);
    const { stdout, success } = await new Deno.Command("openssl", {
      args: [
        ...["kdf", "-keylen", "32", "-kdfopt", "pass:pleaseletmein"],
        ...["-kdfopt", `hexsalt:${salt.toHex()}`, "-kdfopt", "n:32768", "-kdfopt", "r:8"],
        ...["-kdfopt", "p:3", "-kdfopt", "maxmem_bytes:67108864", "SCRYPT"],
      ],
    }).output();
    assert.equal(success, true);
    const hex = new TextDecoder().decode(stdout).replaceAll(":", "").trim().toLowerCase();
    assert.equal(hash.toHex(), hex);
  },
);

Deno.test("passwordBytes() refuses what is empty, too long or not Unicode with FORMAT", () => {
  assert.equal(passwordBytes("\u00e9".repeat(512)).length, 1024);
  for (const password of ["", "x".repeat(1025), "\u00e9".repeat(513), "a\ud800b"]) {
    assert.throws(() => passwordBytes(password), { code: "FORMAT" });
  }
});

Deno.test("passwordBytes() says nothing of the password when it refuses", () => {
  assert.throws(
    () => passwordBytes("hunter2\ud800"),
    (error) => !String(error).includes("hunter2"),
  );
});
