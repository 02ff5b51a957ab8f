import assert from "node:assert/strict";
import { readRevocationLists } from "../../src/pki/revocation_lists.ts";
import type { Issued } from "../../src/pki/issue.ts";
import { ISSUED_AT_MS, testCa, testLeaf } from "../testkit/certificates.ts";
import { ownCrl, testCrl } from "../testkit/crl.ts";

const DAY_MS = 86_400_000;
const NOW_MS = ISSUED_AT_MS + 10 * DAY_MS + 456;

Deno.test("readRevocationLists() refuses a list that no configured CA signed, and what is no list", async () => {
  const [ca, twin] = [await testCa("Team CA"), await testCa("Team CA")];
  const { der } = await ownCrl({ ca: twin, atMs: NOW_MS });
  const sources = [{ der, source: "x.pem" }];
  assert.throws(() => readRevocationLists(sources, [ca.certificate]), { code: "BAD_CERT" });
  assert.equal(readRevocationLists(sources, [ca.certificate, twin.certificate])?.lists.length, 1);
  assert.equal(readRevocationLists([], [ca.certificate]), undefined);
  const cut = { der: der.subarray(0, -1), source: "x.pem" };
  assert.throws(() => readRevocationLists([cut], [twin.certificate]), { code: "FORMAT" });
  const forged = der.slice();
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.throws(() => readRevocationLists([{ der: forged, source: "" }], [twin.certificate]), {
    code: "BAD_CERT",
  });
});

Deno.test("readRevocationLists() refuses a list of a CA whose certificate lacks cRLSign", async () => {
  const ca = await testCa("Team CA");
  const crl = await testCrl({ ca, at: new Date(NOW_MS), revoked: [] });
  const leaf = await testLeaf({ ca, role: "client", commonName: "Team CA" });
  // A leaf with the CA's name signs a list: the name and the signature are right, the use is not.
  const byLeaf = await testCrl({ ca: leaf, at: new Date(NOW_MS), revoked: [] });
  assert.equal(leaf.certificate.subject, "CN=Team CA");
  const read = (der: Uint8Array, anchor: Issued) =>
    readRevocationLists([{ der, source: "x.pem" }], [anchor.certificate]);
  assert.equal(read(crl, ca)?.lists.length, 1);
  assert.throws(() => read(byLeaf, leaf), { code: "BAD_CERT" });
});

Deno.test("readRevocationLists() takes the earliest entry of several lists", async () => {
  const ca = await testCa("Team CA");
  const leaf = await testLeaf({ ca, role: "client" });
  const at = (ms: number) => testCrl({ ca, at: new Date(ms), revoked: [leaf.certificate.serial] });
  const ders = [await at(NOW_MS + DAY_MS), await at(NOW_MS)];
  const revocations = readRevocationLists(ders.map((der) => ({ der, source: "" })), [
    ca.certificate,
  ]);
  assert.equal(
    revocations?.of(leaf.certificate)?.revokedMs,
    Math.floor((NOW_MS - DAY_MS) / 1000) * 1000,
  );
  assert.equal(revocations?.of(ca.certificate), undefined);
});

Deno.test("readRevocationLists() refuses a list that a CA's key signed under another name", async () => {
  const [ca, other] = [await testCa("Team CA"), await testCa("Other CA")];
  const posing = { certificate: other.certificate, key: ca.key };
  const der = await testCrl({ ca: posing, at: new Date(NOW_MS), revoked: [] });
  const sources = [{ der, source: "x.pem" }];
  assert.throws(() => readRevocationLists(sources, [ca.certificate]), { code: "BAD_CERT" });
});

Deno.test("readRevocationLists() refuses a list that is about a part, or has what nobody here knows", async () => {
  const ca = await testCa("Team CA");
  // what it is, its OID, its value
  const cases: readonly (readonly [string, string, string])[] = [
    ["a delta list", "2.5.29.27", "020101"],
    ["of users alone", "2.5.29.28", "30038101ff"],
    ["unknown and critical", "1.2.3.4", "0500"],
  ];
  for (const [what, oid, value] of cases) {
    const der = await testCrl({
      ...{ ca, at: new Date(NOW_MS), revoked: [] },
      extension: [oid, value],
    });
    const read = () => readRevocationLists([{ der, source: "x.pem" }], [ca.certificate]);
    assert.throws(read, { code: "FORMAT" }, what);
  }
});

Deno.test("readRevocationLists() does not take removeFromCRL for a revocation", async () => {
  const ca = await testCa("Team CA");
  const { certificate } = await testLeaf({ ca, role: "client" });
  const of = async (reason: number) => {
    const der = await testCrl({ ca, at: new Date(NOW_MS), revoked: [certificate.serial], reason });
    return readRevocationLists([{ der, source: "" }], [ca.certificate])?.of(certificate)?.reason;
  };
  assert.equal(await of(8), undefined);
  assert.equal(await of(6), "certificate-hold");
});

Deno.test("readRevocationLists() finds nothing about a certificate that strict reading refuses", async () => {
  const ca = await testCa("Team CA");
  const { certificate } = await testLeaf({ ca, role: "client" });
  const der = await testCrl({ ca, at: new Date(NOW_MS), revoked: [certificate.serial] });
  const lists = readRevocationLists([{ der, source: "" }], [ca.certificate]);
  const broken = { ...certificate, der: certificate.der.subarray(0, -1) };
  assert.ok(lists?.of(certificate));
  assert.equal(lists?.of(broken), undefined);
  assert.equal(lists?.newestFor(broken), undefined);
});
