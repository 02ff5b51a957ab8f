/**
 * Certificates field by field, good ones and those that no library would write.
 *
 * @module
 */

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { derInteger, derOctets, derOid, derSequence, derValue } from "./der_writer.ts";

/** Kinds of key that chains are made of; the last one is too weak for anything. */
export type ForgeKeyKind = "rsa-2048" | "ec-p256" | "ed25519" | "rsa-1024";

/** A key pair. */
export interface ForgeKey {
  readonly kind: ForgeKeyKind;
  readonly privateKey: KeyObject;
  readonly spkiDer: Uint8Array;
  /** RFC 5280 §4.2.1.2, method 1 over the whole SubjectPublicKeyInfo. */
  readonly keyId: Uint8Array;
}

/** Who signs: a name and a key. */
export interface ForgeIssuer {
  readonly nameDer: Uint8Array;
  readonly key: ForgeKey;
}

/** What a certificate is made of. */
export interface ForgePlan {
  readonly issuer: ForgeIssuer;
  readonly nameDer: Uint8Array;
  readonly key: ForgeKey;
  readonly serial: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Uint8Array[];
  readonly hash?: ForgeHash;
}

/** Hashes that RSA keys sign with here. */
export type ForgeHash = "sha256" | "sha1";

const NULL = new Uint8Array([5, 0]);
const UTF8 = 0x0c;
const BIT_STRING = 0x03;
const BOOLEAN_TRUE = new Uint8Array([0x01, 0x01, 0xff]);

/** Makes a key pair. */
export function forgeKey(kind: ForgeKeyKind): ForgeKey {
  const privateKey = newPrivateKey(kind);
  const spkiDer = new Uint8Array(
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
  );
  const keyId = new Uint8Array(createHash("sha1").update(spkiDer).digest());
  return { kind, privateKey, spkiDer, keyId };
}

