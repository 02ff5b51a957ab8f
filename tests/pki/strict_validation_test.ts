import { trustIn } from "../../src/pki/trust.ts";
import assert from "node:assert/strict";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { parseCertificateDer } from "../../src/pki/certificate.ts";
import { findFault } from "../../src/pki/validate.ts";
import { originalCertificate, RECORDED_AT } from "../testkit/original.ts";
import { testCa } from "../testkit/chat_world.ts";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/** A client certificate of the test CA with an extension that nobody knows. */
async function withUnknownExtension(critical: boolean) {
  const ca = await testCa();
  const keys = await crypto.subtle.generateKey(
    { ...RSA, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "4000000000000000000000000000beef",
    subject: [{ CN: ["odd"] }],
    issuer: new x509.X509Certificate(ca.certificate.der).subjectName,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: RSA,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey("pkcs8", ca.key.pkcs8Der, RSA, false, ["sign"]),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.2"]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "odd" }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(
        new x509.X509Certificate(ca.certificate.der).publicKey,
      ),
      new x509.Extension("1.3.6.1.4.1.99999.1", critical, new Uint8Array([5, 0])),
    ],
  });
  return parseCertificateDer(new Uint8Array(certificate.rawData), "a test");
}

Deno.test("findFault() lets the strict validator have the last word", async () => {
  const ca = (await testCa()).certificate;
  const policy = { trust: trustIn(ca), role: "client", at: new Date() } as const;
  assert.equal(await findFault(await withUnknownExtension(false), policy), undefined);
  const fault = await findFault(await withUnknownExtension(true), policy);
  assert.equal(fault?.reason, "strict_rule");
});

Deno.test("findFault() accepts the original's certificates under the strict rules", async () => {
  const ca = originalCertificate("ca");
  for (const role of ["client", "server"] as const) {
    const policy = { trust: trustIn(ca), role, at: RECORDED_AT };
    assert.equal(await findFault(originalCertificate(role), policy), undefined);
  }
});
