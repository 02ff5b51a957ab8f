import { importLeafSigningKey } from "../crypto/leaf_signature.ts";
import { type Issued, issueLeaf } from "../pki/issue.ts";
import type { OwnIdentity } from "../protocol/v2/handshake.ts";
import { ownIdentity } from "../protocol/v2/peer_identity.ts";
import { type BookKeeper, recordDeeds } from "./books.ts";
import type { Io } from "./io.ts";

/** Long enough for any test. */
const LIFE_DAYS = 1;

/** Made at once: each waits for the system's cryptography several times. */
const AT_ONCE = 16;

/** What is to be made. */
export interface BenchCertificates {
  /** How many: `bench-1`, `bench-2`, … */
  readonly count: number;
  /** Told how many are made. */
  onProgress(made: number): void;
}

/**
 * Makes the identities of a load test. Their keys stay in memory; the CA's books have a line for each
 * certificate, with the note "bench", before one of them is used.
 *
 * @param io The world: the clock, and the wish to stop.
 * @param keeper The CA.
 * @param wanted How many.
 * @returns The identities.
 * @throws {ChatError} BAD_CERT, FORMAT if the CA cannot issue them; LEDGER, FILE for its books.
 * @throws {DOMException} AbortError at Ctrl-C; then nothing is recorded.
 */
export async function issueBenchIdentities(
  io: Io,
  keeper: BookKeeper,
  { count, onProgress }: BenchCertificates,
): Promise<readonly OwnIdentity[]> {
  const made: Issued[] = [];
  while (made.length < count) {
    io.stop.throwIfAborted();
    const some = Array.from({ length: Math.min(AT_ONCE, count - made.length) }, (_, index) => {
      const commonName = `bench-${made.length + index + 1}`;
      const request = { commonName, names: [], role: "client", keyType: "ed25519" } as const;
      return issueLeaf({ ...request, ...keeper, days: LIFE_DAYS, nowMs: io.now() });
    });
    made.push(...await Promise.all(some));
    onProgress(made.length);
  }
  const deed = { kind: "issued", role: "client", note: "bench", nowMs: io.now() } as const;
  await recordDeeds(io, keeper, made.map(({ certificate }) => ({ ...deed, certificate })));
  return await Promise.all(made.map(async ({ certificate, key }) => {
    const signingKey = await importLeafSigningKey(key.pkcs8Der);
    key.pkcs8Der.fill(0);
    return { ...ownIdentity([certificate.der]), signingKey };
  }));
}
