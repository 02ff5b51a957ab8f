import assert from "node:assert/strict";
import {
  CERT_MAX_BYTES,
  certificatePem,
  parseCertificateDer,
  parseCertificatePem,
} from "../../src/pki/certificate.ts";
import { originalCertificate, readOriginal } from "../testkit/original.ts";
import { testCa, testLeaf } from "../testkit/certificates.ts";

const ca = await testCa("Test CA");
const server = await testLeaf({ ca, role: "server", names: ["::1", "chat.test"] });

Deno.test("parseCertificatePem() reads what the original wrote", () => {
  const client = originalCertificate("client");
  assert.equal(client.commonName, "securechat.client");
  assert.deepEqual(client.dnsNames, ["securechat.client"]);
  assert.equal(client.keyBits, 2048);
  assert.equal(client.notAfter.toISOString(), "2027-11-22T23:53:21.000Z");
  assert.equal(client.isCa, false);
  assert.equal(originalCertificate("ca").isCa, true);
});

Deno.test("parseCertificatePem() inverts certificatePem", () => {
  const again = parseCertificatePem(certificatePem(server.certificate), "x");
  assert.equal(again.fingerprint, server.certificate.fingerprint);
  const original = readOriginal("server-cert.pem");
  assert.equal(certificatePem(parseCertificatePem(original, "x")), original);
});

Deno.test("parseCertificateDer() rejects each cut and bytes behind the certificate with FORMAT", () => {
  const { der } = server.certificate;
  for (let length = 0; length < der.length; length += 7) {
    assert.throws(() => parseCertificateDer(der.slice(0, length), "x"), { code: "FORMAT" });
  }
  const longer = new Uint8Array(der.length + 1);
  longer.set(der);
  assert.throws(() => parseCertificateDer(longer, "x"), { code: "FORMAT" });
  assert.throws(() => parseCertificateDer(new Uint8Array(CERT_MAX_BYTES + 1), "x"), {
    code: "FORMAT",
  });
});

Deno.test("parseCertificateDer() answers damage with FORMAT or a certificate that is not signed", async () => {
  const { der } = server.certificate;
  for (let index = 0; index < der.length; index += 5) {
    const damaged = new Uint8Array(der);
    damaged[index] = (damaged[index] ?? 0) ^ 0x10;
    try {
      const parsed = parseCertificateDer(damaged, "x");
      assert.equal(await parsed.signedBy(ca.certificate), false, `byte ${index}`);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "FORMAT", `byte ${index}: ${error}`);
    }
  }
});

Deno.test("signedBy() is true for the issuer alone", async () => {
  const other = await testCa("Test CA"); // the same name, another key
  assert.equal(await server.certificate.signedBy(ca.certificate), true);
  assert.equal(await server.certificate.signedBy(other.certificate), false);
  assert.equal(await server.certificate.signedBy(server.certificate), false);
  assert.equal(await ca.certificate.signedBy(ca.certificate), true);
});
