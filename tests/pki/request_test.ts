import assert from "node:assert/strict";
import "reflect-metadata";
import fc from "fast-check";
import * as x509 from "@peculiar/x509";
import { ChatError } from "../../src/errors.ts";
import { KEY_TYPES } from "../../src/pki/key_type.ts";
import { generatePrivateKey, type PrivateKeyDer } from "../../src/pki/private_key.ts";
import {
  createCertificateRequest,
  parseCertificateRequest,
  parseRequestPem,
  REQUEST_MAX_BYTES,
  requestPem,
} from "../../src/pki/request.ts";

const key = await generatePrivateKey("ed25519");
const der = await createCertificateRequest({
  key,
  commonName: "chat.example",
  role: "server",
  names: ["chat.test", "192.0.2.7", "2001:db8::1"],
});

async function keyPair({ pkcs8Der, spkiDer }: PrivateKeyDer): Promise<CryptoKeyPair> {
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", pkcs8Der, "Ed25519", false, ["sign"]),
    publicKey: await crypto.subtle.importKey("spki", spkiDer, "Ed25519", true, ["verify"]),
  };
}

/** A request of another program: signed well, with what it wants. */
async function foreignRequest(
  wanted: Partial<Parameters<typeof x509.Pkcs10CertificateRequestGenerator.create>[0]>,
): Promise<Uint8Array> {
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ["alice"] }],
    keys: await keyPair(key),
    signingAlgorithm: { name: "Ed25519" },
    ...wanted,
  });
  return new Uint8Array(made.rawData);
}

function codeOf(bytes: Uint8Array): string {
  try {
    parseCertificateRequest(bytes);
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
    return error.code;
  }
}

Deno.test("parseCertificateRequest() reads what createCertificateRequest() makes, for every type of key", async () => {
  for (const type of KEY_TYPES) {
    const own = await generatePrivateKey(type);
    const made = await createCertificateRequest({
      key: own,
      commonName: "bob@chat.example",
      role: "client",
      names: ["bob.example", "10.0.0.1"],
    });
    const request = parseCertificateRequest(made);
    assert.equal(request.commonName, "bob@chat.example");
    assert.deepEqual(request.names, ["bob.example", "10.0.0.1"]);
    assert.deepEqual(request.emailAddresses, ["bob@chat.example"]);
    assert.equal(request.role, "client");
    assert.deepEqual(request.ignored, []);
    assert.equal(request.spkiDer.toHex(), own.spkiDer.toHex());
    assert.deepEqual(parseRequestPem(requestPem(made), "x"), request);
  }
});

Deno.test("parseCertificateRequest() reads names in their one spelling", () => {
  assert.deepEqual(
    parseCertificateRequest(der).names,
    ["chat.example", "chat.test", "192.0.2.7", "2001:db8::1"],
  );
});

Deno.test("parseCertificateRequest() refuses a request with any bit flipped", () => {
  for (let i = 0; i < der.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const bad = Uint8Array.from(der);
      bad[i] = (bad[i] ?? 0) ^ (1 << bit);
      assert.notEqual(codeOf(bad), "accepted", `byte ${i}, bit ${bit}`);
    }
  }
});

Deno.test("parseCertificateRequest() names the proof that a wrong signature is not", () => {
  const bad = Uint8Array.from(der);
  bad[der.length - 1] = (bad[der.length - 1] ?? 0) ^ 1;
  assert.throws(() => parseCertificateRequest(bad), { code: "BAD_CERT", message: /RFC 2986 §4.2/ });
});

Deno.test("parseCertificateRequest() refuses bytes behind a request, a cut one, and a huge one", () => {
  assert.equal(codeOf(new Uint8Array([...der, 0])), "FORMAT");
  assert.equal(codeOf(der.subarray(0, -1)), "FORMAT");
  const huge = new Uint8Array(REQUEST_MAX_BYTES + 1);
  huge.set([0x30, 0x82, 0x3f, 0xfd]);
  assert.throws(() => parseCertificateRequest(huge), {
    code: "FORMAT",
    message: /16385 bytes, expected at most 16384/,
  });
});

