/** Vectors that RFC 5869 and RFC 7748 publish themselves, through HKDF and X25519 of protocol 2. */

import assert from "node:assert/strict";
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts";
import { X25519KeyPair } from "../../src/crypto/x25519.ts";
import { suiteTest } from "../testkit/suites.ts";

/** Blocks that begin with COUNT, as "name = hex" by name; an empty value is no bytes. */
function blocksOf(text: string): readonly ReadonlyMap<string, string>[] {
  return text.split(/^COUNT = /m).slice(1).map((block) =>
    new Map(
      [...block.matchAll(/^(\w+) *= *(\S*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    )
  );
}

function bytesOf(block: ReadonlyMap<string, string>, name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(block.get(name) ?? assert.fail(`no ${name}`));
}

function print(name: string, count: number): void {
  Deno.stderr.writeSync(
    new TextEncoder().encode(`${name}: ${count} cases, ${count} as expected\n`),
  );
}

suiteTest("hkdfExtract() and hkdfExpand() pass the vectors of RFC 5869", {
  file: "rfc-kats/rfc-5869-HKDF-SHA256.txt",
  upstream: "https://www.rfc-editor.org/rfc/rfc5869#appendix-A",
}, (text) => {
  const blocks = blocksOf(text);
  assert.equal(blocks.length, 3);
  for (const block of blocks) {
    const prk = hkdfExtract(bytesOf(block, "salt"), bytesOf(block, "IKM"));
    assert.deepEqual(prk, bytesOf(block, "PRK"));
    const okm = hkdfExpand(prk, bytesOf(block, "info"), Number(block.get("L")));
    assert.deepEqual(okm, bytesOf(block, "OKM"));
  }
  print("RFC 5869 HKDF-SHA-256", blocks.length);
});

suiteTest("X25519KeyPair.agree() passes the vectors of RFC 7748", {
  file: "rfc-kats/rfc7748.txt",
  upstream: "https://www.rfc-editor.org/rfc/rfc7748#section-5.2",
}, (text) => {
  const blocks = blocksOf(text);
  assert.ok(blocks.length >= 3);
  for (const block of blocks) {
    const pair = X25519KeyPair.of(bytesOf(block, "INPUT_SCALAR"));
    assert.deepEqual(pair.agree(bytesOf(block, "INPUT_U")).bytes, bytesOf(block, "OUTPUT_U"));
  }
  print("RFC 7748 X25519", blocks.length);
});
