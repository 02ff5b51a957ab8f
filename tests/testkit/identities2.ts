/**
 * Identities of protocol 2 for tests, made once in a run.
 *
 * @module
 */

import { importLeafSigningKey } from "../../src/crypto/leaf_signature.ts";
import { createCa, type Issued, issueForKey, issueLeaf } from "../../src/pki/issue.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import { type Trust, trustIn } from "../../src/pki/trust.ts";
import type { Role } from "../../src/pki/validate.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { ownIdentity } from "../../src/protocol/v2/peer_identity.ts";

/** When the certificates were made. */
export const MADE_AT_MS = Date.parse("2026-01-01T00:00:00Z");

/** A moment within their life. */
export const NOW_MS = Date.parse("2026-06-01T00:00:00Z");

/** The name in the server's certificate. */
export const SERVER2_NAME = "chat.test";

const made = new Map<string, Promise<Issued>>();

function once(key: string, make: () => Promise<Issued>): Promise<Issued> {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}

/** A CA, Ed25519. */
export function ca2(name = "Test CA"): Promise<Issued> {
  return once(
    `ca ${name}`,
    () => createCa({ name, keyType: "ed25519", days: 3650, nowMs: MADE_AT_MS }),
  );
}

/** Trust in that CA. */
export async function trust2(name?: string): Promise<Trust> {
  return trustIn((await ca2(name)).certificate);
}

/** What a test wants to be. */
export interface Identity2Options {
  readonly keyType?: KeyType;
  readonly ca?: string;
  readonly days?: number;
  readonly nowMs?: number;
}

/** A leaf of the CA. */
export function leaf2(
  commonName: string,
  role: Role,
  { keyType = "ed25519", ca, days = 365, nowMs = MADE_AT_MS }: Identity2Options = {},
): Promise<Issued> {
  return once(`${role} ${commonName} ${keyType} ${ca ?? ""} ${days} ${nowMs}`, async () => {
    const authority = await ca2(ca);
    return await issueLeaf({
      ...{ ca: authority.certificate, caKey: authority.key, commonName, role, names: [] },
      ...{ days, nowMs, keyType },
    });
  });
}

/** Somebody with a certificate of the CA. */
export async function identity2(
  commonName: string,
  role: Role,
  options?: Identity2Options,
): Promise<OwnIdentity> {
  const { certificate, key } = await leaf2(commonName, role, options);
  const signingKey = await importLeafSigningKey(new Uint8Array(key.pkcs8Der));
  return { ...ownIdentity([certificate.der]), signingKey };
}

/** The same person after a renewal: another certificate of the same key. */
export async function renewed2(
  commonName: string,
  role: Role,
  options: Identity2Options & { readonly nowMs: number },
): Promise<OwnIdentity> {
  const { key } = await leaf2(commonName, role, options);
  const { certificate: ca, key: caKey } = await ca2(options.ca);
  const certificate = await issueForKey({
    ...{ ca, caKey, commonName, role, names: [], days: 99, nowMs: options.nowMs },
  }, key.spkiDer);
  const signingKey = await importLeafSigningKey(new Uint8Array(key.pkcs8Der));
  return { ...ownIdentity([certificate.der]), signingKey };
}
