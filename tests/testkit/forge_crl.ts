/**
 * CRLs field by field, good ones and those that no library would write.
 *
 * @module
 */

import { derInteger, derOid, derSequence, derValue } from "./der_writer.ts";
import {
  authorityKeyId,
  derTime,
  forgeExtension,
  type ForgeHash,
  type ForgeIssuer,
  forgeSigned,
} from "./forge_certificate.ts";

/** An entry of a CRL. */
export interface ForgeEntry {
  readonly serial: number;
  readonly at: Date;
  /** CRLReason (RFC 5280 §5.3.1). */
  readonly reason?: number;
  /** More entry extensions. */
  readonly extensions?: readonly Uint8Array[];
}

/** What a CRL is made of. */
export interface ForgeCrlPlan {
  readonly issuer: ForgeIssuer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: readonly ForgeEntry[];
  /** More CRL extensions. */
  readonly extensions?: readonly Uint8Array[];
  readonly hash?: ForgeHash;
}

/** An extension that nobody knows, critical. */
export function unknownCritical(): Uint8Array {
  return forgeExtension("1.3.6.1.4.1.99999.7", { critical: true, value: new Uint8Array([5, 0]) });
}

/** Makes a CRL, version 2, number 1. */
export function forgeCrl(plan: ForgeCrlPlan): Uint8Array<ArrayBuffer> {
  const entries = plan.entries.length === 0 ? [] : [derSequence(...plan.entries.map(entryDer))];
  const number = forgeExtension("2.5.29.20", { value: derInteger(1) });
  const extensions = [authorityKeyId(plan.issuer.key), number, ...plan.extensions ?? []];
  return forgeSigned((algorithm) =>
    derSequence(
      derInteger(1),
      algorithm,
      plan.issuer.nameDer,
      derTime(plan.thisUpdate),
      derTime(plan.nextUpdate),
      ...entries,
      derValue(0xa0, derSequence(...extensions)),
    ), { key: plan.issuer.key, ...(plan.hash === undefined ? {} : { hash: plan.hash }) });
}

function entryDer({ serial, at, reason, extensions = [] }: ForgeEntry): Uint8Array {
  const said = reason === undefined
    ? []
    : [derSequence(derOid("2.5.29.21"), derValue(0x04, derValue(0x0a, new Uint8Array([reason]))))];
  const all = [...said, ...extensions];
  return derSequence(
    derInteger(serial),
    derTime(at),
    ...(all.length === 0 ? [] : [derSequence(...all)]),
  );
}
