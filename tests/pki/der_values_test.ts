import assert from "node:assert/strict";
import { CERT_MAX_BYTES, parseCertificateDer } from "../../src/pki/certificate.ts";
import { DER_VALUES_MAX, hasFewValues } from "../../src/pki/der_values.ts";
import { testCa, testLeaf } from "../testkit/certificates.ts";
import {
  type DerPath,
  nodeAt,
  pathsOf,
  readNodes,
  replaceAt,
  writeNode,
} from "../testkit/der_tree.ts";
import { derOctets, derSequence } from "../testkit/der_writer.ts";

const NULL = new Uint8Array([5, 0]);
const CASE_MAX_MS = 250;
const ca = await testCa("Values CA");

Deno.test("hasFewValues() counts what is inside, and stops at the bound", () => {
  const nulls = (count: number) => new Array<Uint8Array>(count).fill(NULL);
  assert.equal(hasFewValues(derSequence(...nulls(DER_VALUES_MAX - 1))), true);
  assert.equal(hasFewValues(derSequence(...nulls(DER_VALUES_MAX))), false);
  assert.equal(hasFewValues(derOctets(derSequence(...nulls(DER_VALUES_MAX)))), false);
  const deep = (depth: number): Uint8Array => depth === 0 ? NULL : derSequence(deep(depth - 1));
  assert.equal(hasFewValues(deep(20)), true);
  assert.equal(hasFewValues(deep(40)), false);
  assert.equal(
    hasFewValues(Uint8Array.from({ length: 9_000 }, (_, i) => i % 2 ? 0x80 : 0x30)),
    false,
  );
});

Deno.test("parseCertificateDer() reads a certificate of a hundred names", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `host-${index}.chat.example`);
  const leaf = await testLeaf({ ca, role: "server", names });
  assert.equal(leaf.certificate.dnsNames.length, 102);
});

Deno.test("parseCertificateDer() takes little time whatever is repeated to its bound", async () => {
  const { der } = (await testLeaf({ ca, role: "server" })).certificate;
  const [root] = readNodes(der) ?? [];
  assert.ok(root !== undefined);
  const repeated = (path: DerPath): Uint8Array<ArrayBuffer> => {
    const node = nodeAt(root, path);
    const count = Math.floor((CERT_MAX_BYTES - 800 - der.length) / writeNode(node).length);
    return new Uint8Array(
      writeNode(replaceAt(root, path, new Array(Math.max(1, count)).fill(node))),
    );
  };
  const timed = (hostile: Uint8Array<ArrayBuffer>): number => {
    const start = performance.now();
    try {
      parseCertificateDer(hostile, "a peer");
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, "FORMAT");
    }
    return performance.now() - start;
  };
  for (const path of pathsOf(root)) {
    const hostile = repeated(path);
    // Twice: the machine may have had something else to do.
    assert.ok(Math.min(timed(hostile), timed(hostile)) < CASE_MAX_MS, path.join("."));
  }
});
