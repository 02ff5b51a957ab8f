/**
 * The fixed keys of the rooms' vectors. Run as a program it makes new ones, and then the vectors have to
 * be made anew too.
 *
 * @module
 */

import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { type Certificate, parseCertificateDer } from "../../src/pki/certificate.ts";
import type { Role } from "../../src/pki/validate.ts";
import { type ChainJudge, chainJudge } from "../../src/protocol/v2/chain_judge.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";
import { trustIn } from "../../src/pki/trust.ts";
import { ca2, leaf2, NOW_MS, SERVER2_NAME } from "./identities2.ts";

const KEYS_URL = new URL("../data/protocol-2/rooms-keys.json", import.meta.url);
const ROLES: Readonly<Record<string, Role>> = {
  server: "server",
  alice: "client",
  bob: "client",
};

/** The file; all but the times in base64. */
interface RoomKeyFile {
  readonly comment: string;
  readonly nowMs: number;
  readonly root: string;
  readonly identities: Readonly<
    Record<string, { readonly leaf: string; readonly pkcs8: string; readonly fingerprint: string }>
  >;
}

function readKeys(): RoomKeyFile {
  return JSON.parse(Deno.readTextFileSync(KEYS_URL)) as RoomKeyFile;
}

/** Somebody of the file. */
export async function roomIdentity(name: string): Promise<OwnIdentity> {
  const keys = readKeys().identities[name];
  if (keys === undefined) throw new Error(`nobody is called ${name}`);
  const signingKey = await importLeafSigningKey(Uint8Array.fromBase64(keys.pkcs8));
  return { ...ownIdentity([Uint8Array.fromBase64(keys.leaf)]), signingKey };
}

/** The file's CA. */
export function roomRoot(): Certificate {
  return parseCertificateDer(Uint8Array.fromBase64(readKeys().root), "root");
}

/** Trust in the file's CA. */
export function roomJudge(): ChainJudge {
  const trust = trustIn(roomRoot());
  return chainJudge(() => trust);
}

async function makeKeys(): Promise<RoomKeyFile> {
  const identities: Record<string, RoomKeyFile["identities"][string]> = {};
  for (const [name, role] of Object.entries(ROLES)) {
    const commonName = role === "server" ? SERVER2_NAME : name;
    const { certificate, key } = await leaf2(commonName, role, { days: 3000 });
    const pkcs8 = new Uint8Array(key.pkcs8Der).toBase64();
    const { fingerprint } = certificate;
    identities[name] = { leaf: certificate.der.toBase64(), pkcs8, fingerprint };
  }
  return {
    comment: "Keys of the rooms' vectors: Ed25519. They are for tests alone and protect nothing.",
    nowMs: NOW_MS,
    root: (await ca2()).certificate.der.toBase64(),
    identities,
  };
}

if (import.meta.main) {
  Deno.writeTextFileSync(KEYS_URL, `${JSON.stringify(await makeKeys(), null, 1)}\n`);
}
