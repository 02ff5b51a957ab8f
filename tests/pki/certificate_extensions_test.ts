import assert from "node:assert/strict";
import "reflect-metadata";
import { X509Certificate } from "@peculiar/x509";
import {
  libraryExtensions,
  libraryFields,
  strictView,
} from "../../src/pki/certificate_extensions.ts";
import { type Issued, issueLeaf } from "../../src/pki/issue.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import { ca2 } from "../testkit/identities2.ts";
import { suiteTest } from "../testkit/suites.ts";

async function server(names: readonly string[], keyType: KeyType = "ed25519"): Promise<Issued> {
  const { certificate: ca, key: caKey } = await ca2();
  const request = { commonName: "chat.test", role: "server", names, days: 30 } as const;
  return await issueLeaf({ ...request, ca, caKey, keyType, nowMs: Date.now() });
}

/** The two readers agree wherever the strict one tells anything; says whether it does. */
function compare(der: Uint8Array<ArrayBuffer>): boolean {
  const strict = strictView(der);
  if (strict === undefined) return false;
  const parsed = new X509Certificate(der);
  assert.deepEqual(strict.extensions, libraryExtensions(parsed));
  if (strict.fields !== undefined) assert.deepEqual(strict.fields, libraryFields(parsed));
  assert.equal(strict.spkiDer.toHex(), new Uint8Array(parsed.publicKey.rawData).toHex());
  return true;
}

Deno.test("strictView() says what the library says of certificates of the profile", async () => {
  for (const keyType of ["ed25519", "ec-p256", "rsa-2048"] as const) {
    const { certificate } = await server(["other.test", "192.0.2.7"], keyType);
    assert.equal(compare(certificate.der), true);
    assert.equal(strictView(certificate.der)?.fields?.commonName, "chat.test");
    assert.ok(certificate.dnsNames.includes("other.test"));
    assert.ok(certificate.ipAddresses.includes("192.0.2.7"));
  }
  assert.equal(compare((await ca2()).certificate.der), true);
});

Deno.test("strictView() leaves addresses that have several spellings to the library", async () => {
  const { certificate } = await server(["2001:db8::7"]);
  assert.equal(compare(certificate.der), false);
  assert.equal(certificate.ipAddresses.length, 2);
});

Deno.test("strictView() leaves names that are written in several ways to the library", async () => {
  const { certificate: ca, key: caKey } = await ca2();
  for (const commonName of ["a+b", "a, b", "#a", " a", "é"]) {
    const request = { ca, caKey, commonName, role: "client", names: [], days: 1 } as const;
    const issued = await issueLeaf({ ...request, keyType: "ed25519", nowMs: Date.now() });
    assert.equal(strictView(issued.certificate.der)?.fields, undefined, commonName);
    assert.equal(compare(issued.certificate.der), true, commonName);
  }
});

Deno.test("strictView() tells nothing of what is no certificate", () => {
  assert.equal(strictView(new Uint8Array([0x30, 0])), undefined);
});

suiteTest("strictView() says what the library says of the certificates of x509-limbo", {
  file: "x509-limbo/limbo-rsa2048.dev.json",
  upstream: "https://github.com/C2SP/x509-limbo",
}, (text) => {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const ders = [...new Set(blocks)].map((block) =>
    Uint8Array.fromBase64(block.replaceAll(/-----[^-]+-----|\\n|\s/g, ""))
  );
  const compared = ders.filter((der) => compare(der));
  assert.ok(compared.length > 100, `${compared.length} of ${ders.length}`);
});
