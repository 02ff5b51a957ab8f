/**
 * Who this side is: its certificate and the key that proves it.
 *
 * @module
 */

import { importLeafSigningKey, type LeafSigningKey } from "../crypto/leaf_signature.ts";
import { importSigningKey, type SigningKey } from "../crypto/signature.ts";
import { ChatError } from "../errors.ts";
import { type Certificate, parseCertificateDer } from "./certificate.ts";
import { keyText } from "./key_type.ts";
import { decodePemBundle } from "./pem_bundle.ts";
import { parsePrivateKey, type PrivateKeyDer } from "./private_key.ts";

/** A certificate with its signing key. */
export interface Identity {
  readonly certificate: Certificate;
  readonly signingKey: SigningKey;
}

/** The two PEM texts of an identity and where they come from. */
export interface IdentityFiles {
  readonly certificatePem: string;
  readonly certificateSource: string;
  readonly keyPem: string;
  readonly keySource: string;
}

/** A chain with the key of its leaf, of any kind that the profile has. */
export interface LeafIdentity {
  readonly certificate: Certificate;
  /** DER, leaf first, without the root: what peers are shown. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  readonly leafKey: LeafSigningKey;
}

/**
 * Reads a certificate with its key, for protocol 1.
 *
 * @param files The PEM texts.
 * @returns The identity.
 * @throws {ChatError} FORMAT if one of them is broken, or the key is not the certificate's; BAD_CERT if
 * protocol 1 cannot use this kind of key.
 */
export async function parseIdentity(files: IdentityFiles): Promise<Identity> {
  const [certificate] = parseChain(files);
  const key = parseOwnKey(certificate, files);
  if (key.kind !== "rsa") throw notForProtocol1(certificate, files.certificateSource);
  const signingKey = await importSigningKey(key.pkcs8Der);
  key.pkcs8Der.fill(0);
  return { certificate, signingKey };
}

/**
 * Reads a chain with the key of its leaf.
 *
 * @param files The PEM texts; behind the leaf may stand the CAs between it and the root.
 * @returns The identity.
 * @throws {ChatError} FORMAT if one of them is broken, or the key is not the leaf's.
 */
export async function parseLeafIdentity(files: IdentityFiles): Promise<LeafIdentity> {
  const [certificate, ...between] = parseChain(files);
  const key = parseOwnKey(certificate, files);
  const leafKey = await importLeafSigningKey(key.pkcs8Der);
  key.pkcs8Der.fill(0);
  const isRoot = (one: Certificate) => one.issuer === one.subject;
  const shown = [certificate, ...between.filter((one) => !isRoot(one))];
  return { certificate, chain: shown.map(({ der }) => der), leafKey };
}

function parseChain({ certificatePem, certificateSource }: IdentityFiles): Chain {
  const bundle = { label: "CERTIFICATE", source: certificateSource };
  const parsed = decodePemBundle(certificatePem, bundle)
    .map((der) => parseCertificateDer(der, certificateSource));
  return parsed as unknown as Chain; // a bundle has at least one block
}

/** The leaf first. */
type Chain = readonly [Certificate, ...Certificate[]];

function parseOwnKey(certificate: Certificate, files: IdentityFiles): PrivateKeyDer {
  const key = parsePrivateKey(files.keyPem, files.keySource);
  if (key.spkiDer.toHex() === certificate.key.spkiDer.toHex()) return key;
  throw new ChatError(
    "FORMAT",
    `cannot use ${files.keySource}: it is not the key of ${files.certificateSource}`,
    { hint: "name the two files that one `securechat cert issue` made" },
  );
}

function notForProtocol1(certificate: Certificate, source: string): ChatError {
  const kind = keyText(certificate);
  return new ChatError("BAD_CERT", `cannot use ${source}: its key is ${kind}, expected RSA`, {
    hint: "issue one that protocol 1 can use: securechat cert issue --key-type rsa-2048",
  });
}
