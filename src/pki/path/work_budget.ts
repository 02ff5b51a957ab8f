/**
 * The bound on what one validation may cost, whatever it is given.
 *
 * @module
 */

import { verifyCertificateSignature } from "../../crypto/certificate_signature.ts";
import type { CertificateSignatureAlgorithm } from "../../crypto/certificate_signature.ts";
import { keyFault, type PublicKeyInfo } from "./public_key.ts";

const SIGNATURES_MAX = 100;
const STEPS_MAX = 2_000; // certificates put on a path while searching

/** A signed thing: a certificate or a CRL. */
export interface Signed {
  readonly tbsDer: Uint8Array;
  readonly signature: Uint8Array;
  readonly algorithm?: CertificateSignatureAlgorithm;
}

/** Counts signatures and steps, and remembers which signatures are good. */
export class WorkBudget {
  #signatures = SIGNATURES_MAX;
  #steps = STEPS_MAX;
  #isSpent = false;
  readonly #known = new WeakMap<Signed, Map<PublicKeyInfo, boolean>>();

  /** Whether something was left undone. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /**
   * Takes one step of the search.
   *
   * @returns Whether there was one left.
   */
  step(): boolean {
    this.#steps -= 1;
    if (this.#steps < 0) this.#isSpent = true;
    return !this.#isSpent;
  }

  /**
   * Verifies a signature, once for each key.
   *
   * @param signed What is signed.
   * @param key The claimed signer's key.
   * @returns Whether it is good; `false` when no check is left.
   */
  isSignedBy(signed: Signed, key: PublicKeyInfo): boolean {
    const known = this.#known.get(signed) ?? new Map<PublicKeyInfo, boolean>();
    this.#known.set(signed, known);
    const before = known.get(key);
    if (before !== undefined) return before;
    // A huge RSA key would cost more than a hundred good ones.
    if (signed.algorithm === undefined || keyFault(key) !== undefined) return false;
    if (this.#signatures === 0) {
      this.#isSpent = true;
      return false;
    }
    this.#signatures -= 1;
    const { algorithm, signature, tbsDer: data } = signed;
    const isGood = verifyCertificateSignature({ algorithm, spkiDer: key.spkiDer, signature, data });
    known.set(key, isGood);
    return isGood;
  }
}
