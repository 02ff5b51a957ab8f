import assert from "node:assert/strict";
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  ExtendedKeyUsageExtension,
  PublicKey,
} from "@peculiar/x509";
import { type Certificate, subjectNameOf } from "../../src/pki/certificate.ts";
import { createCa, issueForKey, issueLeaf, renewForKey } from "../../src/pki/issue.ts";
import { parsePermittedName } from "../../src/pki/permitted_names.ts";
import { generatePrivateKey } from "../../src/pki/private_key.ts";
import { nameOf, signCertificate } from "../../src/pki/sign_certificate.ts";
import { alternativeNames } from "../../src/pki/subject_alternative_names.ts";
import type { Role } from "../../src/pki/validate.ts";
import { validatePath } from "../../src/pki/path/validate_path.ts";
import { ISSUED_AT_MS, VALID_AT } from "../testkit/certificates.ts";

const keyType = "ec-p256";
const ca = await createCa({
  name: "Team CA",
  keyType,
  days: 3650,
  nowMs: ISSUED_AT_MS,
  permitted: ["chat.example", "10.0.0.0/8"].flatMap((text) => parsePermittedName(text) ?? []),
});

function leaf(commonName: string, role: Role, names: readonly string[] = []) {
  const issuer = { ca: ca.certificate, caKey: ca.key, days: 365, nowMs: ISSUED_AT_MS };
  return { ...issuer, commonName, role, names, keyType } as const;
}

async function verdict({ der: leafDer }: Certificate, purpose: Role): Promise<string> {
  const anchorsDer = [ca.certificate.der];
  const result = await validatePath({ leafDer, anchorsDer, at: VALID_AT, purpose });
  return result.kind === "accepted" ? result.kind : result.code;
}

Deno.test("issueLeaf() issues inside of the CA's name constraints what the strict validator accepts", async () => {
  // CN, role, more names; the alternative names that come of it
  const cases: readonly (readonly [string, Role, readonly string[], readonly string[]])[] = [
    ["chat.example", "server", [], ["chat.example", "localhost", "127.0.0.1"]],
    ["10.1.2.3", "server", ["a.chat.example"], [
      "localhost",
      "a.chat.example",
      "10.1.2.3",
      "127.0.0.1",
    ]],
    ["alice", "client", [], []],
    ["alice", "client", ["alice.chat.example"], ["alice.chat.example"]],
    ["alice@chat.example", "client", [], ["alice@chat.example"]],
    ["alice@eu.chat.example", "client", [], ["alice@eu.chat.example"]],
  ];
  for (const [commonName, role, names, expected] of cases) {
    const { certificate } = await issueLeaf(leaf(commonName, role, names));
    const { dnsNames, ipAddresses, emailAddresses } = certificate;
    assert.deepEqual([...dnsNames, ...ipAddresses, ...emailAddresses], expected);
    assert.equal(certificate.commonName, commonName);
    assert.equal(await verdict(certificate, role), "accepted");
  }
});

Deno.test("issueLeaf() refuses names outside of the CA's name constraints", async () => {
  const cases: readonly (readonly [string, Role, readonly string[]])[] = [
    ["evil.example", "server", []],
    ["chat", "server", []],
    ["notchat.example", "server", []],
    ["192.0.2.7", "server", []],
    ["alice.smith", "client", []],
    ["alice@evil.example", "client", []],
    ["a@b@chat.example", "client", []],
    ["alice", "client", ["alice"]],
    ["alice", "client", ["evil.example"]],
    ["alice", "client", ["2001:db8::1"]],
  ];
  for (const [commonName, role, names] of cases) {
    await assert.rejects(
      issueLeaf(leaf(commonName, role, names)),
      { code: "BAD_CERT", message: /in no permitted subtree/ },
      commonName,
    );
  }
});

Deno.test("issueForKey() certifies a key that is there, and never the CA's own", async () => {
  const key = await generatePrivateKey("ed25519");
  const certificate = await issueForKey(leaf("alice", "client"), key.spkiDer);
  assert.equal(certificate.key.spkiDer.toHex(), key.spkiDer.toHex());
  assert.equal(certificate.keyUsage, 1);
  await assert.rejects(issueForKey(leaf("alice", "client"), ca.key.spkiDer), { code: "BAD_CERT" });
});

Deno.test("renewForKey() keeps the subject and the names of the old certificate", async () => {
  const request = leaf("chat.example", "server", ["www.chat.example"]);
  const old = (await issueLeaf(request)).certificate;
  const key = await generatePrivateKey("ec-p256");
  const nowMs = VALID_AT.getTime();
  const certificate = await renewForKey({ ...request, old, nowMs }, key.spkiDer);
  assert.deepEqual(
    [certificate.subject, certificate.dnsNames, certificate.ipAddresses],
    [old.subject, old.dnsNames, old.ipAddresses],
  );
  assert.notEqual(certificate.serial, old.serial);
  assert.equal(certificate.key.spkiDer.toHex(), key.spkiDer.toHex());
  assert.equal(certificate.notAfter.getTime(), nowMs + 365 * 86_400_000);
});

Deno.test("renewForKey() refuses names that the CA may not sign", async () => {
  const free = await createCa({ name: "Free CA", keyType, days: 3650, nowMs: ISSUED_AT_MS });
  const elsewhere = { ca: free.certificate, caKey: free.key };
  const old = (await issueLeaf({ ...leaf("evil.example", "server"), ...elsewhere })).certificate;
  const request = { ...leaf("evil.example", "server"), old };
  await assert.rejects(renewForKey(request, new Uint8Array(old.key.spkiDer)), {
    code: "BAD_CERT",
    message: /name constraints/,
  });
});

Deno.test("validatePath() refuses a server outside of the constraints, whoever holds the CA's key", async () => {
  const key = await generatePrivateKey("rsa-2048");
  const verdictOf = async (commonName: string, names: readonly string[]) => {
    const certificate = await signCertificate({
      subject: nameOf(commonName),
      issuer: subjectNameOf(ca.certificate),
      notBefore: new Date(ISSUED_AT_MS),
      notAfter: ca.certificate.notAfter,
      spkiDer: key.spkiDer,
      signer: ca.key,
      extensions: [
        new ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
        ...alternativeNames(names),
        await AuthorityKeyIdentifierExtension.create(
          new PublicKey(new Uint8Array(ca.certificate.key.spkiDer)),
        ),
      ],
    });
    return await verdict(certificate, "server");
  };
  assert.equal(await verdictOf("chat.example", ["chat.example"]), "accepted");
  // CN, alternative names
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["evil.example", ["evil.example"]],
    ["evil.example", ["localhost"]],
    ["evil.example", []],
    ["chat.example", ["chat.example", "192.0.2.7"]],
  ];
  for (const [commonName, names] of cases) {
    assert.notEqual(await verdictOf(commonName, names), "accepted", `${commonName}: ${names}`);
  }
});
