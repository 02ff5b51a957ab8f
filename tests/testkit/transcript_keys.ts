/**
 * The fixed keys of the transcripts' vectors. Run as a program it makes new ones, and then the vectors have
 * to be made anew too.
 *
 * @module
 */

import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { type Certificate, parseCertificateDer } from "../../src/pki/certificate.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";
import { ownCrl } from "./crl.ts";
import { ca2, type Identity2Options, leaf2, NOW_MS, SERVER2_NAME } from "./identities2.ts";

/** Where keys and vectors are. */
export const TRANSCRIPTS_URL: URL = new URL("../data/transcripts/", import.meta.url);

const DAY_MS = 86_400_000;

/** Who there is: name, role, and how the certificate differs from the usual. */
const PEOPLE: Readonly<Record<string, readonly [string, Role, Identity2Options]>> = {
  server: [SERVER2_NAME, "server", { days: 3000 }],
  alice: ["alice", "client", { days: 3000 }],
  bob: ["bob", "client", { days: 3000 }],
  stranger: ["alice", "client", { days: 3000, ca: "Another CA" }],
  expired: ["alice", "client", { days: 30 }],
  early: ["alice", "client", { days: 3000, nowMs: NOW_MS + 30 * DAY_MS }],
  revoked: ["alice", "client", { days: 2999 }],
};

interface KeyFile {
  readonly comment: string;
  readonly root: string;
  readonly crl: string;
  readonly people: Readonly<Record<string, { readonly leaf: string; readonly pkcs8: string }>>;
}

function readKeys(): KeyFile {
  return JSON.parse(Deno.readTextFileSync(new URL("keys.json", TRANSCRIPTS_URL))) as KeyFile;
}

/** Somebody of the file. */
export async function transcriptIdentity(name: string): Promise<OwnIdentity> {
  const keys = readKeys().people[name];
  if (keys === undefined) throw new Error(`nobody is called ${name}`);
  const signingKey = await importLeafSigningKey(Uint8Array.fromBase64(keys.pkcs8));
  return { ...ownIdentity([Uint8Array.fromBase64(keys.leaf)]), signingKey };
}

/** The CA. */
export function transcriptRoot(): Certificate {
  return parseCertificateDer(Uint8Array.fromBase64(readKeys().root), "root");
}

/** Its revocation list: "revoked" since a day before the talks. */
export function transcriptCrl(): Uint8Array {
  return Uint8Array.fromBase64(readKeys().crl);
}

async function makeKeys(): Promise<KeyFile> {
  const people: Record<string, KeyFile["people"][string]> = {};
  for (const [name, [commonName, role, options]] of Object.entries(PEOPLE)) {
    const { certificate, key } = await leaf2(commonName, role, options);
    const pkcs8 = new Uint8Array(key.pkcs8Der).toBase64();
    people[name] = { leaf: certificate.der.toBase64(), pkcs8 };
  }
  const ca = await ca2();
  const { certificate } = await leaf2(...PEOPLE["revoked"] ?? ["", "client", {}]);
  const revoked = [{ certificate, ms: NOW_MS - DAY_MS }];
  const crl = await ownCrl({ ca, atMs: NOW_MS + DAY_MS, revoked });
  return {
    comment:
      "Keys of the transcripts' vectors, base64 of DER; for tests alone, they protect nothing. " +
      "The CA's list crl revokes the leaf of revoked.",
    root: ca.certificate.der.toBase64(),
    crl: crl.der.toBase64(),
    people,
  };
}

if (import.meta.main) {
  const url = new URL("keys.json", TRANSCRIPTS_URL);
  Deno.writeTextFileSync(url, `${JSON.stringify(await makeKeys(), null, 1)}\n`);
}