Deno.test("parseCertificateRequest() throws nothing but errors of the table, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void codeOf(bytes)));
  const edit = fc.record({
    at: fc.nat(der.length - 1),
    cut: fc.nat(8),
    insert: fc.uint8Array({ maxLength: 8 }),
  });
  fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
    let bytes: readonly number[] = [...der];
    for (const { at, cut, insert } of edits) bytes = bytes.toSpliced(at, cut, ...insert);
    const isSame = bytes.length === der.length && bytes.every((byte, i) => byte === der[i]);
    assert.equal(codeOf(Uint8Array.from(bytes)) === "accepted", isSame);
  }));
});

Deno.test("parseCertificateRequest() lists all that a CA ignores", async () => {
  const bytes = await foreignRequest({
    name: [{ O: ["Evil"] }, { CN: ["alice"] }],
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.2"]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "alice" },
        { type: "url", value: "https://evil.example/" },
      ]),
      new x509.Extension("1.3.6.1.4.1.99999.1", true, new Uint8Array([5, 0])),
    ],
    attributes: [new x509.ChallengePasswordAttribute("hunter2")],
  });
  const request = parseCertificateRequest(bytes);
  assert.deepEqual([request.commonName, request.names, request.role], [
    "alice",
    ["alice"],
    "client",
  ]);
  assert.deepEqual(request.ignored, [
    "subject O=Evil",
    "name URI:https://evil.example/",
    "extKeyUsage 1.3.6.1.5.5.7.3.3",
    "basicConstraints (CA:TRUE)",
    "keyUsage",
    "extension 1.3.6.1.4.1.99999.1",
    "attribute challengePassword",
  ]);
  assert.doesNotMatch(JSON.stringify(request), /hunter2/);
});

Deno.test("parseCertificateRequest() takes no role from a wish for both, or for none", async () => {
  const both = new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  for (const extensions of [[both], []]) {
    assert.equal(parseCertificateRequest(await foreignRequest({ extensions })).role, undefined);
  }
});

Deno.test("parseCertificateRequest() refuses two CNs and names that are not printable", async () => {
  assert.equal(codeOf(await foreignRequest({ name: [{ CN: ["a"] }, { CN: ["b"] }] })), "BAD_CERT");
  assert.equal(codeOf(await foreignRequest({ name: [{ CN: ["a\u001b[2J"] }] })), "FORMAT");
  const names = new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "a\nb" }]);
  assert.equal(codeOf(await foreignRequest({ extensions: [names] })), "FORMAT");
});

Deno.test("parseCertificateRequest() refuses more than 100 names", async () => {
  const many = (count: number) =>
    new x509.SubjectAlternativeNameExtension(
      Array.from({ length: count }, (_, i) => ({ type: "dns" as const, value: `h${i}.example` })),
    );
  assert.equal(codeOf(await foreignRequest({ extensions: [many(100)] })), "accepted");
  assert.equal(codeOf(await foreignRequest({ extensions: [many(101)] })), "FORMAT");
});

Deno.test("parseCertificateRequest() refuses the signature of another key", async () => {
  const own = await keyPair(key);
  const { privateKey } = await keyPair(await generatePrivateKey("ed25519"));
  const bytes = await foreignRequest({ keys: { publicKey: own.publicKey, privateKey } });
  assert.equal(codeOf(bytes), "BAD_CERT");
});

Deno.test("parseRequestPem() names the file and keeps the code", () => {
  const cut = requestPem(der.subarray(0, -1));
  assert.throws(() => parseRequestPem(cut, '"a.pem"'), { code: "FORMAT", message: /in "a\.pem"$/ });
  assert.throws(() => parseRequestPem("hello", '"a.pem"'), { code: "FORMAT" });
});
