/**
 * The key schedule of protocol 2 (PROTOCOL-2 §2.1): from two shared secrets and the bytes of the
 * handshake to the four streams, the two MACs and the session's name.
 *
 * Secrets are {@link Secret}; what both sides and everybody between may see are plain bytes.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { encodeU32 } from "../../bytes/u32.ts";
import { sha256, SHA256_BYTES } from "../../crypto/digest.ts";
import { hkdfExpand, hkdfExtract } from "../../crypto/hkdf.ts";
import type { HybridSecrets } from "../../crypto/hybrid_kem.ts";
import { Secret } from "../../crypto/secret.ts";
import { encodeFrame } from "../frame.ts";
import { type DerivationLabel, labelPrefix, TRANSCRIPT_PREFIX } from "./labels.ts";

/** Bytes of a session's name. */
export const SESSION_BYTES = 16;

/** What is derived with a label. */
export interface DerivationOptions {
  /** What the output is bound to: a transcript hash, or nothing. */
  readonly context?: Uint8Array;
  /** Bytes wanted, 1 to 32; 32 without it. */
  readonly length?: number;
}

/**
 * `derive(secret, label, ctx, n)`: HKDF-Expand of at most one block.
 *
 * @param secret 32 bytes.
 * @param label What the output is for.
 * @param options Context and length.
 * @returns A secret of its own.
 */
export function derive(
  secret: Secret,
  label: DerivationLabel,
  { context = new Uint8Array(), length = SHA256_BYTES }: DerivationOptions = {},
): Secret {
  return new Secret(hkdfExpand(secret.bytes, concat(labelPrefix(label), context), length));
}

/**
 * `hs`: HKDF-Extract of both secrets. They are wiped: nothing else is made of them.
 *
 * @param secrets Of ML-KEM-768 and X25519.
 * @returns The handshake's secret.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Secret } from "../../crypto/secret.ts";
 * const halves = { mlkem: new Secret(new Uint8Array(32)), x25519: new Secret(new Uint8Array(32)) };
 * assert.equal(handshakeSecret(halves).bytes.length, 32);
 * assert.throws(() => halves.mlkem.bytes, RangeError);
 * ```
 */
export function handshakeSecret({ mlkem, x25519 }: HybridSecrets): Secret {
  const secret = hkdfExtract(new Uint8Array(SHA256_BYTES), mlkem.bytes, x25519.bytes);
  mlkem.wipe();
  x25519.wipe();
  return new Secret(secret);
}

/**
 * `H0`: the hash of both hellos, frame bodies as they came.
 *
 * @param clientHello The client's.
 * @param serverHello The server's.
 * @returns 32 bytes.
 */
export function hashHellos(
  clientHello: Uint8Array,
  serverHello: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return sha256(TRANSCRIPT_PREFIX, encodeFrame(clientHello), encodeFrame(serverHello));
}

/**
 * `H1` after server_auth, `H2` after client_auth.
 *
 * @param previous The transcript hash before it.
 * @param plaintext The auth object, without the line feed of its record.
 * @returns 32 bytes.
 */
export function hashAuth(previous: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(previous, encodeFrame(plaintext));
}

/** A side of the connection. */
export type Side = "server" | "client";

const LABELS = {
  server: { handshake: "s hs", auth: "s auth", application: "s ap" },
  client: { handshake: "c hs", auth: "c auth", application: "c ap" },
} as const;

/** What a side says about itself. */
export interface AuthContext {
  /** Who signs. */
  readonly side: Side;
  /** `H0` for the server, `H1` for the client. */
  readonly previous: Uint8Array;
  /** DER certificates, leaf first, without the root. */
  readonly chain: readonly Uint8Array[];
}

/**
 * What a side signs: `A || MAC`, A being the hash of all before it and of its chain. The MAC shows that
 * the signer holds `hs`: nobody can put his name on an exchange of others.
 *
 * @param hs The handshake's secret.
 * @param context Who signs what.
 * @returns 64 bytes, to be signed with the label "server auth" or "client auth".
 */
export function authInput(
  hs: Secret,
  { side, previous, chain }: AuthContext,
): Uint8Array<ArrayBuffer> {
  const certificates = chain.map((der) => encodeFrame(der));
  const bound = sha256(previous, encodeU32(chain.length), ...certificates);
  const mac = derive(hs, LABELS[side].auth, { context: bound });
  const input = concat(bound, mac.bytes);
  mac.wipe();
  return input;
}

/** The secrets that the two directions start from. */
export interface Streams {
  readonly server: Secret;
  readonly client: Secret;
}

/**
 * The streams of a phase.
 *
 * @param hs The handshake's secret.
 * @param phase During the handshake, or after it.
 * @param transcript `H0` for the handshake, `H2` after it.
 * @returns Both directions.
 */
export function deriveStreams(
  hs: Secret,
  phase: "handshake" | "application",
  transcript: Uint8Array,
): Streams {
  const context = { context: transcript };
  return {
    server: derive(hs, LABELS.server[phase], context),
    client: derive(hs, LABELS.client[phase], context),
  };
}

/**
 * The session's name, which is public.
 *
 * @param hs The handshake's secret.
 * @param h2 The transcript hash after client_auth.
 * @returns 32 lower-case hex digits.
 */
export function sessionName(hs: Secret, h2: Uint8Array): string {
  return derive(hs, "session", { context: h2, length: SESSION_BYTES }).bytes.toHex();
}
