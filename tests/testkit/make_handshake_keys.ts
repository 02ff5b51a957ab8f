/**
 * Makes `tests/data/protocol-2/handshake-keys.json`: the keys, certificates and one-time secrets that the
 * handshake vectors are made of. Run it again only to have other keys; the vectors follow from the file.
 *
 * @module
 */

import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { encapsulateHybrid, HybridKeyPair } from "../../src/crypto/hybrid_kem.ts";
import { type HandshakeKeyFile, type KeyFileIdentity, KEYS_URL } from "./handshake_keys.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_EKU = "2.5.29.37.0";
const UNKNOWN_OID = "1.3.6.1.4.1.99999.1"; // a number that nobody has
const FROM = new Date("2026-01-01T00:00:00Z");
const UNTIL = new Date("2046-01-01T00:00:00Z");
const LONG_AGO = new Date("2026-02-01T00:00:00Z");
const LATER = new Date("2040-01-01T00:00:00Z");
const SERVER_NAME = "chat.test";
const ED25519 = { name: "Ed25519" } as const;
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const EXPONENT = new Uint8Array([1, 0, 1]);

interface Authority {
  readonly subject: JsonName;
  readonly keys: CryptoKeyPair;
  readonly der: string;
  /** What stands behind its leaves on the wire: a root nothing, another CA itself and those above. */
  readonly chain: readonly string[];
}

/** How a leaf differs from a good one. */
interface Leaf {
  readonly role: "server" | "client";
  readonly ca: Authority;
  readonly subject?: JsonName;
  readonly san?: string;
  readonly ekus?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
  readonly rsaBits?: number;
  readonly isCa?: boolean;
  /** Bits; `null` leaves the extension out. */
  readonly keyUsage?: number | null;
  readonly extra?: readonly Extension[];
}

async function newKeys(rsaBits?: number): Promise<CryptoKeyPair> {
  const algorithm = rsaBits === undefined
    ? ED25519
    : { ...RSA, modulusLength: rsaBits, publicExponent: EXPONENT };
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
}

function serial(): string {
  return `40${crypto.getRandomValues(new Uint8Array(15)).toHex()}`;
}

async function authority(name: string, issuer?: Authority): Promise<Authority> {
  const keys = await newKeys();
  const subject: JsonName = [{ CN: [name] }];
  const made = await X509CertificateGenerator.create({
    ...{ serialNumber: serial(), subject, issuer: issuer?.subject ?? subject },
    ...{ notBefore: FROM, notAfter: UNTIL, publicKey: keys.publicKey },
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ED25519,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ...await identifiers(keys, issuer?.keys ?? keys),
    ],
  });
  const der = new Uint8Array(made.rawData).toBase64();
  return { subject, keys, der, chain: issuer === undefined ? [] : [der, ...issuer.chain] };
}

async function identity(leaf: Leaf): Promise<KeyFileIdentity> {
  const { role, ca, rsaBits } = leaf;
  const keys = await newKeys(rsaBits);
  const name = role === "server" ? SERVER_NAME : "alice";
  const made = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: leaf.subject ?? [{ CN: [name] }],
    issuer: ca.subject,
    ...{ notBefore: leaf.from ?? FROM, notAfter: leaf.until ?? UNTIL, publicKey: keys.publicKey },
    signingKey: ca.keys.privateKey,
    signingAlgorithm: ED25519,
    extensions: [
      new BasicConstraintsExtension(leaf.isCa ?? false, undefined, true),
      ...usagesOf(leaf.keyUsage === undefined ? KeyUsageFlags.digitalSignature : leaf.keyUsage),
      ...ekuOf(leaf.ekus ?? [role === "server" ? SERVER_AUTH : CLIENT_AUTH]),
      new SubjectAlternativeNameExtension([{ type: "dns", value: leaf.san ?? name }]),
      ...await identifiers(keys, ca.keys),
      ...leaf.extra ?? [],
    ],
  });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const der = new Uint8Array(made.rawData).toBase64();
  return { chain: [der, ...ca.chain], pkcs8: pkcs8.toBase64() };
}

