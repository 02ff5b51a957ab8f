/**
 * ML-KEM-768 (FIPS 203) over WebCrypto.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { Secret } from "./secret.ts";

/** Bytes of an encapsulation key (FIPS 203 table 3). */
export const ML_KEM_KEY_BYTES = 1184;

/** Bytes of a ciphertext (FIPS 203 table 3). */
export const ML_KEM_CIPHERTEXT_BYTES = 1088;

/** Bytes of the seed `d || z` of a key pair (FIPS 203 §7.1). */
export const ML_KEM_SEED_BYTES = 64;

const ML_KEM = { name: "ML-KEM-768" } as const;

const BROKEN = "the other side broke the key agreement: do not go on with it";

/** The part of "Modern Algorithms in the Web Cryptography API" that the type library leaves out. */
interface KemSubtle {
  encapsulateBits(
    algorithm: typeof ML_KEM,
    key: CryptoKey,
  ): Promise<{ readonly ciphertext: ArrayBuffer; readonly sharedKey: ArrayBuffer }>;
  decapsulateBits(
    algorithm: typeof ML_KEM,
    key: CryptoKey,
    ciphertext: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>;
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
}

const kem = crypto.subtle as SubtleCrypto & KemSubtle;
/** The type library does not know the usages of a KEM. */
const CAN_DECAPSULATE = ["decapsulateBits"] as string[] as KeyUsage[];
const CAN_ENCAPSULATE = ["encapsulateBits"] as string[] as KeyUsage[];

/** What an encapsulation makes. */
export interface Encapsulation {
  /** For the holder of the key, 1088 bytes. */
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly secret: Secret;
}

/** A key pair for one connection; the private half cannot be read. */
export class MlKemKeyPair {
  readonly #privateKey: CryptoKey;
  /** The public half, 1184 bytes. */
  readonly encapsulationKey: Uint8Array<ArrayBuffer>;

  /**
   * @param privateKey WebCrypto's key; {@link MlKemKeyPair.generate} makes one.
   * @param encapsulationKey Its public half.
   */
  constructor(privateKey: CryptoKey, encapsulationKey: Uint8Array<ArrayBuffer>) {
    this.#privateKey = privateKey;
    this.encapsulationKey = encapsulationKey;
  }

  /**
   * ML-KEM.KeyGen (FIPS 203 §7.1).
   *
   * @returns A fresh pair.
   */
  static async generate(): Promise<MlKemKeyPair> {
    const usages = [...CAN_ENCAPSULATE, ...CAN_DECAPSULATE];
    const pair = await kem.generateKey(ML_KEM, false, usages) as CryptoKeyPair;
    return new MlKemKeyPair(pair.privateKey, await exportKey(pair.publicKey));
  }

  /**
   * The pair of a given seed, for vectors.
   *
   * @param seed `d (32) || z (32)`; the caller wipes it.
   * @returns The pair.
   * @throws {RangeError} if the seed does not have 64 bytes.
   */
  static async of(seed: Uint8Array<ArrayBuffer>): Promise<MlKemKeyPair> {
    if (seed.length !== ML_KEM_SEED_BYTES) {
      throw new RangeError(
        `cannot use ML-KEM seed: ${seed.length} bytes, expected ${ML_KEM_SEED_BYTES}`,
      );
    }
    const privateKey = await kem.importKey("raw-seed", seed, ML_KEM, false, CAN_DECAPSULATE);
    const publicKey = await kem.getPublicKey(privateKey, CAN_ENCAPSULATE);
    return new MlKemKeyPair(privateKey, await exportKey(publicKey));
  }

  /**
   * ML-KEM.Decaps (FIPS 203 §7.3). A ciphertext that nobody made for this key gives a secret that
   * nobody else has (implicit rejection, §6.3), never an error.
   *
   * @param ciphertext 1088 bytes.
   * @returns 32 bytes.
   * @throws {ChatError} HANDSHAKE for another length, the ciphertext type check of §7.3.
   */
  async decapsulate(ciphertext: Uint8Array<ArrayBuffer>): Promise<Secret> {
    if (ciphertext.length !== ML_KEM_CIPHERTEXT_BYTES) {
      throw new ChatError(
        "HANDSHAKE",
        `cannot decapsulate: ciphertext of ${ciphertext.length} bytes, ` +
          `expected ${ML_KEM_CIPHERTEXT_BYTES}`,
        { hint: BROKEN },
      );
    }
    const shared = await kem.decapsulateBits(ML_KEM, this.#privateKey, ciphertext);
    return new Secret(new Uint8Array(shared));
  }
}

/**
 * ML-KEM.Encaps (FIPS 203 §7.2), with both of its checks of the key: the length, and that every one of
 * the 768 coefficients is below q. The runtime does them; a test tries each coefficient.
 *
 * @param encapsulationKey The other side's key.
 * @returns The ciphertext and the secret; the runtime chooses the randomness.
 * @throws {ChatError} HANDSHAKE if §7.2 refuses the key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const pair = await MlKemKeyPair.generate();
 * const { ciphertext, secret } = await encapsulateMlKem(pair.encapsulationKey);
 * assert.deepEqual((await pair.decapsulate(ciphertext)).bytes, secret.bytes);
 * await assert.rejects(encapsulateMlKem(new Uint8Array(1184).fill(255)), { code: "HANDSHAKE" });
 * ```
 */
export async function encapsulateMlKem(
  encapsulationKey: Uint8Array<ArrayBuffer>,
): Promise<Encapsulation> {
  try {
    const key = await kem.importKey("raw-public", encapsulationKey, ML_KEM, false, CAN_ENCAPSULATE);
    const { ciphertext, sharedKey } = await kem.encapsulateBits(ML_KEM, key);
    return {
      ciphertext: new Uint8Array(ciphertext),
      secret: new Secret(new Uint8Array(sharedKey)),
    };
  } catch (error) {
    throw new ChatError("HANDSHAKE", "cannot encapsulate: not an ML-KEM-768 encapsulation key", {
      cause: error,
      hint: BROKEN,
    });
  }
}

async function exportKey(publicKey: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await kem.exportKey("raw-public", publicKey) as ArrayBuffer);
}
