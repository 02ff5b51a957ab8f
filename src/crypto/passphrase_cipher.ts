import { randomBytes } from "./entropy.ts";

/** OWASP Password Storage Cheat Sheet 2023, for PBKDF2-HMAC-SHA256. */
export const PBKDF2_ITERATIONS = 600_000;

const SALT_BYTES = 16; // SP 800-132 §5.1
const IV_BYTES = 16; // SP 800-38A §5.3: one block
const KEY_BITS = 256;

/** What was encrypted, and what decrypts it beside the passphrase. */
export interface PassphraseSealed {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

/**
 * Encrypts with a key made of a passphrase: PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) with
 * {@link PBKDF2_ITERATIONS}, AES-256-CBC with PKCS#7 padding. It hides; it does not detect changes.
 *
 * @param plain What is encrypted; the caller wipes it.
 * @param passphrase Used as UTF-8.
 * @returns The ciphertext, with a fresh salt and IV.
 */
export async function sealWithPassphrase(
  plain: Uint8Array<ArrayBuffer>,
  passphrase: string,
): Promise<PassphraseSealed> {
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(IV_BYTES)];
  const secret = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
  secret.fill(0);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: PBKDF2_ITERATIONS },
    base,
    { name: "AES-CBC", length: KEY_BITS },
    false,
    ["encrypt"],
  );
  const sealed = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plain);
  return { salt, iv, ciphertext: new Uint8Array(sealed) };
}