function newPrivateKey(kind: ForgeKeyKind): KeyObject {
  if (kind === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (kind === "ec-p256") return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return generateKeyPairSync("rsa", { modulusLength: Number(kind.slice("rsa-".length)) })
    .privateKey;
}

/** Signs the DER of a certificate or a CRL. */
export function forgeSigned(
  tbsParts: (algorithm: Uint8Array) => Uint8Array,
  { key, hash = "sha256" }: { readonly key: ForgeKey; readonly hash?: ForgeHash },
): Uint8Array<ArrayBuffer> {
  const algorithm = algorithmOf(key, hash);
  const tbs = tbsParts(algorithm);
  const signature = sign(key.kind === "ed25519" ? null : hash, tbs, key.privateKey);
  return derSequence(tbs, algorithm, derValue(BIT_STRING, new Uint8Array(1), signature));
}

function algorithmOf({ kind }: ForgeKey, hash: ForgeHash): Uint8Array {
  if (kind === "ed25519") return derSequence(derOid("1.3.101.112"));
  if (kind === "ec-p256") return derSequence(derOid("1.2.840.10045.4.3.2"));
  return derSequence(derOid(`1.2.840.113549.1.1.${hash === "sha1" ? 5 : 11}`), NULL);
}

/** Makes a certificate, version 3. */
export function forgeCertificate(plan: ForgePlan): Uint8Array<ArrayBuffer> {
  return forgeSigned((algorithm) =>
    derSequence(
      derValue(0xa0, derInteger(2)),
      derInteger(plan.serial),
      algorithm,
      plan.issuer.nameDer,
      derSequence(derTime(plan.notBefore), derTime(plan.notAfter)),
      plan.nameDer,
      plan.key.spkiDer,
      derValue(0xa3, derSequence(...plan.extensions)),
    ), { key: plan.issuer.key, ...(plan.hash === undefined ? {} : { hash: plan.hash }) });
}

/** A UTCTime (RFC 5280 §4.1.2.5.1). */
export function derTime(at: Date): Uint8Array {
  const digits = at.toISOString().replace(/\D/g, "").slice(2, 14);
  return derValue(0x17, new TextEncoder().encode(`${digits}Z`));
}

/** A name of attributes: CN, O, or an e-mail address as PKCS#9 has it. */
export function forgeName(attributes: Readonly<Partial<Record<"O" | "CN", string>>>): Uint8Array {
  const oids = { O: "2.5.4.10", CN: "2.5.4.3" } as const;
  return derSequence(
    ...(["O", "CN"] as const).flatMap((type) => {
      const text = attributes[type];
      if (text === undefined) return [];
      const value = derValue(UTF8, new TextEncoder().encode(text));
      return [derValue(0x31, derSequence(derOid(oids[type]), value))];
    }),
  );
}

/** An extension. */
export function forgeExtension(
  oid: string,
  { critical = false, value }: { readonly critical?: boolean; readonly value: Uint8Array },
): Uint8Array {
  const mark = critical ? [BOOLEAN_TRUE] : [];
  return derSequence(derOid(oid), ...mark, derOctets(value));
}

/** basicConstraints, critical. */
export function basicConstraints(isCa: boolean, pathLength?: number): Uint8Array {
  const value = derSequence(
    ...(isCa ? [BOOLEAN_TRUE] : []),
    ...(pathLength === undefined ? [] : [derInteger(pathLength)]),
  );
  return forgeExtension("2.5.29.19", { critical: true, value });
}

/** Bits of keyUsage (RFC 5280 §4.2.1.3), as its first octet has them. */
export const USAGE = { digitalSignature: 0x80, certSign: 0x04, crlSign: 0x02 } as const;

/** keyUsage, critical. */
export function keyUsage(bits: number): Uint8Array {
  let unused = 0;
  while ((bits >> unused & 1) === 0) unused++;
  const value = derValue(BIT_STRING, new Uint8Array([unused, bits]));
  return forgeExtension("2.5.29.15", { critical: true, value });
}

/** extKeyUsage for servers, clients, or code. */
export function extendedKeyUsage(...uses: readonly ("server" | "client" | "code")[]): Uint8Array {
  const arcs = { server: 1, client: 2, code: 3 } as const;
  const value = derSequence(...uses.map((use) => derOid(`1.3.6.1.5.5.7.3.${arcs[use]}`)));
  return forgeExtension("2.5.29.37", { value });
}

/** subjectKeyIdentifier and, where there is an issuer, authorityKeyIdentifier. */
export function keyIdentifiers(key: ForgeKey, issuer?: ForgeKey): readonly Uint8Array[] {
  const own = forgeExtension("2.5.29.14", { value: derOctets(key.keyId) });
  return issuer === undefined ? [own] : [own, authorityKeyId(issuer)];
}

/** A certificate by its issuer and its serial number. */
export interface AuthoritySerial {
  readonly issuerName: Uint8Array;
  readonly serial: number;
}

/** authorityKeyIdentifier. */
export function authorityKeyId({ keyId }: ForgeKey, by?: AuthoritySerial): Uint8Array {
  const named = by === undefined ? [] : [
    derValue(0xa1, derValue(0xa4, by.issuerName)),
    derValue(0x82, derInteger(by.serial).subarray(2)),
  ];
  return forgeExtension("2.5.29.35", { value: derSequence(derValue(0x80, keyId), ...named) });
}

/** GeneralNames of the kinds that name constraints are about. */
export const generalName = {
  dns: (text: string): Uint8Array => derValue(0x82, new TextEncoder().encode(text)),
  email: (text: string): Uint8Array => derValue(0x81, new TextEncoder().encode(text)),
  /** An address, or an address and a mask. */
  ip: (...octets: readonly number[]): Uint8Array => derValue(0x87, new Uint8Array(octets)),
  directory: (nameDer: Uint8Array): Uint8Array => derValue(0xa4, nameDer),
} as const;

/** subjectAltName. */
export function subjectAltName(...names: readonly Uint8Array[]): Uint8Array {
  return forgeExtension("2.5.29.17", { value: derSequence(...names) });
}

/** nameConstraints, critical. */
export function nameConstraints(
  kind: "permitted" | "excluded",
  ...bases: readonly Uint8Array[]
): Uint8Array {
  const subtrees = bases.map((base) => derSequence(base));
  const value = derSequence(derValue(kind === "permitted" ? 0xa0 : 0xa1, ...subtrees));
  return forgeExtension("2.5.29.30", { critical: true, value });
}
