/**
 * C2SP/wycheproof through the functions that use its primitives.
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { decryptEcb, encryptEcb } from "../../src/crypto/aes_ecb.ts";
import { verifyCertificateSignature } from "../../src/crypto/certificate_signature.ts";
import { isSignedWithKey } from "../../src/crypto/key_signature.ts";
import { decoySalt, SALT_BYTES } from "../../src/crypto/password.ts";
import { importVerifyKey, verifySignature } from "../../src/crypto/signature.ts";
import { ChatError } from "../../src/errors.ts";
import { hexOf, type WycheproofCase, wycheproofTest } from "../testkit/wycheproof.ts";

/** Vectors that the suite leaves to the implementation: what is decided here, and why. */
const ACCEPTABLE: Readonly<Record<string, { readonly verdict: boolean; readonly why: string }>> = {
  "rsa_signature_2048_sha256 8": {
    verdict: false,
    why: "its DigestInfo lacks the NULL that RFC 8017 §9.2 note 1 writes",
  },
};

function expectedOf(suite: string, { tcId, result }: WycheproofCase): boolean {
  if (result !== "acceptable") return result === "valid";
  const decided = ACCEPTABLE[`${suite} ${tcId}`];
  if (decided === undefined) throw new Error(`${suite} ${tcId} is not decided`);
  return decided.verdict;
}

wycheproofTest("every verifier of RSA PKCS#1 v1.5 passes Wycheproof's suite", {
  suite: "rsa_signature_2048_sha256",
  total: 259,
  judge: (one, group, tally) => {
    const spkiDer = hexOf(group, "publicKeyDer");
    const [data, signature] = [hexOf(one, "msg"), hexOf(one, "sig")];
    const algorithm = { key: "rsa", hash: "sha256" } as const;
    const verdicts = [
      verifySignature(importVerifyKey(spkiDer), signature, data),
      isSignedWithKey(spkiDer, { data, signature }),
      verifyCertificateSignature({ algorithm, spkiDer, signature, data }),
    ];
    const expected = expectedOf("rsa_signature_2048_sha256", one);
    tally.judge(one.tcId, verdicts, verdicts.map(() => expected));
  },
});

wycheproofTest("every verifier of Ed25519 passes Wycheproof's suite, protocol 1 accepts none", {
  suite: "ed25519",
  total: 151,
  judge: (one, group, tally) => {
    const spkiDer = hexOf(group, "publicKeyDer");
    const [data, signature] = [hexOf(one, "msg"), hexOf(one, "sig")];
    const verdicts = [
      isSignedWithKey(spkiDer, { data, signature }),
      verifyCertificateSignature({ algorithm: { key: "ed25519" }, spkiDer, signature, data }),
      verifySignature(importVerifyKey(spkiDer), signature, data),
    ];
    const expected = expectedOf("ed25519", one);
    tally.judge(one.tcId, verdicts, [expected, expected, false]);
  },
});

const BLOCK_BYTES = 16;

/** ECB of whole blocks, without padding: what `encryptEcb` adds behind them is cut off. */
function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return encryptEcb(key, blocks).subarray(0, blocks.length);
}

/** The inverse: a block of padding behind the ciphertext is what `decryptEcb` takes away. */
function decryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return decryptEcb(key, concat(blocks, encryptEcb(key, new Uint8Array())));
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}

/** CBC decryption is ECB decryption, then XOR with the ciphertext one block before (SP 800-38A §6.2). */
function paddedPlain(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const before = concat(iv, ciphertext).subarray(0, ciphertext.length);
  return xor(decryptBlocks(key, ciphertext), before);
}

function encryptCbc(key: Uint8Array, iv: Uint8Array, padded: Uint8Array): Uint8Array {
  let last = iv;
  let all = new Uint8Array();
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) {
    last = encryptBlocks(key, xor(padded.subarray(offset, offset + BLOCK_BYTES), last));
    all = concat(all, last);
  }
  return all;
}

function messageOrCode(read: () => Uint8Array): string {
  try {
    return read().toHex();
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

/**
 * The suite is CBC and the function ECB; their padding is the same (RFC 5652 §6.3). The chain is taken off
 * block by block, the padded text goes under ECB again, and its padding is judged: the suite's verdict holds,
 * as CBC adds nothing to it. A ciphertext that is not whole blocks is judged as it stands. Keys of 192 and
 * 256 bits are not for this function; passphrase_cipher_test.ts has those of 256.
 */
wycheproofTest("encryptEcb() and decryptEcb() pad as Wycheproof's AES-CBC suite asks", {
  suite: "aes_cbc_pkcs5",
  total: 216,
  unjudged: 144,
  judge: (one, group, tally) => {
    if (group["keySize"] !== 128) return tally.leave();
    const [key, iv, ct, msg] = [
      hexOf(one, "key"),
      hexOf(one, "iv"),
      hexOf(one, "ct"),
      hexOf(one, "msg"),
    ];
    const isWhole = ct.length > 0 && ct.length % BLOCK_BYTES === 0;
    const ecb = isWhole ? encryptBlocks(key, paddedPlain(key, iv, ct)) : ct;
    const opened = messageOrCode(() => decryptEcb(key, ecb));
    if (!expectedOf("aes_cbc_pkcs5", one)) return tally.judge(one.tcId, opened, "FORMAT");
    const padded = decryptBlocks(key, encryptEcb(key, msg));
    tally.judge(
      one.tcId,
      [opened, encryptCbc(key, iv, padded).toHex()],
      [msg.toHex(), ct.toHex()],
    );
  },
});

/** The text of a message that `decoySalt` hashes as it is: UTF-8 without upper case. */
function plainText(message: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(message);
    return text === text.toLowerCase() ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `decoySalt` is HMAC-SHA-256 of a text in lower case, cut to 16 bytes: it can be asked about messages that
 * are such a text, and about a tag of 32 bytes only when it is valid, for a wrong one may begin rightly.
 */
wycheproofTest("decoySalt() passes what it can of Wycheproof's HMAC-SHA-256 suite", {
  suite: "hmac_sha256",
  total: 174,
  unjudged: 111,
  judge: (one, group, tally) => {
    const text = plainText(hexOf(one, "msg"));
    const isValid = expectedOf("hmac_sha256", one);
    if (text === undefined || (group["tagSize"] !== 128 && !isValid)) return tally.leave();
    const tag = hexOf(one, "tag").subarray(0, SALT_BYTES);
    tally.judge(one.tcId, decoySalt(hexOf(one, "key"), text).toHex() === tag.toHex(), isValid);
  },
});
