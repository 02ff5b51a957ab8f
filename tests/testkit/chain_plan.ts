/**
 * Chains of certificates with their CRLs, planned as data so that each fault is one change of a plan.
 *
 * @module
 */

import {
  authorityKeyId,
  type AuthoritySerial,
  basicConstraints,
  extendedKeyUsage,
  forgeCertificate,
  forgeExtension,
  type ForgeHash,
  type ForgeKey,
  forgeName,
  generalName,
  keyUsage,
  subjectAltName,
  USAGE,
} from "./forge_certificate.ts";
import { forgeCrl, type ForgeEntry } from "./forge_crl.ts";
import { derOctets } from "./der_writer.ts";

/** A certificate of a chain. */
export interface ChainLink {
  readonly nameDer: Uint8Array;
  readonly key: ForgeKey;
  readonly serial: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isCa: boolean;
  readonly pathLength?: number;
  readonly usage: number;
  readonly uses: readonly ("server" | "client" | "code")[];
  readonly names: readonly Uint8Array[];
  readonly extensions: readonly Uint8Array[];
  readonly hash?: ForgeHash;
  /** Whoever signs instead of the link above, under its name. */
  readonly signer?: ForgeKey;
  /** An issuer's name that is not that of the link above. */
  readonly issuerName?: Uint8Array;
  /** An authority key identifier that is not that of the signer. */
  readonly authorityKey?: ForgeKey;
  /** The same, by an issuer and a serial number beside the key. */
  readonly authoritySerial?: AuthoritySerial;
  readonly hasBrokenSignature?: boolean;
}

/** The CRL of a link that is a CA. */
export interface ChainCrl {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: readonly ForgeEntry[];
  readonly extensions: readonly Uint8Array[];
  readonly signer?: ForgeKey;
  readonly hash?: ForgeHash;
  readonly hasBrokenSignature?: boolean;
  readonly isMissing?: boolean;
}

/** A chain: the root first, the leaf last, and a CRL for each but the leaf. */
export interface ChainPlan {
  readonly links: readonly ChainLink[];
  readonly crls: readonly ChainCrl[];
  /** Places of links that the verifier is not given. */
  readonly hidden: readonly number[];
  /** What the leaf must be for. */
  readonly purpose: "server" | "client";
  readonly name: string;
}

/** A chain as a verifier gets it. */
export interface Chain {
  readonly rootDer: Uint8Array<ArrayBuffer>;
  readonly betweenDer: readonly Uint8Array<ArrayBuffer>[];
  readonly leafDer: Uint8Array<ArrayBuffer>;
  readonly crlsDer: readonly Uint8Array<ArrayBuffer>[];
}

/** When chains are checked. */
export const CHAIN_AT = new Date("2026-06-01T12:00:00Z");

const DAY_MS = 86_400_000;

/** A moment some days from the check. */
export function daysFromCheck(days: number): Date {
  return new Date(CHAIN_AT.getTime() + days * DAY_MS);
}

/** A good chain: one link for each key, the last one the leaf's. */
export function goodChain(
  keys: readonly ForgeKey[],
  { purpose, firstSerial }: { readonly purpose: "server" | "client"; readonly firstSerial: number },
): ChainPlan {
  const leafAt = keys.length - 1;
  const links = keys.map((key, index): ChainLink => {
    const isCa = index < leafAt;
    return {
      nameDer: forgeName({
        O: "Team",
        CN: isCa ? `CA ${index} of ${firstSerial}` : "chat.example",
      }),
      ...{ key, serial: firstSerial + index, isCa },
      notBefore: daysFromCheck(-100 + index),
      notAfter: daysFromCheck(200 - index),
      usage: isCa ? USAGE.certSign | USAGE.crlSign : USAGE.digitalSignature,
      uses: isCa ? [] : [purpose],
      names: isCa ? [] : [
        generalName.dns("chat.example"),
        generalName.ip(192, 0, 2, 7),
        generalName.email("ops@chat.example"),
      ],
      extensions: [],
    };
  });
  const crls = links.slice(0, -1).map((): ChainCrl => ({
    thisUpdate: daysFromCheck(-3),
    nextUpdate: daysFromCheck(4),
    entries: [{ serial: 7, at: daysFromCheck(-9) }],
    extensions: [],
  }));
  return { links, crls, hidden: [], purpose, name: "chat.example" };
}

/** Makes the certificates and CRLs of a plan. */
export function forgeChain({ links, crls, hidden }: ChainPlan): Chain {
  const ders = links.map((link, index) => linkDer(link, links[Math.max(0, index - 1)] ?? link));
  const shown = ders.filter((_, index) => !hidden.includes(index));
  const [rootDer = new Uint8Array(), ...rest] = shown;
  return {
    rootDer,
    betweenDer: rest.slice(0, -1),
    leafDer: rest.at(-1) ?? rootDer,
    crlsDer: crls.flatMap((crl, index) => {
      const link = links[index];
      return crl.isMissing === true || link === undefined ? [] : [crlDer(crl, link)];
    }),
  };
}

function linkDer(link: ChainLink, above: ChainLink): Uint8Array<ArrayBuffer> {
  const signer = link.signer ?? above.key;
  const ids = [forgeExtension("2.5.29.14", { value: derOctets(link.key.keyId) })];
  const isRoot = link === above;
  const der = forgeCertificate({
    ...link,
    issuer: { nameDer: link.issuerName ?? above.nameDer, key: signer },
    extensions: [
      basicConstraints(link.isCa, link.pathLength),
      keyUsage(link.usage),
      ...(link.uses.length === 0 ? [] : [extendedKeyUsage(...link.uses)]),
      ...(link.names.length === 0 ? [] : [subjectAltName(...link.names)]),
      ...ids,
      ...(isRoot ? [] : [authorityKeyId(link.authorityKey ?? above.key, link.authoritySerial)]),
      ...link.extensions,
    ],
  });
  return link.hasBrokenSignature === true ? withBrokenSignature(der) : der;
}

function crlDer(crl: ChainCrl, { nameDer, key }: ChainLink): Uint8Array<ArrayBuffer> {
  const der = forgeCrl({ ...crl, issuer: { nameDer, key: crl.signer ?? key } });
  return crl.hasBrokenSignature === true ? withBrokenSignature(der) : der;
}

/** One bit in the last octet, which is the signature's in any algorithm. */
function withBrokenSignature(der: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return der.with(der.length - 1, (der.at(-1) ?? 0) ^ 1);
}
