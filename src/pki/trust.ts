/**
 * Whom a side trusts: the CAs that it was told of, and what they have revoked.
 *
 * @module
 */

import type { Certificate } from "./certificate.ts";
import type { Crl } from "./path/crl.ts";

/** What every certificate that a peer shows is judged by. */
export interface Trust {
  /** The configured CAs. There is no default trust: with none, nobody is accepted. */
  readonly anchors: readonly Certificate[];
  /** Revocation lists; none of them counts without a CA's signature. */
  readonly crls: readonly Crl[];
  /** Refuse whose status no current list tells; otherwise only what a list revokes is refused. */
  readonly crlRequired: boolean;
}

/**
 * Trust in CAs alone.
 *
 * @param anchors The CAs.
 * @returns The trust, without revocation lists.
 */
export function trustIn(...anchors: readonly Certificate[]): Trust {
  return { anchors, crls: [], crlRequired: false };
}
