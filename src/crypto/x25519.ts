/**
 * X25519 key agreement (RFC 7748 §5) over node:crypto, which takes half of WebCrypto's time here.
 *
 * @module
 */

import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { concat } from "../bytes/concat.ts";
import { ChatError } from "../errors.ts";
import { Secret } from "./secret.ts";

/** Bytes of a public value, a private scalar and a shared secret (RFC 7748 §5). */
export const X25519_BYTES = 32;

const SPKI_PREFIX = Uint8Array.fromHex("302a300506032b656e032100"); // RFC 8410 §4
const PKCS8_PREFIX = Uint8Array.fromHex("302e020100300506032b656e04220420"); // RFC 8410 §7

/** A key pair for one connection; the private half cannot be read. */
export class X25519KeyPair {
  readonly #privateKey: KeyObject;
  /** The public value, 32 bytes. */
  readonly publicValue: Uint8Array<ArrayBuffer>;

  /** @param privateKey A key of node:crypto; {@link X25519KeyPair.generate} makes one. */
  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    this.publicValue = new Uint8Array(spki.subarray(SPKI_PREFIX.length));
  }

  /**
   * A fresh pair.
   *
   * @returns The pair.
   */
  static generate(): X25519KeyPair {
    return new X25519KeyPair(generateKeyPairSync("x25519").privateKey);
  }

  /**
   * The pair of a given scalar, for vectors.
   *
   * @param scalar 32 bytes; the caller wipes them.
   * @returns The pair.
   */
  static of(scalar: Uint8Array): X25519KeyPair {
    const pkcs8 = Buffer.from(concat(PKCS8_PREFIX, scalar));
    return new X25519KeyPair(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }));
  }

  /**
   * The secret that both sides have.
   *
   * @param peerValue The other side's public value, 32 bytes; non-canonical ones are taken modulo p
   * as RFC 7748 §5 asks.
   * @returns 32 bytes.
   * @throws {ChatError} HANDSHAKE if the result is all zeros (RFC 7748 §6.1): then the other side chose
   * a value that makes every secret the same.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * const [alice, bob] = [X25519KeyPair.generate(), X25519KeyPair.generate()];
   * assert.deepEqual(alice.agree(bob.publicValue).bytes, bob.agree(alice.publicValue).bytes);
   * assert.throws(() => alice.agree(new Uint8Array(32)), { code: "HANDSHAKE" });
   * ```
   */
  agree(peerValue: Uint8Array): Secret {
    const shared = this.#multiply(peerValue);
    if (shared?.some((byte) => byte !== 0)) return new Secret(shared);
    throw new ChatError("HANDSHAKE", "cannot agree on a key: the X25519 result is all zeros", {
      hint: "the other side broke the key agreement: do not go on with it",
    });
  }

  /** The runtime refuses an all-zero result by itself; another may return it. */
  #multiply(peerValue: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (peerValue.length !== X25519_BYTES) return undefined;
    const spki = Buffer.from(concat(SPKI_PREFIX, peerValue));
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
    try {
      return new Uint8Array(diffieHellman({ privateKey: this.#privateKey, publicKey }));
    } catch {
      return undefined;
    }
  }
}
