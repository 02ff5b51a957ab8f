import assert from "node:assert/strict";
import { createDecipheriv, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { PBKDF2_ITERATIONS, sealWithPassphrase } from "../../src/crypto/passphrase_cipher.ts";
import { suiteTest } from "../testkit/suites.ts";
import { VectorTally } from "../testkit/vector_tally.ts";
import type { WycheproofGroup } from "../testkit/wycheproof.ts";

const PASSPHRASE = "öffne dich";

/** The padded text, as another implementation of PBKDF2 and AES finds it. */
async function sealedAndOpened(plain: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const { salt, iv, ciphertext } = await sealWithPassphrase(plain, PASSPHRASE);
  const key = await promisify(pbkdf2)(PASSPHRASE, salt, PBKDF2_ITERATIONS, 32, "sha256");
  const cipher = createDecipheriv("aes-256-cbc", key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(ciphertext), cipher.final()]);
}

/** RFC 5652 §6.3. */
function padded(plain: Uint8Array): Buffer {
  const count = 16 - plain.length % 16;
  return Buffer.concat([plain, new Uint8Array(count).fill(count)]);
}

/**
 * The function takes neither key nor IV, so the suite's ciphertexts cannot be compared, and it does not
 * decrypt, so nothing can be refused. What is left are the messages of the valid vectors with keys of 256
 * bits: one for each length of padding.
 */
suiteTest("sealWithPassphrase() pads the messages of Wycheproof's AES-CBC suite", {
  file: "wycheproof/aes_cbc_pkcs5_test.json",
  upstream: "https://github.com/C2SP/wycheproof/tree/main/testvectors_v1",
}, async (text) => {
  const file: { readonly testGroups: readonly WycheproofGroup[] } = JSON.parse(text);
  const tally = new VectorTally("wycheproof aes_cbc_pkcs5, 256 bits, sealed");
  const valid = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const { tests } of file.testGroups.filter(({ keySize }) => keySize === 256)) {
    for (const { msg, result } of tests) {
      const plain = Uint8Array.fromHex(String(msg));
      if (result !== "valid" || valid.has(plain.length % 16)) tally.leave();
      else valid.set(plain.length % 16, plain);
    }
  }
  await Promise.all([...valid.values()].map(async (plain) => {
    tally.judge(plain.length, await sealedAndOpened(plain), padded(plain));
  }));
  tally.close({ total: 72, unjudged: 56 });
});

Deno.test("sealWithPassphrase() uses a fresh salt and IV each time", async () => {
  const plain = new Uint8Array(5);
  const [first, second] = [
    await sealWithPassphrase(plain, PASSPHRASE),
    await sealWithPassphrase(plain, PASSPHRASE),
  ];
  assert.notDeepEqual(first.salt, second.salt);
  assert.notDeepEqual(first.iv, second.iv);
  assert.notDeepEqual(first.ciphertext, second.ciphertext);
});
