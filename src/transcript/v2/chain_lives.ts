/**
 * Whether chains were good at moments of the past: valid then, and not revoked by then (PROTOCOL-2 §8).
 *
 * @module
 */

import { asChatError } from "../../errors.ts";
import { printable } from "../../bytes/printable.ts";
import { type Certificate, parseCertificateDer } from "../../pki/certificate.ts";
import type { RevocationLists } from "../../pki/revocation_lists.ts";
import type { Revocation } from "../../pki/revocations.ts";
import { trustIn } from "../../pki/trust.ts";
import type { Role } from "../../pki/validate.ts";
import { judgeChain, type PeerIdentity } from "../../protocol/v2/peer_identity.ts";
import type { Fault } from "../v1/report.ts";
import { isoTime } from "../v1/times.ts";

/** The last moment that a date can have (ECMA-262 §21.4.1.1). */
const DATE_MAX_MS = 8_640_000_000_000_000;

/** By what chains are judged. */
export interface ChainTrust {
  /** The configured CAs: at least one. */
  readonly anchors: readonly Certificate[];
  /** Without them revocation is not checked. */
  readonly revocations?: RevocationLists;
}

/** What is known of a chain. */
interface Life {
  readonly role: Role;
  readonly certificates: readonly Certificate[];
  /** The earliest revocation of any of its certificates. */
  readonly revoked?: Revocation & { readonly certificate: Certificate };
  /** All of its certificates, and all that may be its anchor, are valid from here… */
  readonly fromMs: number;
  /** …to here: once accepted within, it is accepted at every other moment within. */
  readonly toMs: number;
  isAccepted: boolean;
}

/** See the module. */
export class ChainLives {
  readonly #trust: ChainTrust;
  readonly #lives = new Map<PeerIdentity, Life>();

  /** @param trust By what chains are judged. */
  constructor(trust: ChainTrust) {
    this.#trust = trust;
  }

  /**
   * Whether a chain is known to be good at a moment, from another one within the lives of all of its
   * certificates.
   *
   * @param peer Whose.
   * @param atMs At what moment.
   * @returns Whether {@link fault} need not be asked.
   */
  isKnownGood(peer: PeerIdentity, atMs: number): boolean {
    const life = this.#lives.get(peer);
    if (life === undefined || !life.isAccepted) return false;
    return atMs >= life.fromMs && atMs <= life.toMs && revokedFault(life, atMs) === undefined;
  }

  /**
   * Judges a chain.
   *
   * @param peer Whose; always the same object for one leaf.
   * @param role What it is shown for, the same each time.
   * @param atMs At what moment.
   * @returns BAD_CERT or REVOKED; nothing if the chain was good.
   */
  async fault(peer: PeerIdentity, role: Role, atMs: number): Promise<Fault | undefined> {
    if (atMs > DATE_MAX_MS) return { code: "BAD_CERT", text: `no chain is good at ${atMs} ms` };
    const life = this.#lives.get(peer) ?? this.#begin(peer, role);
    const isWithin = atMs >= life.fromMs && atMs <= life.toMs;
    if (!life.isAccepted || !isWithin) {
      try {
        const trust = trustIn(...this.#trust.anchors);
        await judgeChain(peer.chain, { trust, role, nowMs: atMs });
      } catch (thrown) {
        const { message: text } = asChatError(thrown);
        return { code: "BAD_CERT", text: `at ${isoTime(atMs)}: ${text}` };
      }
      if (isWithin) life.isAccepted = true;
    }
    return revokedFault(life, atMs);
  }

  /**
   * Since when a leaf, or a CA between it and the root, is revoked.
   *
   * @param peer Whose chain, judged before.
   * @returns The earliest revocation, or nothing.
   */
  revocationOf(peer: PeerIdentity): Revocation | undefined {
    const revoked = this.#lives.get(peer)?.revoked;
    return revoked && { revokedMs: revoked.revokedMs, reason: revoked.reason };
  }

  #begin(peer: PeerIdentity, role: Role): Life {
    const { chain, leaf } = peer;
    const certificates = [leaf, ...chain.slice(1).map((der) => parseCertificateDer(der, "chain"))];
    const { anchors, revocations } = this.#trust;
    const lives = [...certificates, ...anchors];
    const revoked = certificates.flatMap((certificate) => {
      const revocation = revocations?.of(certificate);
      return revocation === undefined ? [] : [{ ...revocation, certificate }];
    }).sort((a, b) => a.revokedMs - b.revokedMs)[0];
    const life: Life = {
      ...{ role, certificates, isAccepted: false },
      ...revoked === undefined ? {} : { revoked },
      fromMs: Math.max(...lives.map(({ notBefore }) => notBefore.getTime())),
      toMs: Math.min(...lives.map(({ notAfter }) => notAfter.getTime())),
    };
    this.#lives.set(peer, life);
    return life;
  }
}

function revokedFault({ revoked }: Life, atMs: number): Fault | undefined {
  if (revoked === undefined || atMs < revoked.revokedMs) return undefined;
  const { certificate, revokedMs, reason } = revoked;
  const name = printable(certificate.commonName || certificate.subject);
  const text = `the certificate of "${name}" was revoked ${isoTime(revokedMs)} ` +
    `(${reason}), and this is of ${isoTime(atMs)}`;
  return { code: "REVOKED", text };
}
