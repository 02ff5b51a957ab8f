import assert from "node:assert/strict";
import {
  decodeReceipt,
  encodeReceipt,
  messageDigest,
  signMessage,
  signReceipt,
  verifyMessage,
  verifyReceipt,
} from "../../../src/protocol/v1/evidence.ts";
import { parseMessage } from "../../../src/protocol/v1/messages.ts";
import { testIdentity } from "../../testkit/chat_world.ts";
import { bodyOf } from "../../testkit/machines.ts";

const MESSAGE = { seqno: 7, ts: 1_763_277_890_123, ct: "AAECAwQFBgcICQoLDA0ODw==" };
const SUMMARY = { firstSeq: 1, lastSeq: 7, transcriptSha256: "ab".repeat(32) };

Deno.test("messageDigest() tells every boundary between the members apart", () => {
  const digests = [
    MESSAGE,
    { ...MESSAGE, seqno: 71 },
    { ...MESSAGE, ts: 763_277_890_123 },
    { ...MESSAGE, ct: "AAECAwQFBgcICQoLDA0ODg==" },
  ].map((message) => messageDigest(message).toHex());
  assert.equal(new Set(digests).size, digests.length);
});

Deno.test("verifyMessage() accepts its author's signature and nobody else's", async () => {
  const author = await testIdentity("client", "client");
  const other = await testIdentity("other", "client");
  const sig = await signMessage(author.signingKey, MESSAGE);
  const key = author.certificate.key;
  assert.equal(verifyMessage(key, { ...MESSAGE, sig }), true);
  assert.equal(verifyMessage(other.certificate.key, { ...MESSAGE, sig }), false);
  assert.equal(verifyMessage(key, { ...MESSAGE, seqno: 8, sig }), false);
  assert.equal(verifyMessage(key, { ...MESSAGE, sig: "AA==" }), false);
  assert.throws(() => verifyMessage(key, { ...MESSAGE, sig: "AB==" }), { code: "FORMAT" });
});

Deno.test("verifyReceipt() accepts its signer's signature over the hash alone", async () => {
  const signer = await testIdentity("client", "client");
  const other = await testIdentity("other", "client");
  const receipt = await signReceipt(signer.signingKey, "client", SUMMARY);
  const key = signer.certificate.key;
  assert.equal(verifyReceipt(key, receipt), true);
  assert.equal(verifyReceipt(other.certificate.key, receipt), false);
  assert.equal(verifyReceipt(key, { ...receipt, transcriptSha256: "0".repeat(64) }), false);
});

Deno.test("decodeReceipt() is the inverse of encodeReceipt(), in the original's order", async () => {
  const signer = await testIdentity("client", "client");
  const receipt = await signReceipt(signer.signingKey, "client", SUMMARY);
  const wire = encodeReceipt(receipt);
  const names = ["type", "peer", "first_seq", "last_seq", "transcript_sha256", "sig"];
  assert.deepEqual(Object.keys(wire), names);
  assert.deepEqual(decodeReceipt(parseMessage(bodyOf(wire), ["receipt"])), receipt);
});