async function identifiers(own: CryptoKeyPair, issuer: CryptoKeyPair): Promise<Extension[]> {
  return [
    await SubjectKeyIdentifierExtension.create(own.publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
}

function usagesOf(bits: number | null): readonly Extension[] {
  return bits === null ? [] : [new KeyUsagesExtension(bits, true)];
}

function ekuOf(ekus: readonly string[]): readonly Extension[] {
  return ekus.length === 0 ? [] : [new ExtendedKeyUsageExtension([...ekus], true)];
}

/** Every way in which a leaf is refused, for either role. */
function faultyLeaves(role: Leaf["role"]): Readonly<Record<string, Omit<Leaf, "role" | "ca">>> {
  const other = role === "server" ? CLIENT_AUTH : SERVER_AUTH;
  const name = role === "server" ? SERVER_NAME : "alice";
  return {
    "expired": { until: LONG_AGO },
    "not-yet-valid": { from: LATER },
    "other-role": { ekus: [other] },
    "no-eku": { ekus: [] },
    "any-eku": { ekus: [ANY_EKU] },
    "unknown-critical-extension": {
      extra: [new Extension(UNKNOWN_OID, true, new Uint8Array([5, 0]))],
    },
    "no-digital-signature": { keyUsage: KeyUsageFlags.nonRepudiation },
    "no-key-usage": { keyUsage: null },
    "is-ca": { isCa: true },
    "rsa-1024": { rsaBits: 1024 },
    "two-cns": { subject: [{ CN: [name] }, { CN: ["mallory"] }] },
    "no-cn": { subject: [{ O: ["Team"] }] },
    "cn-not-ascii": { subject: [{ CN: ["\u0430lice"] }] },
    ...(role === "server"
      ? { "other-name": { subject: [{ CN: ["other.test"] }], san: "other.test" } }
      : {}),
  };
}

async function identities(
  root: Authority,
  other: Authority,
): Promise<Record<string, KeyFileIdentity>> {
  const made: Record<string, KeyFileIdentity> = {};
  const first = await authority("Vector CA 1", root);
  const second = await authority("Vector CA 2", first);
  const third = await authority("Vector CA 3", second);
  made["both-roles"] = await identity({
    role: "server",
    ca: root,
    ekus: [SERVER_AUTH, CLIENT_AUTH],
  });
  for (const role of ["client", "server"] as const) {
    made[`${role}-ed25519`] = await identity({ role, ca: root });
    made[`${role}-rsa-2048`] = await identity({ role, ca: root, rsaBits: 2048 });
    made[`${role}-under-two`] = await identity({ role, ca: second });
    made[`${role}-under-three`] = await identity({ role, ca: third });
    made[`${role}-other-ca`] = await identity({ role, ca: other });
    for (const [fault, how] of Object.entries(faultyLeaves(role))) {
      made[`${role}-${fault}`] = await identity({ role, ca: root, ...how });
    }
  }
  return made;
}

async function keyFile(): Promise<HandshakeKeyFile> {
  const root = await authority("Vector Root");
  const other = await authority("Vector Root");
  const mlkem = crypto.getRandomValues(new Uint8Array(64));
  const client = crypto.getRandomValues(new Uint8Array(32));
  const pair = await HybridKeyPair.generate({ mlkem, x25519: client });
  const { share } = await encapsulateHybrid(pair.share);
  return {
    comment: "Keys of the handshake vectors. They are for tests alone and protect nothing.",
    nowMs: Date.parse("2026-06-01T00:00:00Z"),
    serverName: SERVER_NAME,
    mlkemSeed: mlkem.toHex(),
    clientX25519: client.toHex(),
    serverX25519: crypto.getRandomValues(new Uint8Array(32)).toHex(),
    ciphertext: share.mlkem.toHex(),
    root: root.der,
    identities: await identities(root, other),
  };
}

if (import.meta.main) {
  Deno.writeTextFileSync(KEYS_URL, `${JSON.stringify(await keyFile(), null, 1)}\n`);
}
