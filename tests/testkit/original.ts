/**
 * The recordings of the original system in `tests/data/original/`, and what a machine needs to take
 * part in them again: its keys, its nonces, its private values.
 *
 * @module
 */

import type { Entropy } from "../../src/protocol/session.ts";
import { type Certificate, parseCertificatePem } from "../../src/pki/certificate.ts";
import { type Identity, parseIdentity } from "../../src/pki/identity.ts";

const FOLDER = new URL("../data/original/", import.meta.url);

/** A moment within the life of the recorded certificates. */
export const RECORDED_AT = new Date("2026-11-23T00:00:00Z");

export interface RecordedFrame {
  readonly dir: "c2s" | "s2c";
  /** The body as it was sent. */
  readonly json: string;
}

export interface RecordedSecrets {
  readonly dh_private: readonly bigint[];
  readonly aes_keys_hex: readonly string[];
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

export function readOriginal(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

export function originalCertificate(name: "ca" | "client" | "server" | "expired"): Certificate {
  return parseCertificatePem(readOriginal(`${name}-cert.pem`), name);
}

export async function originalIdentity(role: "client" | "server"): Promise<Identity> {
  return await parseIdentity({
    certificatePem: readOriginal(`${role}-cert.pem`),
    certificateSource: `${role}-cert.pem`,
    keyPem: readOriginal(`${role}-key.pem`),
    keySource: `${role}-key.pem`,
  });
}

export function originalFrames(name = "session.jsonl"): readonly RecordedFrame[] {
  return readOriginal(name).trim().split("\n").map((line) => JSON.parse(line) as RecordedFrame);
}

export function originalSecrets(role: "client" | "server"): RecordedSecrets {
  const recorded = JSON.parse(readOriginal(`secrets_${role}.json`)) as
    & Omit<RecordedSecrets, "dh_private">
    & { readonly dh_private: readonly string[] };
  return { ...recorded, dh_private: recorded.dh_private.map(BigInt) };
}

/** Entropy that gives prepared values, in order, and nothing after them. */
export function preparedEntropy(
  bytes: readonly Uint8Array<ArrayBuffer>[],
  exponents: readonly bigint[],
): Entropy {
  const bytesLeft = [...bytes];
  const exponentsLeft = [...exponents];
  return {
    bytes(length) {
      const next = bytesLeft.shift();
      if (next?.length !== length) throw new RangeError(`no ${length} prepared bytes are next`);
      return next;
    },
    exponent() {
      const next = exponentsLeft.shift();
      if (next === undefined) throw new RangeError("no prepared exponent is left");
      return next;
    },
  };
}
