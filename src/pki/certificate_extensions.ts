/**
 * The extensions of a certificate that the program looks at itself, as plain data.
 *
 * The X.509 library writes each extension anew to read it, which is half of what reading a certificate
 * costs. So they are taken from the strict reader where that reads the certificate and knows all that is in
 * it, as with every certificate of this profile; the library, which accepts more, reads the others.
 *
 * @module
 */

import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
} from "@peculiar/x509";
import { ChatError } from "../errors.ts";
import { parsePathCertificate, type PathCertificate } from "./path/certificate_der.ts";
import { EXTENSION } from "./path/extensions.ts";

const IPV4_BYTES = 4;

const KNOWN: ReadonlySet<string> = new Set([
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectAltName,
  EXTENSION.subjectKeyId,
  EXTENSION.authorityKeyId,
]);

/** What they say. */
export interface CertificateExtensions {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly isCa: boolean;
  /** Bits of RFC 5280 §4.2.1.3, bit 0 lowest; absent without the extension. */
  readonly keyUsage?: number;
  /** OIDs of RFC 5280 §4.2.1.12; absent without the extension. */
  readonly extendedKeyUsage?: readonly string[];
}

/** The parts of a certificate that need no library. */
export interface CertificateFields {
  /** As the library writes them: "CN=Team CA". */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What the strict reader knows of a certificate. */
export interface StrictView {
  /** Absent where names have more than one plain CN: there the library's spelling counts. */
  readonly fields?: CertificateFields;
  readonly extensions: CertificateExtensions;
  /** Its key, byte for byte: the library would write it anew. */
  readonly spkiDer: Uint8Array;
}

/**
 * Reads a certificate strictly.
 *
 * @param der A certificate.
 * @returns What it says; nothing where only the library can tell.
 */
export function strictView(der: Uint8Array): StrictView | undefined {
  const strict = strictlyRead(der);
  if (strict === undefined || strict.extensions.keys().some((oid) => !KNOWN.has(oid))) {
    return undefined;
  }
  const { subjectAltName = [], basicConstraints, keyUsage, extendedKeyUsage } = strict;
  const addresses = subjectAltName.flatMap((name) => name.kind === "ip" ? [name.bytes] : []);
  if (addresses.some(({ length }) => length !== IPV4_BYTES)) return undefined; // has several spellings
  const texts = (kind: "dns" | "email") =>
    subjectAltName.flatMap((name) => name.kind === kind ? [name.text] : []);
  const extensions = {
    dnsNames: texts("dns"),
    ipAddresses: addresses.map((bytes) => bytes.join(".")),
    emailAddresses: texts("email"),
    isCa: basicConstraints?.isCa ?? false,
    ...(keyUsage === undefined ? {} : { keyUsage }),
    ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
  };
  const fields = plainFields(strict);
  return { extensions, spkiDer: strict.key.spkiDer, ...(fields && { fields }) };
}

/** A CN that every way of writing names (RFC 4514 §2.4) leaves as it is. */
const PLAIN_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,62}[A-Za-z0-9])?$/;

function plainFields(strict: PathCertificate): CertificateFields | undefined {
  const [subject, issuer] = [strict.subject, strict.issuer].map(
    ({ commonNames, rdnKeys, text }) => {
      const [name = ""] = commonNames;
      const isPlain = rdnKeys.length === 1 && PLAIN_NAME.test(name) && text === `CN=${name}`;
      return isPlain ? name : undefined;
    },
  );
  if (subject === undefined || issuer === undefined) return undefined;
  return {
    subject: `CN=${subject}`,
    issuer: `CN=${issuer}`,
    commonName: subject,
    serial: strict.serial,
    notBefore: new Date(strict.notBeforeMs),
    notAfter: new Date(strict.notAfterMs),
  };
}

/**
 * Reads them by the library.
 *
 * @param parsed A certificate.
 * @returns Names, number and dates.
 */
export function libraryFields(parsed: X509Certificate): CertificateFields {
  return {
    subject: parsed.subject,
    issuer: parsed.issuer,
    commonName: parsed.subjectName.getField("CN")[0] ?? "",
    serial: parsed.serialNumber,
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
  };
}

/**
 * Reads them by the library.
 *
 * @param parsed A certificate.
 * @returns What they say.
 * @throws {Error} The library's, if one of them is broken.
 */
export function libraryExtensions(parsed: X509Certificate): CertificateExtensions {
  const names = parsed.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  const keyUsage = parsed.getExtension(KeyUsagesExtension)?.usages;
  const extendedKeyUsage = parsed.getExtension(ExtendedKeyUsageExtension)?.usages;
  const texts = (type: string) =>
    names.filter((name) => name.type === type).map((name) => name.value);
  return {
    dnsNames: texts("dns"),
    ipAddresses: texts("ip"),
    emailAddresses: texts("email"),
    isCa: parsed.getExtension(BasicConstraintsExtension)?.ca ?? false,
    ...(keyUsage === undefined ? {} : { keyUsage }),
    ...(extendedKeyUsage === undefined
      ? {}
      : { extendedKeyUsage: Array.from(extendedKeyUsage, String) }),
  };
}

function strictlyRead(der: Uint8Array): PathCertificate | undefined {
  try {
    return parsePathCertificate(der);
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
