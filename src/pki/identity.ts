/**
 * Who this side is: its certificate and the key that proves it.
 *
 * @module
 */

import { importSigningKey, type SigningKey } from "../crypto/signature.ts";
import { ChatError } from "../errors.ts";
import { type Certificate, parseCertificatePem } from "./certificate.ts";
import { keyText } from "./key_type.ts";
import { parsePrivateKey } from "./private_key.ts";

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

/**
 * Reads a certificate with its key.
 *
 * @param files The PEM texts.
 * @returns The identity.
 * @throws {ChatError} FORMAT if one of them is broken, or the key is not the certificate's; BAD_CERT if
 * protocol 1 cannot use this kind of key.
 */
export async function parseIdentity(files: IdentityFiles): Promise<Identity> {
  const certificate = parseCertificatePem(files.certificatePem, files.certificateSource);
  const key = parsePrivateKey(files.keyPem, files.keySource);
  if (key.spkiDer.toHex() !== certificate.key.spkiDer.toHex()) {
    throw new ChatError(
      "FORMAT",
      `cannot use ${files.keySource}: it is not the key of ${files.certificateSource}`,
      { hint: "name the two files that one `securechat cert issue` made" },
    );
  }
  if (key.kind !== "rsa") throw notForProtocol1(certificate, files.certificateSource);
  const signingKey = await importSigningKey(key.pkcs8Der);
  key.pkcs8Der.fill(0);
  return { certificate, signingKey };
}

function notForProtocol1(certificate: Certificate, source: string): ChatError {
  const kind = keyText(certificate);
  return new ChatError("BAD_CERT", `cannot use ${source}: its key is ${kind}, expected RSA`, {
    hint: "issue one that protocol 1 can use: securechat cert issue --key-type rsa-2048",
  });
}
