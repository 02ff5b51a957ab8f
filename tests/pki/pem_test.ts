import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePem, encodePem, PEM_MAX_CHARS } from "../../src/pki/pem.ts";

Deno.test("decodePem() inverts encodePem for all bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (der) => {
    const text = encodePem("CERTIFICATE", new Uint8Array(der));
    assert.ok(text.split("\n").every((line) => line.length <= 64));
    assert.deepEqual(decodePem(text, ["CERTIFICATE"], "x").der, new Uint8Array(der));
  }));
});

Deno.test("decodePem() finds its block among text, CRLF lines and other blocks", () => {
  const block = encodePem("CERTIFICATE", new Uint8Array([1, 2, 3])).replaceAll("\n", "\r\n");
  const text = `Subject: me\n${encodePem("OTHER", new Uint8Array(3))}${block}after`;
  assert.deepEqual(decodePem(text, ["CERTIFICATE"], "x").der, new Uint8Array([1, 2, 3]));
});

Deno.test("decodePem() rejects what is not one block of the label with FORMAT", () => {
  const block = encodePem("CERTIFICATE", new Uint8Array(50));
  // text, what is wrong
  const cases: readonly (readonly [string, string])[] = [
    ["", "nothing"],
    [block + block, "two blocks"],
    [encodePem("PRIVATE KEY", new Uint8Array(3)), "another label"],
    [block.replace("AAAA", "A*AA"), "not base64"],
    [block.replace("END CERTIFICATE", "END OTHER"), "labels that differ"],
    [block.slice(0, 60), "cut"],
    [block + " ".repeat(PEM_MAX_CHARS), "too long"],
  ];
  for (const [text, why] of cases) {
    assert.throws(() => decodePem(text, ["CERTIFICATE"], "x"), { code: "FORMAT" }, why);
  }
});

Deno.test("decodePem() takes time in proportion to its input", () => {
  const hostile = "-----BEGIN A".repeat(5000).slice(0, PEM_MAX_CHARS);
  const start = performance.now();
  assert.throws(() => decodePem(hostile, ["A"], "x"), { code: "FORMAT" });
  assert.ok(performance.now() - start < 2000);
});
