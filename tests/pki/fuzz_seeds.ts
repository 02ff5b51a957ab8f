/**
 * Good inputs that fuzzing starts from: certificates with every extension that is read, CRLs of each form,
 * keys of each kind.
 *
 * @module
 */

import { createCipheriv, createPrivateKey, scryptSync } from "node:crypto";
import { encodePem } from "../../src/pki/pem.ts";
import { derInteger, derOctets, derOid, derSequence, derValue } from "../testkit/der_writer.ts";
import {
  basicConstraints,
  extendedKeyUsage,
  forgeCertificate,
  forgeExtension,
  forgeKey,
  forgeName,
  generalName,
  keyIdentifiers,
  keyUsage,
  nameConstraints,
  subjectAltName,
  USAGE,
} from "../testkit/forge_certificate.ts";
import { forgeCrl } from "../testkit/forge_crl.ts";

/** When the seeds are valid. */
export const SEEDS_AT = new Date("2026-06-01T00:00:00Z");

const START = new Date("2026-01-01T00:00:00Z");
const END = new Date("2027-01-01T00:00:00Z");
const life = { notBefore: START, notAfter: END };
const POLICY = derSequence(derOid("1.3.6.1.4.1.99999.5"));
const URI = derValue(0x86, new TextEncoder().encode("http://crl.example/team.crl"));
const POINT_NAME = derValue(0xa0, derValue(0xa0, URI));

const root = { nameDer: forgeName({ O: "Team", CN: "Root" }), key: forgeKey("rsa-2048") };
const between = { nameDer: forgeName({ O: "Team", CN: "Between" }), key: forgeKey("ec-p256") };

/** The trusted CA. */
export const rootDer = forgeCertificate({
  ...life,
  ...{ issuer: root, nameDer: root.nameDer, key: root.key, serial: 1 },
  extensions: [
    basicConstraints(true, 1),
    keyUsage(USAGE.certSign | USAGE.crlSign),
    ...keyIdentifiers(root.key),
  ],
});

/** The CA that it signed. */
export const betweenDer = forgeCertificate({
  ...life,
  ...{ issuer: root, nameDer: between.nameDer, key: between.key, serial: 2 },
  extensions: [
    basicConstraints(true, 0),
    keyUsage(USAGE.certSign | USAGE.crlSign),
    ...keyIdentifiers(between.key, root.key),
    nameConstraints(
      "permitted",
      generalName.dns("chat.example"),
      generalName.ip(192, 0, 2, 0, 255, 255, 255, 0),
      generalName.email("chat.example"),
      generalName.directory(forgeName({ O: "Team" })),
    ),
    forgeExtension("2.5.29.32", { value: derSequence(POLICY) }),
    forgeExtension("2.5.29.33", {
      value: derSequence(derSequence(derOid("1.3.6.1.4.1.99999.5"), derOid("1.3.6.1.4.1.99999.6"))),
    }),
    forgeExtension("2.5.29.36", {
      critical: true,
      value: derSequence(derValue(0x81, new Uint8Array([3]))),
    }),
    forgeExtension("2.5.29.54", { critical: true, value: derInteger(2) }),
  ],
});

/** A server's certificate for each kind of key; the last one is revoked. */
export const leavesDer = (["rsa-2048", "ec-p256", "ed25519"] as const).map((kind, index) => {
  const key = forgeKey(kind);
  return forgeCertificate({
    ...life,
    ...{ issuer: between, nameDer: forgeName({ O: "Team", CN: "chat.example" }), key },
    serial: 100 + index,
    extensions: [
      basicConstraints(false),
      keyUsage(USAGE.digitalSignature),
      ...keyIdentifiers(key, between.key),
      extendedKeyUsage("server", "client"),
      subjectAltName(
        generalName.dns("chat.example"),
        generalName.ip(192, 0, 2, 7),
        generalName.email("ops@chat.example"),
        generalName.directory(forgeName({ O: "Team", CN: "ops" })),
      ),
      forgeExtension("2.5.29.31", { value: derSequence(derSequence(POINT_NAME)) }),
    ],
  });
});

const REVOKED_SERIAL = 102;
const update = { thisUpdate: START, nextUpdate: END };
const revoked = { serial: REVOKED_SERIAL, at: START, reason: 1 };
const scope = forgeExtension("2.5.29.28", { critical: true, value: derSequence(POINT_NAME) });

/** The root's CRL. */
export const rootCrlDer = forgeCrl({ ...update, issuer: root, entries: [] });

/** CRLs that revoke the last leaf: the first covers everything, the second one distribution point. */
export const leafCrlsDer = [
  forgeCrl({ ...update, issuer: between, entries: [revoked] }),
  forgeCrl({ ...update, issuer: between, entries: [revoked], extensions: [scope] }),
];

const cipherIv = new Uint8Array(16);

/** A key under a passphrase by scrypt with little work, which no library writes. */
function scryptPem(pkcs8: Uint8Array, passphrase: string): string {
  const salt = new Uint8Array(8);
  const key = scryptSync(passphrase, salt, 32, { N: 1024, r: 8, p: 1 });
  const cipher = createCipheriv("aes-256-cbc", key, cipherIv);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const parameters = derSequence(derOctets(salt), derInteger(1024), derInteger(8), derInteger(1));
  const scheme = derSequence(
    derSequence(derOid("1.3.6.1.4.1.11591.4.11"), parameters),
    derSequence(derOid("2.16.840.1.101.3.4.1.42"), derOctets(cipherIv)),
  );
  const algorithm = derSequence(derOid("1.2.840.113549.1.5.13"), scheme);
  return encodePem("ENCRYPTED PRIVATE KEY", derSequence(algorithm, derOctets(sealed)));
}

/** Passphrase of the encrypted keys. */
export const PASSPHRASE = "open sesame";

const objects = [root.key, between.key, forgeKey("ed25519")].map(({ privateKey }) => privateKey);
const pkcs8 = { type: "pkcs8", format: "pem" } as const;

/** Private keys as PEM. */
export const keysPem: readonly string[] = [
  ...objects.map((object) => String(object.export(pkcs8))),
  String(objects[0]?.export({ type: "pkcs1", format: "pem" })),
];

/** Encrypted ones, cheap to open. */
export const encryptedPem: readonly string[] = [
  ...objects.map((object) =>
    String(object.export({ ...pkcs8, cipher: "aes-256-cbc", passphrase: PASSPHRASE }))
  ),
  scryptPem(
    new Uint8Array(createPrivateKey(keysPem[2] ?? "").export({ type: "pkcs8", format: "der" })),
    PASSPHRASE,
  ),
];
