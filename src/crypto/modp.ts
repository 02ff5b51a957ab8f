/**
 * Diffie-Hellman in the 2048-bit MODP group of RFC 3526 §3 (group 14), generator 2.
 *
 * The modular exponentiation is @noble/curves'. BigInt arithmetic does not run in constant time;
 * each exponent is used once, so that an observer of timings never sees the same one twice.
 *
 * @module
 */

import { pow } from "@noble/curves/abstract/modular.js";
import { ChatError } from "../errors.ts";

/** The prime of group 14, RFC 3526 §3. */
export const GROUP14_P: bigint = BigInt(
  "0x" +
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74" +
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437" +
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05" +
    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb" +
    "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b" +
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718" +
    "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff",
);

/** The generator of group 14, RFC 3526 §3. */
export const GROUP14_G = 2n;

/** Bytes of a private exponent: 256 bits, above the 225 that RFC 7919 Appendix A.1 asks for. */
export const EXPONENT_BYTES = 32;

/**
 * Makes a private exponent of random bytes, with the top bit set so that it never is short.
 *
 * @param randomBytes 32 bytes of a cryptographic generator, used for nothing else.
 * @returns 2^255 to 2^256-1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(privateExponent(new Uint8Array(32)), 1n << 255n);
 * ```
 */
export function privateExponent(randomBytes: Uint8Array): bigint {
  if (randomBytes.length !== EXPONENT_BYTES) {
    throw new RangeError(
      `cannot make an exponent: ${randomBytes.length} bytes, expected ${EXPONENT_BYTES}`,
    );
  }
  return BigInt(`0x${randomBytes.toHex()}`) | (1n << 255n);
}

/**
 * The public value g^x mod p.
 *
 * @param exponent A private exponent.
 * @returns 2 to p-2.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(publicValue(3n), 8n);
 * ```
 */
export function publicValue(exponent: bigint): bigint {
  return pow(GROUP14_G, exponent, GROUP14_P);
}

/**
 * The shared value y^x mod p.
 *
 * @param exponent This side's private exponent.
 * @param peerPublic The other side's public value.
 * @returns The shared value as a number.
 * @throws {ChatError} HANDSHAKE if `peerPublic` is not in 2..p-2: 0, 1 and p-1 would fix the key
 * (SP 800-56A Rev. 3 §5.6.2.3.1).
 *
 * @example Both sides find the same value
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sharedValue(5n, publicValue(7n)), sharedValue(7n, publicValue(5n)));
 * assert.throws(() => sharedValue(5n, 1n), { code: "HANDSHAKE" });
 * ```
 */
export function sharedValue(exponent: bigint, peerPublic: bigint): bigint {
  if (peerPublic < 2n || peerPublic > GROUP14_P - 2n) {
    throw new ChatError(
      "HANDSHAKE",
      "cannot agree on a key: the Diffie-Hellman value is outside 2..p-2 of group 14",
    );
  }
  return pow(peerPublic, exponent, GROUP14_P);
}

/**
 * A non-negative integer as unsigned big-endian bytes without leading zero bytes.
 *
 * @param value 0 or more; 0 gives one zero byte.
 * @returns At least one byte.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(unsignedBytes(256n), new Uint8Array([1, 0]));
 * ```
 */
export function unsignedBytes(value: bigint): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  return Uint8Array.fromHex(hex.padStart(hex.length + (hex.length % 2), "0"));
}
