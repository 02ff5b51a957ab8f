import assert from "node:assert/strict";
import { certificatePem, parseCertificatePem } from "../../src/pki/certificate.ts";
import { leafAccountOf } from "../../src/pki/leaf_account.ts";
import { testCa, testLeaf } from "../testkit/certificates.ts";
import { opensslLeaf } from "../testkit/openssl_leaf.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

Deno.test("leafAccountOf() tells key, CN, and no addresses where there are none", async () => {
  const ca = await testCa("CA");
  const { certificate, key } = await testLeaf({ ca, role: "client", commonName: "alice" });
  const digest = await crypto.subtle.digest("SHA-256", key.spkiDer);
  assert.deepEqual(leafAccountOf(certificate), {
    keyHash: new Uint8Array(digest).toHex(),
    commonName: "alice",
    emails: [],
  });
});

needs("openssl", "leafAccountOf() hashes the key as openssl writes it", async () => {
  const ca = await testCa("CA");
  const { certificate } = await testLeaf({ ca, role: "client", commonName: "alice" });
  await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/leaf.pem`, certificatePem(certificate));
    const script = `openssl x509 -in ${folder}/leaf.pem -pubkey -noout |
      openssl pkey -pubin -outform der | openssl dgst -sha256 -r`;
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
    const hash = new TextDecoder().decode(stdout).slice(0, 64);
    assert.equal(leafAccountOf(certificate).keyHash, hash);
  });
});

needs("openssl", "leafAccountOf() tells every rfc822Name", async () => {
  await inTempFolder(async (folder) => {
    const names = "email:alice@example.org,DNS:alice,email:a@x";
    const pem = await opensslLeaf(folder, { subject: "/CN=alice", names });
    const leaf = parseCertificatePem(pem, "leaf");
    assert.deepEqual(leafAccountOf(leaf).emails, ["alice@example.org", "a@x"]);
  });
});

needs("openssl", "leafAccountOf() throws BAD_CERT without exactly one usable CN", async () => {
  await inTempFolder(async (folder) => {
    for (const subject of ["/O=team", "/CN=alice/CN=bob", "/CN=caf\u00e9"]) {
      const pem = await opensslLeaf(folder, { subject, names: "DNS:alice" });
      const leaf = parseCertificatePem(pem, "leaf");
      assert.throws(() => leafAccountOf(leaf), { code: "BAD_CERT" }, subject);
    }
  });
});
