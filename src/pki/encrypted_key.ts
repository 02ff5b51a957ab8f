/**
 * Private keys under a passphrase: PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 §3) with PBES2 (RFC 8018
 * §6.2). Written with PBKDF2-HMAC-SHA-256 and AES-256-CBC; what openssl writes is read.
 *
 * @module
 */

import { createPrivateKey, type KeyObject } from "node:crypto";
import { PBKDF2_ITERATIONS, sealWithPassphrase } from "../crypto/passphrase_cipher.ts";
import { ChatError } from "../errors.ts";
import { encodeDer } from "./der_encode.ts";
import { decodePem, encodePem } from "./pem.ts";
import { encodePrivateKey, parsePrivateKey, type PrivateKeyDer } from "./private_key.ts";

const LABEL = "ENCRYPTED PRIVATE KEY"; // RFC 7468 §11

// Object identifiers as DER, of RFC 8018 Appendix C but for AES: NIST's csor aes 42.
const PBES2 = Uint8Array.fromHex("06092a864886f70d01050d");
const PBKDF2 = Uint8Array.fromHex("06092a864886f70d01050c");
const HMAC_SHA256 = Uint8Array.fromHex("06082a864886f70d0209");
const AES_256_CBC = Uint8Array.fromHex("060960864801650304012a");
const NULL = Uint8Array.fromHex("0500");

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const INTEGER = 0x02;

/**
 * Whether a key's file is encrypted.
 *
 * @param text PEM text.
 * @returns Whether {@link decryptPrivateKey} is what reads it.
 */
export function isEncryptedKey(text: string): boolean {
  return text.includes(`-----BEGIN ${LABEL}-----`);
}

/**
 * Writes a key under a passphrase.
 *
 * @param key The key.
 * @param passphrase Used as UTF-8.
 * @returns PEM text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generatePrivateKey } from "./private_key.ts";
 * const key = await generatePrivateKey("ed25519");
 * const text = await encryptPrivateKey(key, "open sesame");
 * assert.deepEqual(decryptPrivateKey(text, { passphrase: "open sesame", source: "x" }), key);
 * ```
 */
export async function encryptPrivateKey(key: PrivateKeyDer, passphrase: string): Promise<string> {
  const { salt, iv, ciphertext } = await sealWithPassphrase(key.pkcs8Der, passphrase);
  const count = Uint8Array.fromHex(PBKDF2_ITERATIONS.toString(16).padStart(8, "0")).subarray(1);
  const derivation = encodeDer(
    SEQUENCE,
    PBKDF2,
    encodeDer(
      SEQUENCE,
      encodeDer(OCTET_STRING, salt),
      encodeDer(INTEGER, count), // three bytes, the first below 0x80: minimal and positive
      encodeDer(SEQUENCE, HMAC_SHA256, NULL),
    ),
  );
  const cipher = encodeDer(SEQUENCE, AES_256_CBC, encodeDer(OCTET_STRING, iv));
  const algorithm = encodeDer(SEQUENCE, PBES2, encodeDer(SEQUENCE, derivation, cipher));
  return encodePem(LABEL, encodeDer(SEQUENCE, algorithm, encodeDer(OCTET_STRING, ciphertext)));
}

/** What opens a key. */
export interface DecryptOptions {
  readonly passphrase: string;
  /** Where the text is from, for errors. */
  readonly source: string;
}

/**
 * Reads a key under a passphrase.
 *
 * @param text PEM text with one `ENCRYPTED PRIVATE KEY` block.
 * @param options The passphrase.
 * @returns The key.
 * @throws {ChatError} FORMAT if the passphrase is wrong, the text is broken, or the key is of a kind that
 * {@link parsePrivateKey} refuses. The message never holds any of the key or the passphrase.
 */
export function decryptPrivateKey(
  text: string,
  { passphrase, source }: DecryptOptions,
): PrivateKeyDer {
  const { der: encrypted } = decodePem(text, [LABEL], source);
  const opened = open(encodePem(LABEL, encrypted), { passphrase, source });
  const pkcs8Der = new Uint8Array(opened.export({ type: "pkcs8", format: "der" }));
  return parsePrivateKey(encodePem("PRIVATE KEY", pkcs8Der), source);
}

function open(key: string, { passphrase, source }: DecryptOptions): KeyObject {
  try {
    return createPrivateKey({ key, format: "pem", passphrase });
  } catch {
    // The cause is dropped on purpose: a decoder's error may quote what it read.
    throw new ChatError("FORMAT", `cannot read ${source}: the passphrase does not open it`, {
      hint: "give the passphrase that it was encrypted with; without it the key is lost",
    });
  }
}

/**
 * Writes a key as its owner wants it.
 *
 * @param key The key.
 * @param passphrase Nothing for a file that only its mode protects.
 * @returns PEM text.
 */
export async function keyPem(key: PrivateKeyDer, passphrase: string | undefined): Promise<string> {
  return passphrase === undefined
    ? encodePrivateKey(key)
    : await encryptPrivateKey(key, passphrase);
}
