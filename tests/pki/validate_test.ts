import assert from "node:assert/strict";
import type { Certificate } from "../../src/pki/certificate.ts";
import { findFault, validateCertificate, type ValidationPolicy } from "../../src/pki/validate.ts";
import { ISSUED_AT_MS, testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { originalCertificate, RECORDED_AT } from "../testkit/original.ts";

const ca = await testCa("Test CA");
const otherCa = await testCa("Test CA");
const server =
  (await testLeaf({ ca, role: "server", names: ["chat.test", "10.0.0.1"] })).certificate;
const client = (await testLeaf({ ca, role: "client", commonName: "alice" })).certificate;
const stranger = (await testLeaf({ ca: otherCa, role: "client" })).certificate;

const policy = { ca: ca.certificate, role: "client", at: VALID_AT } as const;

async function reasonOf(
  leaf: Certificate,
  change: Partial<ValidationPolicy> = {},
): Promise<string> {
  return (await findFault(leaf, { ...policy, ...change }))?.reason ?? "accepted";
}

Deno.test("findFault() accepts a certificate of the CA for its role within its life", async () => {
  assert.equal(await reasonOf(client), "accepted");
  assert.equal(await reasonOf(server, { role: "server" }), "accepted");
  const original = { ca: originalCertificate("ca"), at: RECORDED_AT };
  assert.equal(await reasonOf(originalCertificate("client"), original), "accepted");
  const role = "server";
  assert.equal(await reasonOf(originalCertificate("server"), { ...original, role }), "accepted");
});

Deno.test("findFault() refuses certificates of another CA, of itself, and the CA's own", async () => {
  assert.equal(await reasonOf(stranger), "untrusted");
  assert.equal(await reasonOf(otherCa.certificate), "untrusted");
  assert.equal(await reasonOf(ca.certificate), "is_ca");
  assert.equal(await reasonOf(originalCertificate("expired")), "untrusted");
});

Deno.test("findFault() trusts no anchor that is not a CA", async () => {
  assert.equal(await reasonOf(client, { ca: client }), "untrusted");
  assert.equal(await reasonOf(client, { ca: server }), "untrusted");
});

Deno.test("findFault() keeps to the second before, within and after the life", async () => {
  const { notBefore, notAfter } = client;
  assert.equal(await reasonOf(client, { at: new Date(notBefore.getTime() - 1) }), "not_yet_valid");
  assert.equal(await reasonOf(client, { at: notBefore }), "accepted");
  assert.equal(await reasonOf(client, { at: notAfter }), "accepted");
  assert.equal(await reasonOf(client, { at: new Date(notAfter.getTime() + 1) }), "expired");
});

Deno.test("findFault() refuses every leaf of a CA that has ended", async () => {
  const end = new Date(ISSUED_AT_MS + 3650 * 86_400_000);
  const nowMs = end.getTime() - 86_400_000;
  const late = (await testLeaf({ ca, role: "client", days: 1, nowMs })).certificate;
  assert.equal(await reasonOf(late, { at: end }), "accepted");
  assert.equal(await reasonOf(late, { at: new Date(end.getTime() + 1) }), "expired");
});

Deno.test("findFault() refuses a client's certificate as a server's and the reverse", async () => {
  assert.equal(await reasonOf(client, { role: "server" }), "wrong_role");
  assert.equal(await reasonOf(server, { role: "client" }), "wrong_role");
});

Deno.test("findFault() compares names without letter case, addresses with addresses", async () => {
  // name asked for, outcome
  const cases: readonly (readonly [string, string])[] = [
    ["server.example", "accepted"],
    ["CHAT.test", "accepted"],
    ["localhost", "accepted"],
    ["127.0.0.1", "accepted"],
    ["10.0.0.1", "accepted"],
    ["10.0.0.2", "wrong_name"],
    ["chat.test.evil", "wrong_name"],
    ["evil", "wrong_name"],
    ["", "wrong_name"],
  ];
  for (const [name, outcome] of cases) {
    assert.equal(await reasonOf(server, { role: "server", name }), outcome, name);
  }
});

Deno.test("validateCertificate() throws BAD_CERT whose text has no control characters", async () => {
  const odd = (await testLeaf({ ca, role: "client", commonName: "a\x1b[2J" })).certificate;
  const check = validateCertificate(odd, { ...policy, name: "b\x07" });
  await assert.rejects(check, (error: Error & { code?: string }) => {
    assert.equal(error.code, "BAD_CERT");
    // deno-lint-ignore no-control-regex -- control characters are what this looks for
    assert.doesNotMatch(error.message, /[\x00-\x1f]/);
    return true;
  });
});
