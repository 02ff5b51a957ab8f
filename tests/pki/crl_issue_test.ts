import assert from "node:assert/strict";
import { crlBookLines, type CrlRequest, issueCrl } from "../../src/pki/crl_issue.ts";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import { issuedCertificates } from "../../src/pki/issued.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import {
  type LedgerDeed,
  ledgerEvent,
  type LedgerLine,
  signLedgerLine,
} from "../../src/pki/ledger.ts";
import { parsePathCertificate } from "../../src/pki/path/certificate_der.ts";
import { crlEntryKey, parseCrl } from "../../src/pki/path/crl.ts";
import { validatePath } from "../../src/pki/path/validate_path.ts";
import { REVOCATION_REASONS } from "../../src/pki/revocation_reason.ts";
import { readRevocations } from "../../src/pki/revocations.ts";
import { ISSUED_AT_MS, testCa, testLeaf } from "../testkit/certificates.ts";

const DAY_MS = 86_400_000;
const NOW_MS = ISSUED_AT_MS + 10 * DAY_MS + 456;
const KEY_TYPES: readonly KeyType[] = ["rsa-2048", "ec-p256", "ed25519"];

/** Books with a line for each deed. */
function booksOf(
  ca: Issued,
  deeds: readonly (Omit<LedgerDeed, "role"> & { readonly leaf: Issued })[],
): readonly LedgerLine[] {
  const begun = ledgerEvent(ca.certificate, { kind: "begun", role: "ca", nowMs: ISSUED_AT_MS });
  const lines = [signLedgerLine(begun, { last: undefined, key: ca.key })];
  for (const { leaf, ...deed } of deeds) {
    const event = ledgerEvent(leaf.certificate, { role: "client", ...deed });
    lines.push(signLedgerLine(event, { last: lines.at(-1), key: ca.key }));
  }
  return lines;
}

function requestOf(ca: Issued, lines: readonly LedgerLine[]): CrlRequest {
  return { ca: ca.certificate, caKey: ca.key, lines, days: 30, nowMs: NOW_MS };
}

for (const keyType of KEY_TYPES) {
  Deno.test(`issueCrl() makes a list that strict reading accepts, signed with ${keyType}`, async () => {
    const ca = await createCa({ name: "Team CA", keyType, days: 3650, nowMs: ISSUED_AT_MS });
    const leaf = await testLeaf({ ca, role: "client", commonName: "alice" });
    const spared = await testLeaf({ ca, role: "client", commonName: "bob" });
    const lines = booksOf(ca, [
      { kind: "issued", nowMs: ISSUED_AT_MS, leaf },
      { kind: "issued", nowMs: ISSUED_AT_MS, leaf: spared },
      { kind: "revoked", nowMs: NOW_MS, note: "key-compromise", leaf },
    ]);
    const made = await issueCrl(requestOf(ca, lines));
    const [crl] = readRevocations([made.der], { anchors: [ca.certificate], source: "x" }).crls;
    assert.ok(crl);
    assert.equal(crl.flaw, undefined);
    assert.equal(crl.thisUpdateMs, NOW_MS - 456);
    assert.equal(crl.nextUpdateMs, NOW_MS - 456 + 30 * DAY_MS);
    const { serial, issuer } = parsePathCertificate(leaf.certificate.der);
    assert.deepEqual([...crl.entries], [
      [crlEntryKey(issuer, serial), { revokedMs: NOW_MS - 456, reason: 1 }],
    ]);
    const judge = (leafDer: Uint8Array) =>
      validatePath({
        leafDer,
        anchorsDer: [ca.certificate.der],
        at: new Date(NOW_MS),
        purpose: "client",
        crlsDer: [made.der],
        revocation: "required",
      });
    const [refused, accepted] = [
      await judge(leaf.certificate.der),
      await judge(spared.certificate.der),
    ];
    assert.equal(refused.kind === "rejected" && refused.code, "revoked");
    assert.equal(accepted.kind, "accepted");
  });
}

Deno.test("issueCrl() names the issuer byte for byte as the CA's certificate does, and its key", async () => {
  const ca = await testCa("Tëam CA, \\ +");
  const { issuer, authorityKeyId } = parseCrl((await issueCrl(requestOf(ca, booksOf(ca, [])))).der);
  const { subject, subjectKeyId } = parsePathCertificate(ca.certificate.der);
  assert.deepEqual(issuer.der, subject.der);
  assert.ok(subjectKeyId);
  assert.equal(authorityKeyId, subjectKeyId);
});

