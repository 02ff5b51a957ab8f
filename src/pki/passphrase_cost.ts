/**
 * What it would cost to try a passphrase on an encrypted key, read from the file before it is tried: a
 * file may ask for hours of work or for all of the memory.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { type DerCursor, oidText, openSequence, smallInteger, TAG } from "./path/der.ts";

/** Rounds of PBKDF2 that are worked off, about a second; keys are written here with 600,000. */
export const PBKDF2_ITERATIONS_MAX = 1_000_000;

/** Blocks that scrypt mixes (N · r · p of RFC 7914 §2), half a second; openssl writes 131,072. */
export const SCRYPT_BLOCKS_MAX = 524_288;

const PBES2 = "1.2.840.113549.1.5.13"; // RFC 8018 Appendix A.4
const PBKDF2 = "1.2.840.113549.1.5.12"; // RFC 8018 Appendix A.2
const SCRYPT = "1.3.6.1.4.1.11591.4.11"; // RFC 7914 §7
const KEY_BYTES_MAX = 32; // AES-256

/**
 * Refuses an encrypted key that would cost too much to open.
 *
 * @param der DER EncryptedPrivateKeyInfo (RFC 5958 §3).
 * @param source Where it is from, for errors.
 * @throws {ChatError} FORMAT if it is not PBES2 with PBKDF2 or scrypt, or the cost is above the bounds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => requireBearableCost(new Uint8Array([0x30, 0]), "x.pem"), { code: "FORMAT" });
 * ```
 */
export function requireBearableCost(der: Uint8Array, source: string): void {
  const fault = costFault(der);
  if (fault === undefined) return;
  throw new ChatError("FORMAT", `cannot read ${source}: ${fault}`, {
    hint: "encrypt it again: openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000",
  });
}

function costFault(der: Uint8Array): string | undefined {
  const unknown = "it is not encrypted by PBES2 with PBKDF2 or scrypt";
  try {
    const scheme = openSequence(der, "encrypted key").sequence("encryption scheme");
    if (oidText(scheme.take(TAG.oid).content) !== PBES2) return unknown;
    const derivation = scheme.sequence("encryption scheme").sequence("key derivation");
    const oid = oidText(derivation.take(TAG.oid).content);
    const parameters = derivation.sequence("key derivation");
    if (oid === PBKDF2) return pbkdf2Fault(parameters);
    return oid === SCRYPT ? scryptFault(parameters) : unknown;
  } catch {
    return unknown;
  }
}

/** RFC 8018 Appendix A.2: salt, rounds, and the key's length if it is said. */
function pbkdf2Fault(parameters: DerCursor): string | undefined {
  parameters.take(TAG.octetString);
  const rounds = smallInteger(parameters.take(TAG.integer));
  const length = parameters.takeIf(TAG.integer);
  if (length !== undefined && smallInteger(length) > KEY_BYTES_MAX) {
    return `its key is of more than ${KEY_BYTES_MAX} bytes`;
  }
  if (rounds <= PBKDF2_ITERATIONS_MAX) return undefined;
  return `its passphrase takes ${rounds} rounds, expected at most ${PBKDF2_ITERATIONS_MAX}`;
}

/** RFC 7914 §7.1: salt, N, r, p. */
function scryptFault(parameters: DerCursor): string | undefined {
  parameters.take(TAG.octetString);
  const [n, r, p] = [0, 0, 0].map(() => smallInteger(parameters.take(TAG.integer)));
  const blocks = (n ?? 0) * (r ?? 0) * (p ?? 0);
  if (blocks > 0 && blocks <= SCRYPT_BLOCKS_MAX) return undefined;
  return `its passphrase takes ${blocks} blocks of scrypt, expected 1 to ${SCRYPT_BLOCKS_MAX}`;
}
