/**
 * Which published suites of primitives are run, and which are not, with the reason: no file of the folder
 * may be left out without a word.
 *
 * @module
 */

import assert from "node:assert/strict";
import { suitesFolder } from "../testkit/suites.ts";

/** Files that a test of this folder runs. */
const USED: ReadonlySet<string> = new Set([
  "aes-ecb/ECBGFSbox128.rsp",
  "aes-ecb/ECBKeySbox128.rsp",
  "aes-ecb/ECBMMT128.rsp",
  "aes-ecb/ECBVarKey128.rsp",
  "aes-ecb/ECBVarTxt128.rsp",
  "dh/rfc3526_groups.txt",
  "rfc-kats/ed25519_sign.input.first256.txt",
  "rfc-kats/rfc-4231-sha256.txt",
  "rfc-kats/rfc7748.txt",
  "rfc-kats/rfc-5869-HKDF-SHA256.txt",
  "wycheproof/aes_cbc_pkcs5_test.json",
  "wycheproof/aes_gcm_test.json",
  "wycheproof/hkdf_sha256_test.json",
  "wycheproof/mlkem_768_keygen_seed_test.json",
  "wycheproof/mlkem_768_test.json",
  "wycheproof/x25519_test.json",
  "wycheproof/ed25519_test.json",
  "wycheproof/hmac_sha256_test.json",
  "wycheproof/rsa_signature_2048_sha256_test.json",
]);

/** Files that are not run, and why. */
const UNUSED: Readonly<Record<string, string>> = {
  "dh/openssl_ffdhe.json": "groups of RFC 7919; the one function of Diffie-Hellman has group 14",
};

const FOLDERS = ["aes-ecb", "dh", "rfc-kats", "wycheproof"] as const;

function filesOf(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(`${suitesFolder()}/${folder}`)]
      .map(({ name }) => `${folder}/${name}`).filter((file) => !file.endsWith("/SOURCE.txt"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

const found = FOLDERS.flatMap(filesOf).sort();

Deno.test({
  name: "every suite of primitives is run, or it is said why not",
  ignore: found.length === 0,
  fn: () => {
    const unused = found.filter((file) => !USED.has(file));
    const lines = unused.map((file) => `not used: ${file}: ${UNUSED[file] ?? "nobody knows"}\n`);
    Deno.stderr.writeSync(new TextEncoder().encode(lines.join("")));
    assert.deepEqual(unused.filter((file) => UNUSED[file] === undefined), []);
    assert.deepEqual([...USED].filter((file) => !found.includes(file)), []);
  },
});
