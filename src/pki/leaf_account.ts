/**
 * What of a client's leaf an account is bound to, and what it may be called (PROTOCOL-2 §5).
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { sha256 } from "../crypto/digest.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { parsePathCertificate } from "./path/certificate_der.ts";

const SHOWN_NAME = /^[\x20-\x7e]{1,64}$/; // PROTOCOL-2 §3

/** The parts of a leaf that matter for signing in. */
export interface LeafAccount {
  /** SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex. */
  readonly keyHash: string;
  /** The one CN. */
  readonly commonName: string;
  /** The rfc822Names of the subject alternative name; none is no restriction. */
  readonly emails: readonly string[];
}

/**
 * Reads what of a leaf matters for signing in. Whether the leaf may be trusted is not asked here.
 *
 * @param leaf A client's certificate.
 * @returns The hash of its key, its CN, its e-mail addresses.
 * @throws {ChatError} FORMAT if it is not strict DER; BAD_CERT if it has not exactly one CN of 1 to 64
 * printable ASCII characters.
 */
export function leafAccountOf(leaf: Certificate): LeafAccount {
  const { key, subject, subjectAltName = [] } = parsePathCertificate(leaf.der);
  const [commonName = ""] = subject.commonNames;
  if (subject.commonNames.length !== 1 || !SHOWN_NAME.test(commonName)) {
    throw new ChatError(
      "BAD_CERT",
      `cannot use certificate of "${printable(subject.text)}" for an account: expected exactly ` +
        "one CN of 1 to 64 printable ASCII characters",
    );
  }
  return {
    keyHash: sha256(key.spkiDer).toHex(),
    commonName,
    emails: subjectAltName.flatMap((name) => name.kind === "email" ? [name.text] : []),
  };
}
