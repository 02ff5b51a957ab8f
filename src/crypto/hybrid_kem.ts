/**
 * ML-KEM-768 and X25519 together: who wants the result must break both.
 *
 * The two secrets are given out apart; the key schedule puts them together and binds the public
 * values, as PROTOCOL-2 §2.1 says.
 *
 * @module
 */

import { encapsulateMlKem, MlKemKeyPair } from "./ml_kem.ts";
import type { Secret } from "./secret.ts";
import { X25519KeyPair } from "./x25519.ts";

/** What one side shows the other: an encapsulation key or a ciphertext, and an X25519 value. */
export interface HybridShare {
  /** From the client 1184, from the server 1088 bytes. */
  readonly mlkem: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly x25519: Uint8Array<ArrayBuffer>;
}

/** What both sides have at the end; the holder wipes them. */
export interface HybridSecrets {
  /** 32 bytes. */
  readonly mlkem: Secret;
  /** 32 bytes. */
  readonly x25519: Secret;
}

/** Fixed private halves, for vectors. */
export interface HybridSeeds {
  /** `d || z`, 64 bytes. */
  readonly mlkem: Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  readonly x25519: Uint8Array<ArrayBuffer>;
}

/** The client's two key pairs for one connection. */
export class HybridKeyPair {
  readonly #mlkem: MlKemKeyPair;
  readonly #x25519: X25519KeyPair;

  /**
   * @param mlkem The pair for ML-KEM-768.
   * @param x25519 The pair for X25519.
   */
  constructor(mlkem: MlKemKeyPair, x25519: X25519KeyPair) {
    this.#mlkem = mlkem;
    this.#x25519 = x25519;
  }

  /**
   * Makes the pairs.
   *
   * @param seeds Fixed private halves, for vectors; fresh ones without it.
   * @returns The pairs.
   */
  static async generate(seeds?: HybridSeeds): Promise<HybridKeyPair> {
    if (seeds === undefined) {
      return new HybridKeyPair(await MlKemKeyPair.generate(), X25519KeyPair.generate());
    }
    return new HybridKeyPair(await MlKemKeyPair.of(seeds.mlkem), X25519KeyPair.of(seeds.x25519));
  }

  /** The public halves. */
  get share(): HybridShare {
    return { mlkem: this.#mlkem.encapsulationKey, x25519: this.#x25519.publicValue };
  }

  /**
   * The client's way to the secrets.
   *
   * @param answer The server's ciphertext and X25519 value.
   * @returns The secrets.
   * @throws {ChatError} HANDSHAKE if a length is wrong or the X25519 result is all zeros.
   */
  async decapsulate(answer: HybridShare): Promise<HybridSecrets> {
    const x25519 = this.#x25519.agree(answer.x25519);
    return { mlkem: await this.#mlkem.decapsulate(answer.mlkem), x25519 };
  }
}

/** What the server makes of a client's share. */
export interface HybridEncapsulation {
  /** For the client. */
  readonly share: HybridShare;
  readonly secrets: HybridSecrets;
}

/**
 * The server's way to the secrets.
 *
 * @param offer The client's encapsulation key and X25519 value.
 * @param own The server's X25519 pair: a fresh one, unless a vector fixes it.
 * @returns What to send, and the secrets.
 * @throws {ChatError} HANDSHAKE if FIPS 203 §7.2 refuses the key, or the X25519 result is all zeros.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const client = await HybridKeyPair.generate();
 * const server = await encapsulateHybrid(client.share);
 * const secrets = await client.decapsulate(server.share);
 * assert.deepEqual(secrets.mlkem.bytes, server.secrets.mlkem.bytes);
 * assert.deepEqual(secrets.x25519.bytes, server.secrets.x25519.bytes);
 * ```
 */
export async function encapsulateHybrid(
  offer: HybridShare,
  own: X25519KeyPair = X25519KeyPair.generate(),
): Promise<HybridEncapsulation> {
  const x25519 = own.agree(offer.x25519);
  const { ciphertext, secret } = await encapsulateMlKem(offer.mlkem);
  return {
    share: { mlkem: ciphertext, x25519: own.publicValue },
    secrets: { mlkem: secret, x25519 },
  };
}