Deno.test("issueCrl() makes a list of nothing from books without a revocation", async () => {
  const ca = await testCa("Team CA");
  const made = await issueCrl(requestOf(ca, booksOf(ca, [])));
  assert.equal(made.entries, 0);
  assert.equal(parseCrl(made.der).entries.size, 0);
  assert.match(made.pem, /^-----BEGIN X509 CRL-----\n/);
});

Deno.test("issueCrl() writes each reason, and every entry has one", async () => {
  const ca = await testCa("Team CA");
  const names = [...Object.keys(REVOCATION_REASONS), "of a later version"];
  const leaves = await Promise.all(names.map(() => testLeaf({ ca, role: "client" })));
  const lines = booksOf(
    ca,
    leaves.map((leaf, i) => ({ kind: "revoked", nowMs: NOW_MS, note: names[i] ?? "", leaf })),
  );
  const { der } = await issueCrl(requestOf(ca, lines));
  const reasons = [...parseCrl(der).entries.values()].map(({ reason }) => reason);
  assert.deepEqual(reasons, [1, 3, 4, 5, 9, 0, 0]);
  // cRLReason, OCTET STRING, ENUMERATED: one for each entry, unspecified too.
  assert.equal(der.toHex().split("0603551d1504030a01").length - 1, names.length);
});

Deno.test("issueCrl() keeps what has expired, and counts the first of two revocations", async () => {
  const ca = await testCa("Team CA");
  const leaf = await testLeaf({ ca, role: "client", days: 1 });
  const lines = booksOf(ca, [
    { kind: "issued", nowMs: ISSUED_AT_MS, leaf },
    { kind: "revoked", nowMs: ISSUED_AT_MS + 5000, note: "superseded", leaf },
    { kind: "revoked", nowMs: ISSUED_AT_MS + 9000, note: "key-compromise", leaf },
  ]);
  const { der } = await issueCrl(requestOf(ca, lines));
  assert.deepEqual([...parseCrl(der).entries.values()], [
    { revokedMs: ISSUED_AT_MS + 5000, reason: 4 },
  ]);
  const [listed] = issuedCertificates(lines, NOW_MS);
  assert.equal(listed?.revoked?.reason, "superseded");
});

Deno.test("issueCrl() numbers lists so that a later one, or one of longer books, has a greater number", async () => {
  const ca = await testCa("Team CA");
  const leaf = await testLeaf({ ca, role: "client" });
  const short = booksOf(ca, []);
  const long = booksOf(ca, [{ kind: "issued", nowMs: NOW_MS, leaf }]);
  const numberOf = async (request: Partial<CrlRequest>) =>
    parseCrl((await issueCrl({ ...requestOf(ca, short), ...request })).der).number;
  const first = await numberOf({});
  assert.ok(await numberOf({ nowMs: NOW_MS + 1000 }) > first);
  assert.ok(await numberOf({ lines: long, nowMs: NOW_MS - DAY_MS }) > first);
  assert.equal(await numberOf({ nowMs: NOW_MS - DAY_MS, above: first }), first + 1n);
  assert.equal(crlBookLines(first), 1n);
});

Deno.test("issueCrl() writes times after 2049 as GeneralizedTime", async () => {
  const ca = await testCa("Team CA");
  const nowMs = Date.parse("2049-12-20T00:00:00Z");
  const { der } = await issueCrl({ ...requestOf(ca, booksOf(ca, [])), nowMs });
  assert.equal(parseCrl(der).nextUpdateMs, nowMs + 30 * DAY_MS);
});

Deno.test("issueCrl() refuses a key of another CA, and a certificate that may not sign lists", async () => {
  const [ca, other] = [await testCa("Team CA"), await testCa("Other CA")];
  const request = requestOf(ca, booksOf(ca, []));
  await assert.rejects(issueCrl({ ...request, caKey: other.key }), { code: "FORMAT" });
  const leaf = await issueLeaf({
    ca: ca.certificate,
    caKey: ca.key,
    commonName: "x",
    role: "server",
    names: [],
    days: 1,
    nowMs: ISSUED_AT_MS,
  });
  await assert.rejects(issueCrl({ ...request, ca: leaf.certificate, caKey: leaf.key }), {
    code: "BAD_CERT",
  });
});
