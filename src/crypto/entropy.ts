import { EXPONENT_BYTES, privateExponent } from "./modp.ts";

/**
 * Random bytes of the system's cryptographic generator.
 *
 * @param length Bytes wanted.
 * @returns Fresh bytes.
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/**
 * A fresh private Diffie-Hellman exponent.
 *
 * @returns 2^255 to 2^256-1.
 */
export function randomExponent(): bigint {
  return privateExponent(randomBytes(EXPONENT_BYTES));
}
