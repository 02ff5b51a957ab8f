import { trustIn } from "../../src/pki/trust.ts";
import assert from "node:assert/strict";
import { certificatePem } from "../../src/pki/certificate.ts";
import { parseIdentity } from "../../src/pki/identity.ts";
import { createCa, issueLeaf } from "../../src/pki/issue.ts";
import { KEY_TYPES, keyText } from "../../src/pki/key_type.ts";
import { ledgerEvent, signLedgerLine } from "../../src/pki/ledger.ts";
import { checkLedger } from "../../src/pki/ledger_check.ts";
import {
  encodePrivateKey,
  generatePrivateKey,
  parsePrivateKey,
} from "../../src/pki/private_key.ts";
import { findFault } from "../../src/pki/validate.ts";
import { ISSUED_AT_MS, VALID_AT } from "../testkit/certificates.ts";

const TEXTS = ["RSA 2048 bits", "RSA 3072 bits", "RSA 4096 bits", "EC P-256", "Ed25519"];
const QUICK = ["rsa-2048", "ec-p256", "ed25519"] as const;

const cas = await Promise.all(
  QUICK.map((keyType) => createCa({ name: keyType, keyType, days: 3650, nowMs: ISSUED_AT_MS })),
);

Deno.test("generatePrivateKey() makes each kind of key, and parsePrivateKey() reads it", async () => {
  for (const type of KEY_TYPES) {
    const key = await generatePrivateKey(type);
    assert.deepEqual(parsePrivateKey(encodePrivateKey(key), "x"), key);
    assert.equal(key.kind, type.startsWith("rsa-") ? "rsa" : type);
  }
});

Deno.test("createCa() makes a CA with each kind of key, which signs itself", async () => {
  for (const [index, keyType] of KEY_TYPES.entries()) {
    const { certificate } = await createCa({ name: "x", keyType, days: 1, nowMs: ISSUED_AT_MS });
    assert.equal(keyText(certificate), TEXTS[index]);
    assert.equal(await certificate.signedBy(certificate), true);
  }
});

Deno.test("issueLeaf() signs each kind of key with each, and protocol 1 accepts RSA alone", async () => {
  for (const ca of cas) {
    for (const keyType of QUICK) {
      const { certificate } = await issueLeaf({
        ...{ ca: ca.certificate, caKey: ca.key, commonName: "a", role: "client", names: [] },
        ...{ days: 365, nowMs: ISSUED_AT_MS, keyType },
      });
      assert.equal(await certificate.signedBy(ca.certificate), true);
      assert.equal(certificate.keyUsage, keyType === "rsa-2048" ? 1 | 1 << 2 : 1);
      const fault = await findFault(certificate, {
        ...{ trust: trustIn(ca.certificate), role: "client", at: VALID_AT, keyKind: "rsa" },
      });
      assert.equal(fault?.reason, keyType === "rsa-2048" ? undefined : "weak_key");
    }
  }
});

Deno.test("parseIdentity() rejects a key that is not RSA with BAD_CERT", async () => {
  const [, ca] = cas;
  assert.ok(ca);
  const files = { certificatePem: certificatePem(ca.certificate), certificateSource: "a" };
  await assert.rejects(
    parseIdentity({ ...files, keyPem: encodePrivateKey(ca.key), keySource: "b" }),
    { code: "BAD_CERT" },
  );
});

Deno.test("checkLedger() accepts the lines of a CA with each kind of key, and no other's", () => {
  for (const ca of cas) {
    const event = ledgerEvent(ca.certificate, { kind: "begun", role: "ca", nowMs: 0 });
    for (const signer of cas) {
      const { text } = signLedgerLine(event, { last: undefined, key: signer.key });
      const { fault } = checkLedger([text], { ca: ca.certificate });
      assert.equal(fault === undefined, signer === ca);
    }
  }
});
