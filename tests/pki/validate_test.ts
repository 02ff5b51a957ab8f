import { trustIn } from "../../src/pki/trust.ts";
import assert from "node:assert/strict";
import type { Certificate } from "../../src/pki/certificate.ts";
import { parseCrl } from "../../src/pki/path/crl.ts";
import { testCrl } from "../testkit/crl.ts";
import { badCertificate, findFault, type ValidationPolicy } from "../../src/pki/validate.ts";
import { ISSUED_AT_MS, testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { originalCertificate, RECORDED_AT } from "../testkit/original.ts";

const ca = await testCa("Test CA");
const otherCa = await testCa("Test CA");
const server =
  (await testLeaf({ ca, role: "server", names: ["chat.test", "10.0.0.1"] })).certificate;
const client = (await testLeaf({ ca, role: "client", commonName: "alice" })).certificate;
const bob = (await testLeaf({ ca, role: "client", commonName: "bob" })).certificate;
const stranger = (await testLeaf({ ca: otherCa, role: "client" })).certificate;

const policy = { trust: trustIn(ca.certificate), role: "client", at: VALID_AT } as const;

async function reasonOf(
  leaf: Certificate,
  change: Partial<ValidationPolicy> = {},
): Promise<string> {
  return (await findFault(leaf, { ...policy, ...change }))?.reason ?? "accepted";
}

Deno.test("findFault() accepts a certificate of the CA for its role within its life", async () => {
  assert.equal(await reasonOf(client), "accepted");
  assert.equal(await reasonOf(server, { role: "server" }), "accepted");
  const original = { trust: trustIn(originalCertificate("ca")), at: RECORDED_AT };
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
  assert.equal(await reasonOf(client, { trust: trustIn(client) }), "untrusted");
  assert.equal(await reasonOf(client, { trust: trustIn(server) }), "untrusted");
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

Deno.test("badCertificate() makes BAD_CERT whose text has no control characters", async () => {
  const odd = (await testLeaf({ ca, role: "client", commonName: "a\x1b[2J" })).certificate;
  const fault = await findFault(odd, { ...policy, name: "b\x07" });
  assert.ok(fault);
  const { code, message } = badCertificate(odd, fault);
  assert.equal(code, "BAD_CERT");
  // deno-lint-ignore no-control-regex -- control characters are what this looks for
  assert.doesNotMatch(message, /[\x00-\x1f]/);
});

Deno.test("findFault() refuses what a list revokes, and without a list only where one is required", async () => {
  const crl = parseCrl(await testCrl({ ca, at: VALID_AT, revoked: [client.serial] }));
  const stale = new Date(VALID_AT.getTime() + 30 * 86_400_000);
  // lists, required, time, certificate, outcome
  const cases = [
    [[crl], false, VALID_AT, client, "revoked"],
    [[crl], true, VALID_AT, client, "revoked"],
    [[crl], true, VALID_AT, bob, "accepted"],
    [[crl], false, stale, bob, "accepted"],
    [[crl], true, stale, bob, "no_status"],
    [[crl], false, stale, client, "revoked"],
    [[], false, VALID_AT, client, "accepted"],
    [[], true, VALID_AT, client, "no_status"],
  ] as const;
  for (const [crls, crlRequired, at, leaf, outcome] of cases) {
    const trust = { anchors: [ca.certificate], crls, crlRequired };
    assert.equal(await reasonOf(leaf, { trust, at }), outcome);
  }
});

Deno.test("findFault() accepts who is signed by any of several CAs", async () => {
  const trust = trustIn(ca.certificate, otherCa.certificate);
  assert.equal(await reasonOf(client, { trust }), "accepted");
  assert.equal(await reasonOf(stranger, { trust }), "accepted");
});
