/**
 * The fixed keys of the handshake vectors: who is who, and every one-time secret.
 *
 * @module
 */

import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { parseCertificateDer } from "../../src/pki/certificate.ts";
import { type Trust, trustIn } from "../../src/pki/trust.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";

/** Where they are. */
export const KEYS_URL = new URL("../data/protocol-2/handshake-keys.json", import.meta.url);

/** A chain, leaf first, and the leaf's key: base64. */
export interface KeyFileIdentity {
  readonly chain: readonly string[];
  readonly pkcs8: string;
}

/** The file. */
export interface HandshakeKeyFile {
  readonly comment: string;
  readonly nowMs: number;
  readonly serverName: string;
  /** Hex: `d || z` of the client's ML-KEM key pair. */
  readonly mlkemSeed: string;
  /** Hex: scalars. */
  readonly clientX25519: string;
  readonly serverX25519: string;
  /** Hex: what the server's encapsulation gave; the runtime cannot be told its randomness. */
  readonly ciphertext: string;
  /** Base64: DER of the one trusted CA. */
  readonly root: string;
  readonly identities: Readonly<Record<string, KeyFileIdentity>>;
}

let known: HandshakeKeyFile | undefined;

/** @returns The file's content. */
export function handshakeKeys(): HandshakeKeyFile {
  known ??= JSON.parse(Deno.readTextFileSync(KEYS_URL)) as HandshakeKeyFile;
  return known;
}

let trusted: Trust | undefined;

/** @returns Trust in the vectors' root alone. */
export function vectorTrust(): Trust {
  trusted ??= trustIn(parseCertificateDer(Uint8Array.fromBase64(handshakeKeys().root), "root"));
  return trusted;
}

/**
 * A chain of the file.
 *
 * @param name Whose.
 * @returns DER, leaf first.
 */
export function vectorChain(name: string): readonly Uint8Array<ArrayBuffer>[] {
  const entry = handshakeKeys().identities[name];
  if (entry === undefined) throw new Error(`no identity ${name} in the vectors' keys`);
  return entry.chain.map((der) => Uint8Array.fromBase64(der));
}

/**
 * The key of an identity of the file.
 *
 * @param name Whose.
 * @returns PKCS#8, DER.
 */
export function vectorKey(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(handshakeKeys().identities[name]?.pkcs8 ?? "");
}

const identities = new Map<string, Promise<OwnIdentity>>();

/**
 * A good identity of the file, read once.
 *
 * @param name Whose.
 * @returns It, ready for a machine.
 */
export function vectorIdentity(name: string): Promise<OwnIdentity> {
  const made = identities.get(name) ?? readIdentity(name);
  identities.set(name, made);
  return made;
}

async function readIdentity(name: string): Promise<OwnIdentity> {
  const key = await importLeafSigningKey(vectorKey(name));
  const known = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  // Ed25519 and RSASSA-PKCS1-v1_5 sign alike each time, and RSA takes its time.
  const sign = (data: Uint8Array<ArrayBuffer>) => {
    const signature = known.get(data.toHex()) ?? key.sign(data);
    known.set(data.toHex(), signature);
    return signature;
  };
  return { ...ownIdentity(vectorChain(name)), signingKey: { kind: "leaf-signing", sign } };
}
