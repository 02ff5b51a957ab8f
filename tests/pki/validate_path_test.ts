import assert from "node:assert/strict";
import { isForName } from "../../src/pki/path/host_name.ts";
import { parsePathCertificate } from "../../src/pki/path/certificate_der.ts";
import { type PathRequest, validatePath } from "../../src/pki/path/validate_path.ts";
import { testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { testCrl } from "../testkit/crl.ts";

const ca = await testCa("Path CA");
const stranger = await testCa("Path CA");
const server = await testLeaf({ ca, role: "server", names: ["192.0.2.7"] });
const DAY_MS = 86_400_000;
const MUTATIONS = 400;

function ask(change: Partial<PathRequest> = {}): PathRequest {
  return {
    leafDer: server.certificate.der,
    anchorsDer: [ca.certificate.der],
    at: VALID_AT,
    purpose: "server",
    ...change,
  };
}

async function codeOf(change: Partial<PathRequest>): Promise<string> {
  const result = await validatePath(ask(change));
  return result.kind === "accepted" ? "accepted" : result.code;
}

Deno.test("validatePath() accepts a leaf of a configured CA and returns the path", async () => {
  const result = await validatePath(ask({ name: "server.example" }));
  assert.ok(result.kind === "accepted");
  assert.deepEqual(result.path.map(({ subject }) => subject.text), [
    "CN=server.example",
    "CN=Path CA",
  ]);
  assert.deepEqual(result.warnings, []);
});

Deno.test("validatePath() refuses with the code of the rule that is broken", async () => {
  assert.equal(await codeOf({ name: "other.example" }), "name");
  assert.equal(await codeOf({ name: "192.0.2.7" }), "accepted");
  assert.equal(await codeOf({ name: "192.0.2.8" }), "name");
  assert.equal(await codeOf({ purpose: "client" }), "extended-key-usage");
  assert.equal(await codeOf({ at: new Date("2036-01-01T00:00:00Z") }), "expired");
  assert.equal(await codeOf({ at: new Date("2020-01-01T00:00:00Z") }), "not-yet-valid");
  assert.equal(await codeOf({ anchorsDer: [stranger.certificate.der] }), "signature");
  assert.equal(await codeOf({ anchorsDer: [] }), "no-path");
  assert.equal(await codeOf({ anchorsDer: [new Uint8Array([1])] }), "malformed");
  assert.equal(await codeOf({ leafDer: ca.certificate.der }), "anchor-as-leaf");
  assert.equal(await codeOf({ maxPathCerts: 1 }), "too-long");
});

Deno.test("validatePath() finds the right one of several anchors with one name", async () => {
  const anchorsDer = [stranger.certificate.der, ca.certificate.der];
  assert.equal(await codeOf({ anchorsDer }), "accepted");
});

Deno.test("validatePath() goes by CRLs as it is asked to", async () => {
  const clean = await testCrl({ ca, at: VALID_AT, revoked: [] });
  const revoking = await testCrl({ ca, at: VALID_AT, revoked: [server.certificate.serial] });
  const foreign = await testCrl({ ca: stranger, at: VALID_AT, revoked: [] });
  const required = { revocation: "required" } as const;
  assert.equal(await codeOf({ crlsDer: [clean], ...required }), "accepted");
  assert.equal(await codeOf({ crlsDer: [revoking], ...required }), "revoked");
  assert.equal(await codeOf({ crlsDer: [revoking], revocation: "if-present" }), "revoked");
  assert.equal(await codeOf({ crlsDer: [revoking], revocation: "none" }), "accepted");
  assert.equal(await codeOf({ crlsDer: [foreign], ...required }), "revocation-unknown");
  assert.equal(await codeOf({ ...required }), "revocation-unknown");
});

Deno.test("validatePath() warns of a stale CRL, refuses with it only if one is required", async () => {
  const at = new Date(VALID_AT.getTime() - 60 * DAY_MS);
  const stale = await testCrl({ ca, at, revoked: [] });
  const staleRevoking = await testCrl({ ca, at, revoked: [server.certificate.serial] });
  const result = await validatePath(ask({ crlsDer: [stale], revocation: "if-present" }));
  assert.ok(result.kind === "accepted");
  assert.match(result.warnings.join(), /was not checked/);
  assert.equal(await codeOf({ crlsDer: [stale], revocation: "required" }), "crl-stale");
  assert.equal(await codeOf({ crlsDer: [staleRevoking], revocation: "if-present" }), "revoked");
});

Deno.test("validatePath() judges a past time by a later CRL when it is told the CRL's time", async () => {
  const crlsAt = new Date(VALID_AT.getTime() + 60 * DAY_MS);
  const crl = await testCrl({ ca, at: crlsAt, revoked: [server.certificate.serial] });
  const past = { crlsDer: [crl], revocation: "required", crlsAt } as const;
  assert.equal(await codeOf(past), "accepted");
  assert.equal(await codeOf({ ...past, at: crlsAt }), "revoked");
});

Deno.test("validatePath() accepts no certificate with a changed byte", async () => {
  const { der } = server.certificate;
  const seed = Math.trunc(Math.random() * 2 ** 31);
  let state = seed;
  for (let i = 0; i < MUTATIONS; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const changed = new Uint8Array(der);
    const index = (state >> 8) % der.length;
    changed[index] = (changed[index] ?? 0) ^ (1 << (state & 7));
    assert.notEqual(await codeOf({ leafDer: changed }), "accepted", `seed ${seed}`);
    await validatePath(ask({ anchorsDer: [changed], leafDer: der }));
    await validatePath(ask({ crlsDer: [changed], revocation: "if-present" }));
  }
});

Deno.test("isForName() takes a wildcard for one whole label", async () => {
  const leaf = await testLeaf({ ca, role: "server", commonName: "*.chat.example" });
  const certificate = parsePathCertificate(leaf.certificate.der);
  assert.equal(isForName(certificate, "a.chat.example", true), true);
  assert.equal(isForName(certificate, "A.CHAT.EXAMPLE", true), true);
  for (const name of ["chat.example", "a.b.chat.example", ".chat.example", "*.chat.example"]) {
    assert.equal(isForName(certificate, name, true), false, name);
  }
});
