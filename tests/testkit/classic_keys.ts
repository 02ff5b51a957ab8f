/**
 * The people of the tests of protocol 1's files, with fixed keys. Run as a program it makes new ones, and
 * then the vectors have to be made anew too.
 *
 * @module
 */

import { importSigningKey, type SigningKey } from "../../src/crypto/signature.ts";
import { type Certificate, parseCertificateDer } from "../../src/pki/certificate.ts";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import type { Role } from "../../src/pki/validate.ts";
import { ownCrl } from "./crl.ts";

/** Where keys and vectors are. */
export const CLASSIC_URL: URL = new URL("../data/transcripts/v1/", import.meta.url);

/** When every session of the tests begins. */
export const SESSION_MS = Date.UTC(2026, 10, 23, 12);

const DAY_MS = 86_400_000;

/** Somebody with a certificate. */
export interface Person {
  readonly certificate: Certificate;
  readonly signingKey: SigningKey;
}

/** Everybody in the tests. */
export interface Cast {
  readonly ca: Certificate;
  readonly alice: Person;
  readonly server: Person;
  /** Another client of the same CA. */
  readonly mallory: Person;
  /** A client whose certificate ended the day before. */
  readonly expired: Person;
  /** A client of another CA. */
  readonly stranger: Person;
  readonly strangerCa: Certificate;
  /** The two CAs with their keys, to make revocation lists. */
  readonly issuers: { readonly team: Issued; readonly stranger: Issued };
}

interface KeyFile {
  readonly comment: string;
  /** The CA's list: mallory's certificate is revoked since two seconds after the sessions' begin. */
  readonly crl: string;
  readonly people: Readonly<
    Record<string, Readonly<Record<"certificate" | "pkcs8" | "spki", string>>>
  >;
}

let made: Promise<Cast> | undefined;

/** The cast, the same in every test. */
export function cast(): Promise<Cast> {
  made ??= readCast();
  return made;
}

/** The CA's revocation list of the vectors. */
export function classicCrl(): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(readKeys().crl);
}

function readKeys(): KeyFile {
  return JSON.parse(Deno.readTextFileSync(new URL("keys.json", CLASSIC_URL))) as KeyFile;
}

async function readCast(): Promise<Cast> {
  const { people } = readKeys();
  const issued = (name: string): Issued => {
    const keys = people[name];
    if (keys === undefined) throw new Error(`nobody is called ${name}`);
    return {
      certificate: parseCertificateDer(Uint8Array.fromBase64(keys.certificate), name),
      key: {
        kind: "rsa",
        pkcs8Der: Uint8Array.fromBase64(keys.pkcs8),
        spkiDer: Uint8Array.fromBase64(keys.spki),
      },
    };
  };
  const person = async (name: string): Promise<Person> => {
    const { certificate, key } = issued(name);
    return { certificate, signingKey: await importSigningKey(key.pkcs8Der) };
  };
  const issuers = { team: issued("ca"), stranger: issued("strangerCa") };
  return {
    ca: issuers.team.certificate,
    strangerCa: issuers.stranger.certificate,
    issuers,
    alice: await person("alice"),
    server: await person("server"),
    mallory: await person("mallory"),
    expired: await person("expired"),
    stranger: await person("stranger"),
  };
}

/** What a leaf is. */
interface Leaf {
  readonly commonName: string;
  readonly role?: Role;
  readonly ageDays?: number;
  readonly issuer: Issued;
}

async function makeKeys(): Promise<KeyFile> {
  const [ca, strangerCa] = await Promise.all(
    ["Team CA", "Stranger CA"].map((name) =>
      createCa({ name, keyType: "rsa-2048", days: 3650, nowMs: SESSION_MS - 30 * DAY_MS })
    ),
  ) as [Issued, Issued];
  const leaf = ({ commonName, role = "client", ageDays = 1, issuer }: Leaf) =>
    issueLeaf({
      ca: issuer.certificate,
      caKey: issuer.key,
      commonName,
      role,
      names: [],
      days: ageDays === 1 ? 365 : 1,
      nowMs: SESSION_MS - ageDays * DAY_MS,
    });
  const mallory = await leaf({ commonName: "mallory", issuer: ca });
  const everybody: Record<string, Issued> = {
    ca,
    strangerCa,
    alice: await leaf({ commonName: "alice", issuer: ca }),
    server: await leaf({ commonName: "chat.example", role: "server", issuer: ca }),
    mallory,
    expired: await leaf({ commonName: "late", ageDays: 2.5, issuer: ca }),
    stranger: await leaf({ commonName: "eve", issuer: strangerCa }),
  };
  const revoked = [{ certificate: mallory.certificate, ms: SESSION_MS + 2000 }];
  const crl = await ownCrl({ ca, atMs: SESSION_MS + DAY_MS, revoked });
  return { comment: COMMENT, crl: crl.der.toBase64(), people: spelled(everybody) };
}

function spelled(everybody: Readonly<Record<string, Issued>>): KeyFile["people"] {
  return Object.fromEntries(
    Object.entries(everybody).map(([name, { certificate, key }]) => [name, {
      certificate: certificate.der.toBase64(),
      pkcs8: key.pkcs8Der.toBase64(),
      spki: key.spkiDer.toBase64(),
    }]),
  );
}

const COMMENT =
  "Keys of the vectors of protocol 1's transcripts, base64 of DER; for tests alone, " +
  "they protect nothing. The CA is ca; its list crl revokes the certificate of mallory.";

if (import.meta.main) {
  const url = new URL("keys.json", CLASSIC_URL);
  Deno.writeTextFileSync(url, `${JSON.stringify(await makeKeys(), null, 1)}\n`);
}
