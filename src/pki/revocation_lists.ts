/**
 * Revocation lists with their names and ages, for those who judge the past: an audit tells which list it
 * went by.
 *
 * Whether a list is of a time that it can speak about is left to the reader, who knows which moment
 * matters.
 *
 * @module
 */

import { ChatError } from "../errors.ts";
import { printable } from "../bytes/printable.ts";
import type { Certificate } from "./certificate.ts";
import type { Crl } from "./path/crl.ts";
import { readRevocations, type Revocation, type Revocations, strictly } from "./revocations.ts";

/** A list as read from somewhere. */
export interface CrlSource {
  readonly der: Uint8Array;
  /** Where it is from, for errors and reports: a file's path. */
  readonly source: string;
}

/** A list that is believed. */
export interface RevocationList {
  readonly source: string;
  /** Its issuer's name, printable. */
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  readonly number: bigint;
  /** Number of revoked certificates. */
  readonly entries: number;
}

/** What some lists say together. */
export interface RevocationLists {
  /** At least one. */
  readonly lists: readonly RevocationList[];
  /**
   * Since when a certificate is revoked.
   *
   * @returns The earliest entry of any list, or nothing where none has it.
   */
  of(certificate: Certificate): Revocation | undefined;
  /**
   * The list that knows most about a certificate.
   *
   * @returns The newest list of its issuer, or nothing where no list is of its issuer.
   */
  newestFor(certificate: Certificate): RevocationList | undefined;
}

/**
 * Reads and checks lists. A list that is named is used or refused, never passed over.
 *
 * @param sources The lists.
 * @param anchors The configured CAs; one of them signed each list.
 * @returns What they say, or nothing without any.
 * @throws {ChatError} FORMAT if one is no complete CRL of all certificates; BAD_CERT if none of the CAs
 * signed it.
 */
export function readRevocationLists(
  sources: readonly CrlSource[],
  anchors: readonly Certificate[],
): RevocationLists | undefined {
  if (sources.length === 0) return undefined;
  const read = sources.map(({ der, source }) => {
    const revocations = readRevocations([der], { anchors, source: `"${printable(source)}"` });
    return { source, revocations, crl: onlyList(revocations, source) };
  });
  const described = read.map(({ crl, source }) => ({
    key: crl.issuer.key,
    ...describe(crl, source),
  }));
  return {
    lists: described.map(({ key: _key, ...list }) => list),
    of: (certificate) =>
      read.flatMap(({ revocations }) => revocations.of(certificate) ?? [])
        .sort((a, b) => a.revokedMs - b.revokedMs)[0],
    newestFor: (certificate) => {
      const issuer = strictly(certificate)?.issuer.key;
      return described.filter(({ key }) => key === issuer)
        .sort((a, b) => b.thisUpdateMs - a.thisUpdateMs)[0];
    },
  };
}

/** Who is not on a list of some certificates only may be revoked all the same. */
function onlyList({ crls: [crl] }: Revocations, source: string): Crl {
  if (crl !== undefined && crl.scope === undefined) return crl;
  const text =
    `cannot use revocation list of "${printable(source)}": it speaks about some of the ` +
    "CA's certificates only";
  throw new ChatError("FORMAT", text, { hint: "name the CA's complete list: securechat ca crl" });
}

function describe({ issuer, entries, ...crl }: Crl, source: string): RevocationList {
  const { thisUpdateMs, nextUpdateMs, number } = crl;
  const times = { thisUpdateMs, nextUpdateMs };
  return { source, issuer: issuer.text, ...times, number, entries: entries.size };
}
