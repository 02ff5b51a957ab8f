import assert from "node:assert/strict";
import { createCa, issueLeaf } from "../../src/pki/issue.ts";
import { parseIdentity } from "../../src/pki/identity.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { ISSUED_AT_MS, testCa, testLeaf } from "../testkit/certificates.ts";
import { originalCertificate, readOriginal } from "../testkit/original.ts";

const ca = await testCa("Test CA");
const server = await testLeaf({ ca, role: "server", names: ["::1", "chat.test", "localhost"] });
const client = await testLeaf({ ca, role: "client", commonName: "alice" });

Deno.test("createCa() makes a CA that signs leaves and no other CA", () => {
  const { certificate } = ca;
  assert.equal(certificate.isCa, true);
  assert.equal(certificate.commonName, "Test CA");
  assert.equal(certificate.keyUsage, 1 | 1 << 5 | 1 << 6);
  assert.equal(certificate.notAfter.getTime() - ISSUED_AT_MS, 3650 * 86_400_000);
});

Deno.test("issueLeaf() names a server's own machine, each name once", () => {
  const { dnsNames, ipAddresses, extendedKeyUsage } = server.certificate;
  assert.deepEqual(dnsNames, ["server.example", "localhost", "chat.test"]);
  assert.deepEqual(ipAddresses, ["127.0.0.1", "::1"]);
  assert.deepEqual([...extendedKeyUsage ?? []], ["1.3.6.1.5.5.7.3.1"]);
});

Deno.test("issueLeaf() names a client by its CN alone", () => {
  const { dnsNames, ipAddresses, extendedKeyUsage, isCa } = client.certificate;
  assert.deepEqual([dnsNames, ipAddresses], [["alice"], []]);
  assert.deepEqual([...extendedKeyUsage ?? []], ["1.3.6.1.5.5.7.3.2"]);
  assert.equal(isCa, false);
});

Deno.test("issueLeaf() gives serial numbers of 16 bytes that do not repeat", () => {
  const serials = [ca, server, client].map(({ certificate }) => certificate.serial);
  assert.equal(new Set(serials).size, 3);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{31}$/);
});

Deno.test("issueLeaf() rejects a CA that is none, has ended, or ends before the leaf", async () => {
  const request = {
    ca: ca.certificate,
    caKey: ca.key,
    commonName: "x",
    role: "client",
    names: [],
    days: 1,
    nowMs: ISSUED_AT_MS,
  } as const;
  const leafAsCa = { ...request, ca: client.certificate, caKey: client.key };
  await assert.rejects(issueLeaf(leafAsCa), { code: "BAD_CERT" });
  await assert.rejects(issueLeaf({ ...request, caKey: client.key }), { code: "FORMAT" });
  await assert.rejects(issueLeaf({ ...request, days: 3651 }), { code: "BAD_CERT" });
  const late = { ...request, nowMs: ISSUED_AT_MS + 3651 * 86_400_000 };
  await assert.rejects(issueLeaf(late), { code: "BAD_CERT" });
});

Deno.test("createCa() takes names that other syntaxes would read as structure", async () => {
  const name = "a, O=b+CN=c; <d>\\";
  const made = await createCa({ name, keyType: "rsa-2048", days: 1, nowMs: ISSUED_AT_MS });
  assert.equal(made.certificate.commonName, name);
  const leaf = await testLeaf({ ca: made, role: "client", days: 1 });
  assert.equal(await leaf.certificate.signedBy(made.certificate), true);
});

Deno.test("parseIdentity() reads a certificate with its key, PKCS#1 too", async () => {
  const identity = await parseIdentity({
    certificatePem: readOriginal("client-cert.pem"),
    certificateSource: "client-cert.pem",
    keyPem: readOriginal("client-key.pem"),
    keySource: "client-key.pem",
  });
  assert.equal(identity.certificate.fingerprint, originalCertificate("client").fingerprint);
});

Deno.test("parseIdentity() rejects a key that is not the certificate's with FORMAT", async () => {
  await assert.rejects(
    parseIdentity({
      certificatePem: certificatePem(client.certificate),
      certificateSource: "a",
      keyPem: encodePrivateKey(server.key),
      keySource: "b",
    }),
    { code: "FORMAT" },
  );
});
