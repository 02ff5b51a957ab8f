/**
 * Who the other side is: the chain that it shows, judged for its role (PROTOCOL-2 §3).
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { type Certificate, parseCertificateDer } from "../../pki/certificate.ts";
import { leafAccountOf } from "../../pki/leaf_account.ts";
import type { Trust } from "../../pki/trust.ts";
import { badCertificate, findFault, type Role } from "../../pki/validate.ts";
import { CHAIN_MAX } from "./fields.ts";

/** Bytes of a chain's certificates that go into a record, at most; base64 makes a third more of them. */
const CHAIN_MAX_BYTES = 40_000;

/** A side whose chain was accepted. */
export interface PeerIdentity {
  readonly leaf: Certificate;
  /** SHA-256 of the leaf's DER, lower-case hex: what statements call their author. */
  readonly fingerprint: string;
  /** DER, leaf first, without the root: as shown. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  /** What people see: the CN that the CA vouches for. Printable ASCII. */
  readonly name: string;
}

/** By what a chain is judged. */
export interface ChainPolicy {
  readonly trust: Trust;
  readonly role: Role;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** The DNS name or IP address that the leaf must carry, where one is expected. */
  readonly name?: string;
}

/**
 * Judges a chain.
 *
 * @param chain DER, leaf first, without the root; neither the list nor the bytes may change afterwards.
 * @param policy By what.
 * @returns Who it is.
 * @throws {ChatError} BAD_CERT with the first rule that is broken.
 */
export async function judgeChain(
  chain: readonly Uint8Array<ArrayBuffer>[],
  { trust, role, nowMs, name }: ChainPolicy,
): Promise<PeerIdentity> {
  const [leaf, ...untrusted] = readChain(chain, role);
  if (leaf === undefined) {
    throw new ChatError("BAD_CERT", `cannot accept ${role}: its chain is empty`);
  }
  const policy = { trust, role, untrusted, at: new Date(nowMs) };
  const fault = await findFault(leaf, name === undefined ? policy : { ...policy, name });
  if (fault !== undefined) throw badCertificate(leaf, fault);
  requireKeyUsage([leaf, ...untrusted], role);
  return { leaf, fingerprint: leaf.fingerprint, chain, name: leafAccountOf(leaf).commonName };
}

/**
 * The identity of a chain that needs no judging: this side's own.
 *
 * @param chain DER, leaf first, without the root.
 * @returns Who it is.
 * @throws {ChatError} BAD_CERT if its leaf cannot be read, or has not exactly one CN of 1 to 64
 * printable ASCII characters.
 */
export function ownIdentity(chain: readonly Uint8Array<ArrayBuffer>[]): PeerIdentity {
  const [leaf] = readChain(chain, "own");
  if (leaf === undefined) throw new ChatError("BAD_CERT", "cannot use own chain: it is empty");
  return { leaf, fingerprint: leaf.fingerprint, chain, name: leafAccountOf(leaf).commonName };
}

/** Chains that were read: a member's is judged again and again, and reading it is most of that. */
const known = new WeakMap<object, readonly Certificate[]>();

function readChain(
  chain: readonly Uint8Array<ArrayBuffer>[],
  whose: string,
): readonly Certificate[] {
  const before = known.get(chain);
  if (before !== undefined) return before;
  const certificates = readNewChain(chain, whose);
  known.set(chain, certificates);
  return certificates;
}

function readNewChain(
  chain: readonly Uint8Array<ArrayBuffer>[],
  whose: string,
): readonly Certificate[] {
  if (chain.length > CHAIN_MAX) {
    const text = `cannot accept ${whose} chain: ${chain.length} certificates, expected at most`;
    throw new ChatError("BAD_CERT", `${text} ${CHAIN_MAX}`);
  }
  const bytes = chain.reduce((sum, der) => sum + der.length, 0);
  if (bytes > CHAIN_MAX_BYTES) {
    const text =
      `cannot accept ${whose} chain: ${bytes} bytes, expected at most ${CHAIN_MAX_BYTES}`;
    throw new ChatError("BAD_CERT", text);
  }
  try {
    const certificates = chain.map((der) => parseCertificateDer(der, `the ${whose} chain`));
    requireOrder(certificates, whose);
    return certificates;
  } catch (error) {
    const text = error instanceof ChatError ? error.message : "not a certificate";
    throw new ChatError("BAD_CERT", text, { cause: error });
  }
}

/**
 * "Leaf first, without the root": each certificate issues the one before it, and none is its own
 * issuer's. The validator would find its way through any heap; but nothing that came is skipped.
 */
function requireOrder(certificates: readonly Certificate[], whose: string): void {
  certificates.slice(1).forEach((issuer, index) => {
    const issued = certificates[index];
    if (issued?.issuer === issuer.subject && issuer.issuer !== issuer.subject) return;
    const name = printable(issuer.subject);
    const text = `cannot accept ${whose} chain: "${name}" at place ${index + 2}, ` +
      "expected the issuer of the certificate before it, without the root";
    throw new ChatError("BAD_CERT", text);
  });
}

/** RFC 5280 leaves the extension to the issuer; a key that is for everything is outside this profile. */
function requireKeyUsage(certificates: readonly Certificate[], role: Role): void {
  const bare = certificates.find(({ keyUsage }) => keyUsage === undefined);
  if (bare === undefined) return;
  const text = `cannot accept ${role}: "${
    printable(bare.subject)
  }" does not say what its key is for`;
  throw new ChatError("BAD_CERT", `${text}, expected a keyUsage`);
}
