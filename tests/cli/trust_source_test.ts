import assert from "node:assert/strict";
import { type TrustFiles, TrustSource } from "../../src/cli/trust_source.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { encodePem } from "../../src/pki/pem.ts";
import { ISSUED_AT_MS, testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { type TestCrl, testCrl } from "../testkit/crl.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const DAY_MS = 86_400_000;

const ca = await testCa("Test CA");
const stranger = await testCa("Test CA");
const alice = (await testLeaf({ ca, role: "client", commonName: "alice" })).certificate;
const bob = (await testLeaf({ ca, role: "client", commonName: "bob" })).certificate;

function filesOf(folder: string, change: Partial<TrustFiles> = {}): TrustFiles {
  const crl = `${folder}/ca-crl.pem`;
  return { ca: `${folder}/ca.pem`, crl, isCrlNamed: false, crlRequired: false, ...change };
}

async function writeCa(folder: string, more = ""): Promise<void> {
  await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem(ca.certificate) + more);
}

/** As a CA does it: the new list takes the old one's place in one step. */
async function writeCrl(folder: string, crl: Partial<TestCrl>): Promise<void> {
  const der = await testCrl({ ca, at: VALID_AT, revoked: [], ...crl });
  await Deno.writeTextFile(`${folder}/new.pem`, encodePem("X509 CRL", der));
  await Deno.rename(`${folder}/new.pem`, `${folder}/ca-crl.pem`);
}

Deno.test("TrustSource trusts every CA of the file, and does without a list that nobody named", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder, certificatePem(stranger.certificate));
    const { trust } = await TrustSource.load(filesOf(folder));
    const known = trust.anchors.map(({ fingerprint }) => fingerprint);
    assert.deepEqual(known, [ca.certificate.fingerprint, stranger.certificate.fingerprint]);
    assert.deepEqual(trust.crls, []);
  }));

Deno.test("TrustSource refuses to do without a list that is named or required", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder);
    for (const change of [{ isCrlNamed: true }, { crlRequired: true }]) {
      await assert.rejects(TrustSource.load(filesOf(folder, change)), { code: "NO_INPUT" });
    }
  }));

Deno.test("TrustSource finds who is revoked, and reads a list that has changed", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder);
    await writeCrl(folder, { revoked: [alice.serial] });
    const source = await TrustSource.load(filesOf(folder));
    assert.equal(source.revocationOf(alice)?.revokedMs, VALID_AT.getTime() - DAY_MS);
    assert.equal(source.revocationOf(bob), undefined);
    assert.equal(await source.refresh(), false);
    await writeCrl(folder, { revoked: [alice.serial, bob.serial], number: 2 });
    assert.equal(await source.refresh(), true);
    assert.ok(source.revocationOf(bob));
    assert.equal(source.trust.crls.length, 1);
    assert.match(source.describe(VALID_AT.getTime()), /^list 2 of 2026-06-01, 2 revoked/);
  }));

Deno.test("TrustSource keeps the last good list when the file is bad, old, a stranger's, or gone", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder);
    await writeCrl(folder, { revoked: [alice.serial], number: 5 });
    const source = await TrustSource.load(filesOf(folder));
    await writeCrl(folder, { number: 4 });
    await assert.rejects(source.refresh(), { code: "REVOKED" });
    await writeCrl(folder, { ca: stranger, number: 6 });
    await assert.rejects(source.refresh(), { code: "BAD_CERT" });
    await Deno.writeTextFile(`${folder}/ca-crl.pem`, "no list");
    await assert.rejects(source.refresh(), { code: "FORMAT" });
    await Deno.remove(`${folder}/ca-crl.pem`);
    await assert.rejects(source.refresh(), { code: "NO_INPUT" });
    assert.equal(await source.refresh(), false); // each is told once
    assert.ok(source.revocationOf(alice));
  }));

Deno.test("TrustSource refuses to start with a list that no CA signed", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder);
    await writeCrl(folder, { ca: stranger });
    await assert.rejects(TrustSource.load(filesOf(folder)), { code: "BAD_CERT" });
  }));

Deno.test("TrustSource.watch() tells of a new list within a second, and once of one that is overdue", () =>
  inTempFolder(async (folder) => {
    await writeCa(folder);
    const source = await TrustSource.load(filesOf(folder));
    let nowMs = ISSUED_AT_MS;
    const problems: string[] = [];
    const changed = Promise.withResolvers<void>();
    using _watch = source.watch({
      now: () => nowMs,
      onChange: () => changed.resolve(),
      onProblem: ({ message }) => problems.push(message),
    });
    const sinceMs = performance.now();
    await writeCrl(folder, { revoked: [alice.serial] });
    await changed.promise;
    assert.ok(performance.now() - sinceMs < 1_000);
    nowMs = VALID_AT.getTime() + 8 * DAY_MS;
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /was to be renewed 2026-06-08/);
    assert.match(source.describe(nowMs), /STALE/);
  }));
