import assert from "node:assert/strict";
import { parseCrl } from "../../src/pki/path/crl.ts";
import { readDer } from "../../src/pki/path/der.ts";
import { parseName } from "../../src/pki/path/names.ts";
import { derInteger, derOctets, derOid, derSequence, derValue } from "../testkit/der_writer.ts";

const COMMON_NAME = "2.5.4.3";
const UTF8 = 0x0c;
const NULL = new Uint8Array([5, 0]);

/** A name of one CN. */
function nameDer(commonName: string): Uint8Array {
  const text = derValue(UTF8, new TextEncoder().encode(commonName));
  return derSequence(derValue(0x31, derSequence(derOid(COMMON_NAME), text)));
}

function keyOf(commonName: string): string {
  return parseName(readDer(nameDer(commonName), "name")).key;
}

Deno.test("parseName() gives names that match one key, others another, however long they are", () => {
  for (const stem of ["a", "a".repeat(100_000)]) {
    assert.equal(keyOf(`${stem}  B`), keyOf(`${stem.toUpperCase()} b`));
    assert.notEqual(keyOf(`${stem}b`), keyOf(`${stem}c`));
    assert.ok(keyOf(stem).length <= 1024);
  }
});

Deno.test("parseCrl() takes time in proportion to its input when its issuer's name is long", () => {
  const algorithm = derSequence(derOid("1.2.840.113549.1.1.11"), NULL);
  const time = derValue(0x17, new TextEncoder().encode("260101000000Z"));
  const entries = Array.from({ length: 20_000 }, (_, i) => derSequence(derInteger(i + 1), time));
  const number = derSequence(derOid("2.5.29.20"), derOctets(derInteger(1)));
  const tbs = derSequence(
    ...[derInteger(1), algorithm, nameDer("a".repeat(20_000)), time, time],
    ...[derSequence(...entries), derValue(0xa0, derSequence(number))],
  );
  const crlDer = derSequence(tbs, algorithm, derValue(0x03, new Uint8Array([0, 1])));
  const start = performance.now();
  assert.equal(parseCrl(crlDer).entries.size, entries.length);
  assert.ok(performance.now() - start < 3_000);
});
