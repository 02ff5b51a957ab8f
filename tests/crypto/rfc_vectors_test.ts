/**
 * Vectors of RFCs and of the authors of algorithms, through the functions that use them.
 *
 * @module
 */

import { verifyCertificateSignature } from "../../src/crypto/certificate_signature.ts";
import { isSignedWithKey, signWithKey } from "../../src/crypto/key_signature.ts";
import { decoySalt, SALT_BYTES } from "../../src/crypto/password.ts";
import { suiteTest } from "../testkit/suites.ts";
import { VectorTally } from "../testkit/vector_tally.ts";

// DER around the 32 bytes of a key: RFC 8410 §4 and §7.
const ED25519_SPKI = "302a300506032b6570032100";
const ED25519_PKCS8 = "302e020100300506032b657004220420";
const KEY_HEX = 64;
const SIGNATURE_HEX = 128;

suiteTest("signWithKey() and both verifiers of Ed25519 pass its authors' vectors", {
  file: "rfc-kats/ed25519_sign.input.first256.txt",
  upstream: "https://ed25519.cr.yp.to/python/sign.input",
}, (text) => {
  const tally = new VectorTally("ed25519 sign.input");
  for (const [index, line] of text.trimEnd().split("\n").entries()) {
    const [secret = "", publicKey = "", message = "", signed = ""] = line.split(":");
    const pkcs8Der = Uint8Array.fromHex(ED25519_PKCS8 + secret.slice(0, KEY_HEX));
    const spkiDer = Uint8Array.fromHex(ED25519_SPKI + publicKey);
    const data = Uint8Array.fromHex(message);
    const signature = signWithKey(pkcs8Der, data);
    const flipped = signature.with(
      index % signature.length,
      (signature[index % signature.length] ?? 0) ^ 1,
    );
    const verdicts = [signature, flipped].flatMap((each) => [
      isSignedWithKey(spkiDer, { data, signature: each }),
      verifyCertificateSignature({
        algorithm: { key: "ed25519" },
        ...{ spkiDer, data, signature: each },
      }),
    ]);
    tally.judge(
      index + 1,
      [signature.toHex(), ...verdicts],
      [signed.slice(0, SIGNATURE_HEX), true, true, false, false],
    );
  }
  tally.close({ total: 256 });
});

/** The others have upper case, or are no text: `decoySalt` hashes addresses in lower case. */
suiteTest("decoySalt() passes what it can of RFC 4231", {
  file: "rfc-kats/rfc-4231-sha256.txt",
  upstream: "https://www.rfc-editor.org/rfc/rfc4231",
}, (text) => {
  const tally = new VectorTally("RFC 4231 HMAC-SHA-256");
  const cases = text.matchAll(/^Key = (\w+)\n(?:#.*\n)*Msg = (\w+)\nMD = (\w+)/gm);
  for (const [, key = "", msg = "", mac = ""] of cases) {
    const message = new TextDecoder().decode(Uint8Array.fromHex(msg));
    const isFit = new TextEncoder().encode(message.toLowerCase()).toHex() === msg;
    if (!isFit) tally.leave();
    else {
      const salt = decoySalt(Uint8Array.fromHex(key), message).toHex();
      tally.judge(message, salt, mac.slice(0, 2 * SALT_BYTES));
    }
  }
  tally.close({ total: 6, unjudged: 5 });
});
